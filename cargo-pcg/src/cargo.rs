//! Becoming cargo with `pcg-rustc` in the place of rustc.
//!
//! | what the user sets | what cargo gets |
//! |---|---|
//! | `codegen-units` | `--config profile.NAME.codegen-units=N`, for the profile that the command builds with |
//! | `codegen-units` of a package | `--config profile.NAME.package."PACKAGE".codegen-units=N` |
//! | `--profile` with a profile of pcg's | `--config profile.NAME.KEY=VALUE`, and `CARGO_PCG_RUSTC_OPTIONS` (`profile.rs`) |
//! | another option | its variable; a path is made absolute, because cargo runs rustc in other folders |
//! | no number of units and no `plan` | `PCG_PLAN`: the plan that is made for the build (`planning.rs`) |
//! | no `report` | `PCG_REPORT`: a folder in the project's target folder, for `cargo pcg explain` |
//! | nothing | `RUSTC_WRAPPER`: pcg-rustc |
//! | nothing, and a wrapper is there already (sccache) | `RUSTC`: pcg-rustc, and `CARGO_PCG_RUSTC`: the rustc that it was to be |
//! | nothing | `--config env.PCG_CONFIGURATION…`, by which cargo's cache of rustc's answers knows pcg's variables (`rustc_info.rs`) |
//! | nothing, and a wrapper is there or no project | `CARGO_CACHE_RUSTC_INFO=0`: there is no such cache |
//! | anything of cargo's | the same |
//!
//! Cargo fingerprints the profile and the text of `-vV`, so that artefacts of stock and of pcg, and of different
//! options, are told apart, and a change rebuilds exactly what it concerns. A wrapper such as sccache tells compiles
//! apart by the same text, by the arguments, and by variables that begin with `CARGO_`: so those of pcg's that the output
//! depends on do, and those that name files of one project do not.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::ArgMatches;
use pcg_interface::environment::{Environment, RUSTC_VARIABLE, is_executable};
use pcg_interface::executables::{self, PCG_RUSTC};
use pcg_interface::{options, rustc_options};

use crate::cargo_command;
use crate::cargo_config::{self, Builds};
use crate::cargo_programs;
use crate::cargo_units;
use crate::error::CargoPcgError;
use crate::planning::build::Build;
use crate::profile::{self, Selection};
use crate::project::{Choice, Extent, Project};
use crate::reports;
use crate::rustc_info;
use crate::settings::Settings;
use crate::terminal::Terminal;
use crate::words::Words;

/// The cargo to run: cargo itself says which one when it runs this program.
pub(crate) fn program(environment: &Environment) -> PathBuf {
    PathBuf::from(environment.get("CARGO").unwrap_or(OsStr::new("cargo")))
}

/// Replaces this process by cargo. Returns only if that fails.
pub(crate) fn become_cargo(
    words: &Words,
    options: &ArgMatches,
    environment: &Environment,
    terminal: Terminal,
) -> Result<ExitCode, CargoPcgError> {
    let expanded = expand(words, environment)?;
    let choice = Choice::of(&expanded);
    let project = project(&expanded, &choice, environment);
    let settings = Settings::read(options, environment, project.as_ref())?;
    settings.warn(terminal);
    let selection = profile::selected(&expanded, environment, project.as_ref())?;
    let profile = selection.as_ref().map_or(cargo_command::profile(&expanded), |selection| &selection.name);
    let settings = settings.for_profile(profile, &expanded, environment, project.as_ref())?;
    let program = program(environment);
    let mut cargo = Command::new(&program);
    cargo.envs(settings.variables());
    // A cargo pcg around this one has chosen for its own project.
    cargo.env_remove(options::CHOSEN_PLAN).env_remove(options::CHOSEN_REPORT);
    let reports = reports::default_folder(&settings, project.as_ref(), profile);
    let reports = reports.filter(|_| cargo_command::builds_code(&expanded));
    cargo.envs(reports.map(|folder| (options::CHOSEN_REPORT, folder)));
    let builds = cargo_config::builds(&expanded, environment)?;
    let has_units = !settings.leave_units_open()
        || selection.as_ref().is_some_and(Selection::has_units)
        || cargo_units::are_given(&expanded, profile, environment, &builds);
    if let Some(project) = project.as_ref().filter(|_| cargo_command::builds_code(&expanded) && !has_units) {
        let selection = selection.as_ref();
        let build = Build { project, choice: &choice, settings: &settings, profile, selection, terminal };
        cargo.env(options::CHOSEN_PLAN, build.write()?);
    }
    if let Some(options) = selection.as_ref().and_then(|selection| selection.rustc_options.as_ref()) {
        cargo.env(rustc_options::VARIABLE, options);
    }
    let mut config = Vec::new();
    let pcg_rustc = find_pcg_rustc(environment)?;
    if has_other_wrapper(environment, &builds, &pcg_rustc) {
        if environment.get(RUSTC_VARIABLE).is_none() {
            cargo.env(RUSTC_VARIABLE, cargo_programs::rustc(environment, &builds).program);
        }
        cargo.env("RUSTC", pcg_rustc).envs([rustc_info::KEEP_NOTHING]);
    } else {
        cargo.env("RUSTC_WRAPPER", pcg_rustc);
        match project.filter(|_| cargo_command::is_cargos_own(&expanded)) {
            Some(project) => {
                rustc_info::forget_failures(project.target_directory());
                config.extend(rustc_info::configuration(&cargo, environment));
            }
            None => _ = cargo.envs([rustc_info::KEEP_NOTHING]),
        }
    }
    cargo.args(arguments(words, &expanded, &settings, selection.as_ref(), config));
    Err(CargoPcgError::CannotRun { program, source: cargo.exec() })
}

