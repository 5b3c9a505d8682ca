//! pcg's options from everywhere that they may stand, and which of them hold.
//!
//! | layer, the strongest first | what may stand there |
//! |---|---|
//! | the command line | every option |
//! | variables, `CARGO_PCG_…` | every option |
//! | `[package.metadata.pcg]` in the manifest of a workspace's member | `codegen-units`, for that package |
//! | `[workspace.metadata.pcg]` in the workspace's manifest | every option, sections `package.NAME`, and profiles (`profile.rs`) |
//! | `.cargo/pcg.toml` in the current folder and in each one above, the nearest first | the same |
//! | `pcg.toml` in cargo's home | the same |
//!
//! A section `package.NAME` has `codegen-units` for a package, be it of the workspace or a dependency. It wins over the
//! number for all crates in the same layer or a weaker one; of two that are of a kind, the one in the stronger layer
//! holds. So the number on the command line wins over everything.
//!
//! Numbers in manifests and files are meant for optimised builds. Without optimisation nothing is split, and cargo's own
//! numbers suit stock rustc, so there they do not count; those on the command line and in variables do.

mod file;
mod origin;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use pcg_interface::environment::Environment;
use pcg_interface::option::{Kind, Spec};
use pcg_interface::options;

use crate::cargo_folders;
use crate::cli::{self, CODEGEN_UNITS};
use crate::error::CargoPcgError;
use crate::profile;
use crate::project::Project;
use crate::terminal::Terminal;
use crate::words::Words;
pub(crate) use file::NAME as FILE_NAME;
use file::{Found, UnknownKey};
pub(crate) use origin::Origin;
use origin::Place;

/// A value and where it stands. A path is absolute, unless it is a variable's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) value: OsString,
    pub(crate) origin: Origin,
}

impl Setting {
    fn is_in_a_file(&self) -> bool {
        matches!(self.origin, Origin::File { .. })
    }
}

/// What stands in one layer.
#[derive(Debug, Default)]
struct Layer {
    /// For all crates, by the options' keys.
    options: BTreeMap<&'static str, Setting>,
    /// The numbers of codegen units for single packages, by their names.
    packages: BTreeMap<String, Setting>,
}

/// All layers.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// The strongest first.
    layers: Vec<Layer>,
    /// The files that were read, in the same order.
    pub(crate) files: Vec<PathBuf>,
    unknown: Vec<UnknownKey>,
}

impl Settings {
    /// Reads all layers.
    pub(crate) fn read(
        options: &ArgMatches,
        environment: &Environment,
        project: Option<&Project>,
    ) -> Result<Self, CargoPcgError> {
        let mut settings = Self { layers: vec![command_line(options), variables(environment)?], ..Self::default() };
        if let Some(project) = project {
            settings.add_members(&project.manifests_of_members())?;
            settings.add_file(&project.manifest(), Place::Workspace)?;
        }
        let home = cargo_folders::home(environment);
        for folder in cargo_folders::all(environment) {
            let place = if home.as_ref() == Some(&folder) { Place::Home } else { Place::Folder };
            settings.add_file(&folder.join(file::NAME), place)?;
        }
        Ok(settings)
    }

    /// What holds for a build with a profile.
    pub(crate) fn for_profile(
        mut self,
        name: &str,
        words: &Words,
        environment: &Environment,
        project: Option<&Project>,
    ) -> Result<Self, CargoPcgError> {
        if self.have_units_in_files() && !profile::is_optimised(name, words, environment, project)? {
            for layer in &mut self.layers {
                layer.options.retain(|key, setting| *key != CODEGEN_UNITS.key || !setting.is_in_a_file());
                layer.packages.retain(|_, setting| !setting.is_in_a_file());
            }
        }
        Ok(self)
    }

    fn have_units_in_files(&self) -> bool {
        let of_all = self.layers.iter().filter_map(|layer| layer.options.get(CODEGEN_UNITS.key));
        let of_packages = self.layers.iter().flat_map(|layer| layer.packages.values());
        of_all.chain(of_packages).any(Setting::is_in_a_file)
    }

