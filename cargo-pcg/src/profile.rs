//! Profiles that cargo does not know: those that are bundled with pcg, and those in pcg's files.
//!
//! `--profile NAME` names a profile in one of these places, the strongest first:
//!
//! | where | what it is |
//! |---|---|
//! | the file, if NAME has a `/` or ends in `.toml` | its only `[profile.X]`, or the one that is called as the file is; a file without any is the table itself |
//! | the workspace's manifest, and cargo's configuration files | cargo's own: nothing is done about it |
//! | `dev`, `release`, `test`, `bench` | likewise |
//! | `[workspace.metadata.pcg.profile.NAME]`, then `.cargo/pcg.toml`, then `pcg.toml` in cargo's home | the user's |
//! | `bundled.toml` | those of pcg |
//!
//! A profile has the keys of cargo's profiles (`keys.rs`) and tables `rustc` with options of `rustc -C`, for all crates
//! and in the sections for single packages and for build scripts. Cargo's keys become `--config profile.NAME.…`, for
//! the profile and for each one that it inherits from until one is cargo's own; options of rustc's become the variable
//! that `pcg_interface::rustc_options` describes.

mod catalogue;
mod definition;
mod edit;
mod error;
mod keys;
mod problem;
mod reader;
mod resolved;
mod rustc;

use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::Path;

use pcg_interface::environment::Environment;
use pcg_interface::option;

use crate::cargo_command;
use crate::error::CargoPcgError;
use crate::project::Project;
use crate::words::Words;

pub(crate) use catalogue::Catalogue;
pub(crate) use definition::{Definition, Entry, Layer, Source};
pub(crate) use edit::add;
pub(crate) use error::ProfileError;
pub(crate) use problem::Problem;
pub(crate) use reader::check_name;
pub(crate) use rustc::known_options;

/// What a profile inherits from unless it says something else.
pub(crate) const DEFAULT_PARENT: &str = "release";

/// Names that cargo refuses or has a meaning for in some commands.
const LEFT_TO_CARGO: [&str; 3] = ["check", "debug", "doc"];

/// The profile that a command of cargo's builds with, if it is not cargo's own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// As it stands on the command line.
    pub(crate) given: String,
    /// What cargo is to call it.
    pub(crate) name: String,
    /// Values of cargo's `--config`.
    pub(crate) config: Vec<OsString>,
    /// The variable for pcg-rustc, if there are options of rustc's.
    pub(crate) rustc_options: Option<String>,
}

impl Selection {
    /// Whether it says how many units all crates get.
    pub(crate) fn has_units(&self) -> bool {
        self.units().is_some()
    }

    /// The number of units of all crates.
    pub(crate) fn units(&self) -> Option<NonZeroUsize> {
        self.number("codegen-units")
    }

    /// The number of units of one package.
    pub(crate) fn units_of(&self, package: &str) -> Option<NonZeroUsize> {
        self.number(&format!("package.{package:?}.codegen-units"))
    }

    fn number(&self, key: &str) -> Option<NonZeroUsize> {
        let setting = format!("profile.{}.{key}=", self.name);
        self.config.iter().find_map(|given| option::number(OsStr::new(given.to_str()?.strip_prefix(&setting)?)))
    }
}

/// Finds the profile that a command names.
pub(crate) fn selected(
    words: &Words,
    environment: &Environment,
    project: Option<&Project>,
) -> Result<Option<Selection>, CargoPcgError> {
    let given = cargo_command::profile(words);
    let is_cargos = keys::BUILT_IN.iter().any(|(name, _)| *name == given) || LEFT_TO_CARGO.contains(&given);
    if is_cargos || !cargo_command::compiles(words) {
        return Ok(None);
    }
    let file = is_path(given).then(|| Path::new(given));
    let catalogue = Catalogue::read(project, environment, file)?;
    let name = file.map_or(Ok(given), |file| catalogue.name_in_file(file))?;
    match catalogue.find(name) {
        Some(definition) if definition.source.layer.is_cargos() => return Ok(None),
        // Cargo may know it: from a manifest that is not here, from `--config` or a variable.
        None if project.is_none() || is_configured(name, words, environment) => return Ok(None),
        _ => {}
    }
    let resolved = catalogue.resolve(name)?;
    resolved.check_rustc(|| known_options(environment))?;
    let options = resolved.rustc_options(&project.map_or_else(Vec::new, Project::members));
    Ok(Some(Selection {
        given: given.to_owned(),
        name: name.to_owned(),
        config: resolved.for_cargo(),
        rustc_options: (!options.is_empty()).then(|| options.to_json()),
    }))
}

/// Whether a command optimises what it builds, as far as the profile says so for all crates. `name` is what cargo calls
/// the profile.
pub(crate) fn is_optimised(
    name: &str,
    words: &Words,
    environment: &Environment,
    project: Option<&Project>,
) -> Result<bool, CargoPcgError> {
    let key = format!("profile.{name}.{}=", keys::OPT_LEVEL);
    let on_the_command_line =
        words.before_separator().filter_map(|word| word.trim_start_matches("--config=").strip_prefix(&key));
    let variable = format!("CARGO_PROFILE_{}_OPT_LEVEL", name.to_uppercase().replace('-', "_"));
    let given = on_the_command_line.last().or_else(|| environment.get(&variable)?.to_str());
    if let Some(level) = given {
        return Ok(level.trim_matches(['"', '\'']) != "0");
    }
    let given = cargo_command::profile(words);
    let file = is_path(given).then(|| Path::new(given));
    Ok(Catalogue::read(project, environment, file)?.is_optimised(name))
}

/// Whether a name is that of a file.
pub(crate) fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".toml")
}

fn is_configured(name: &str, words: &Words, environment: &Environment) -> bool {
    let variable = format!("CARGO_PROFILE_{}_INHERITS", name.to_uppercase().replace('-', "_"));
    let key = format!("profile.{name}.");
    let is_setting = |word: &str| word.trim_start_matches("--config=").starts_with(&key);
    environment.get(&variable).is_some() || words.before_separator().any(is_setting)
}

#[cfg(test)]
mod tests;