/// What cargo makes of an alias.
fn expand(words: &Words, environment: &Environment) -> Result<Words, CargoPcgError> {
    let name = words.command().filter(|_| !cargo_command::compiles(words));
    let alias = name.map(|name| cargo_config::alias(name, environment)).transpose()?.flatten();
    Ok(alias.map_or_else(|| words.clone(), |alias| words.with_command(&alias)))
}

/// The project that the command works on. Its dependencies are of interest where there will be code.
fn project(words: &Words, choice: &Choice<'_>, environment: &Environment) -> Option<Project> {
    let extent = if cargo_command::builds_code(words) { Extent::Dependencies } else { Extent::Members };
    cargo_command::compiles_project(words).then(|| Project::find(choice, extent, environment)).flatten()
}

/// Cargo's command line, with values for `--config`: these, a profile, and the numbers of units. A command that may not
/// compile gets those numbers only that the user gave it.
fn arguments(
    words: &Words,
    expanded: &Words,
    settings: &Settings,
    selection: Option<&Selection>,
    mut config: Vec<OsString>,
) -> Vec<OsString> {
    let renamed = selection.filter(|selection| selection.given != selection.name).and_then(|selection| {
        let option = cargo_command::profile_option(expanded);
        // An alias may have it.
        words.with_value_of(option, &selection.name).or_else(|| expanded.with_value_of(option, &selection.name))
    });
    let words = renamed.as_ref().unwrap_or(words);
    config.extend(selection.iter().flat_map(|selection| selection.config.clone()));
    if cargo_command::compiles(expanded) || settings.has_units_on_the_command_line() {
        let profile = selection.map_or_else(|| cargo_command::profile(expanded), |selection| &selection.name);
        config.extend(settings.for_cargo(profile));
    }
    let at = cargo_command::position_for_options(words);
    let mut arguments = words.cargo.clone();
    arguments.splice(at..at, config.into_iter().flat_map(|setting| ["--config".into(), setting]));
    arguments
}

/// The one that was installed with this program wins over the first in `PATH`.
pub(crate) fn find_pcg_rustc(environment: &Environment) -> Result<PathBuf, CargoPcgError> {
    let beside = executables::beside(PCG_RUSTC).ok().filter(|path| is_executable(path));
    beside.or_else(|| environment.find_program(OsStr::new(PCG_RUSTC))).ok_or(CargoPcgError::NoPcgRustc)
}

/// Whether cargo is to run rustc through a wrapper that is not pcg-rustc. Cargo has room for one.
fn has_other_wrapper(environment: &Environment, builds: &Builds, pcg_rustc: &Path) -> bool {
    let wrapper = cargo_programs::wrapper(environment, builds);
    wrapper.is_some_and(|wrapper| !is_same_program(wrapper.program.as_ref(), pcg_rustc))
}

/// Whether a program that is named is pcg-rustc.
pub(crate) fn is_same_program(program: &Path, pcg_rustc: &Path) -> bool {
    match (program.canonicalize(), pcg_rustc.canonicalize()) {
        (Ok(program), Ok(pcg_rustc)) => program == pcg_rustc,
        _ => program == Path::new(PCG_RUSTC),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    /// Cargo's command line without any configuration files.
    fn arguments(line: &str) -> String {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let words = Words::split(&words, &cli::definition());
        let options = cli::parse_options(cli::definition(), &words).unwrap();
        let environment =
            Environment::from_iter([("CARGO_PCG_CODEGEN_UNITS", "2"), ("CARGO_ALIAS_BR", "build --release")]);
        let settings = Settings::read(&options, &environment, None).unwrap();
        let expanded = expand(&words, &environment).unwrap();
        let selection = profile::selected(&expanded, &environment, None).unwrap();
        let arguments = super::arguments(&words, &expanded, &settings, selection.as_ref(), Vec::new());
        arguments.join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn the_number_of_units_stands_behind_the_command() {
        let line = "run --codegen-units 4 a --release -- --profile=x";
        assert_eq!(arguments(line), "run --config profile.release.codegen-units=4 a --release -- --profile=x");
        assert_eq!(arguments("-q b"), "-q b --config profile.dev.codegen-units=2");
    }

    #[test]
    fn a_command_that_does_not_compile_gets_the_number_only_if_it_is_given() {
        assert_eq!(arguments("fmt --all"), "fmt --all");
        assert_eq!(arguments("other --codegen-units=4"), "other --config profile.dev.codegen-units=4");
    }

    #[test]
    fn an_alias_is_understood() {
        assert_eq!(arguments("br -p a"), "br --config profile.release.codegen-units=2 -p a");
    }
}