    /// All members are of the same strength: each one speaks of itself.
    fn add_members(&mut self, manifests: &[PathBuf]) -> Result<(), CargoPcgError> {
        let mut layer = Layer::default();
        for manifest in manifests {
            if let Some(found) = file::read(manifest, Place::Package)? {
                layer.packages.extend(self.note(manifest, found).packages);
            }
        }
        self.layers.push(layer);
        Ok(())
    }

    fn add_file(&mut self, path: &Path, place: Place) -> Result<(), CargoPcgError> {
        if let Some(found) = file::read(path, place)? {
            let layer = self.note(path, found);
            self.layers.push(layer);
        }
        Ok(())
    }

    fn note(&mut self, path: &Path, found: Found) -> Layer {
        self.files.push(path.to_owned());
        self.unknown.extend(found.unknown);
        found.layer
    }

    /// Warns of keys that mean nothing.
    pub(crate) fn warn(&self, terminal: Terminal) {
        for key in &self.unknown {
            terminal.warning(key, key.help());
        }
    }

    /// Whether `--codegen-units` is given.
    pub(crate) fn has_units_on_the_command_line(&self) -> bool {
        self.get(&CODEGEN_UNITS).is_some_and(|setting| matches!(setting.origin, Origin::CommandLine { .. }))
    }

    /// Whether nobody has said how many units all crates get.
    pub(crate) fn leave_units_open(&self) -> bool {
        self.get(&CODEGEN_UNITS).is_none() && self.get(options::plan()).is_none()
    }

    /// The setting that holds for an option.
    pub(crate) fn get(&self, spec: &Spec) -> Option<&Setting> {
        self.layers.iter().find_map(|layer| layer.options.get(spec.key))
    }

    /// The numbers of codegen units that hold for single packages, by the packages' names.
    pub(crate) fn packages(&self) -> BTreeMap<&str, &Setting> {
        let for_all = self.layers.iter().position(|layer| layer.options.contains_key(CODEGEN_UNITS.key));
        let as_strong = &self.layers[..for_all.map_or(self.layers.len(), |at| at + 1)];
        let sections = as_strong.iter().rev().flat_map(|layer| &layer.packages);
        sections.map(|(name, setting)| (name.as_str(), setting)).collect()
    }

    /// The numbers of codegen units as values of cargo's `--config`, for a profile.
    pub(crate) fn for_cargo(&self, profile: &str) -> Vec<OsString> {
        let units = |setting: &Setting| setting.value.display().to_string();
        let for_all = self.get(&CODEGEN_UNITS).map(|all| format!("profile.{profile}.codegen-units={}", units(all)));
        let packages = self.packages().into_iter();
        // What Rust escapes in a name is escaped in TOML, too.
        let for_packages =
            packages.map(|(name, one)| format!("profile.{profile}.package.{name:?}.codegen-units={}", units(one)));
        for_all.into_iter().chain(for_packages).map(OsString::from).collect()
    }

    /// The variables for pcg-rustc that are not set already.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &OsStr)> {
        let for_rustc = cli::specs().filter(|spec| spec.key != CODEGEN_UNITS.key);
        for_rustc.filter_map(|spec| {
            let setting = self.get(spec)?;
            (!matches!(setting.origin, Origin::Variable { .. })).then_some((spec.variable, setting.value.as_os_str()))
        })
    }
}

fn command_line(options: &ArgMatches) -> Layer {
    let setting = |spec: &'static Spec| {
        let value = options.get_one::<OsString>(spec.key)?;
        let value = match spec.kind {
            Kind::Path => std::path::absolute(value).map_or_else(|_| value.clone(), PathBuf::into_os_string),
            _ => value.clone(),
        };
        Some((spec.key, Setting { value, origin: Origin::CommandLine { option: spec.option } }))
    };
    Layer { options: cli::specs().filter_map(setting).collect(), ..Layer::default() }
}

fn variables(environment: &Environment) -> Result<Layer, CargoPcgError> {
    let mut layer = Layer::default();
    for spec in cli::specs() {
        if let Some((name, value)) = spec.variable_in(environment) {
            if !spec.kind.takes(value) {
                return Err(spec.bad_value(name, value).into());
            }
            let origin = Origin::Variable { name };
            layer.options.insert(spec.key, Setting { value: value.to_owned(), origin });
        }
    }
    Ok(layer)
}

#[cfg(test)]
mod tests;
