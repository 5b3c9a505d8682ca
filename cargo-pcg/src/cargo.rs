//! Becoming cargo with `pcg-rustc` in the place of rustc.
//!
//! | what the user sets | what cargo gets |
//! |---|---|
//! | `codegen-units` | `--config profile.NAME.codegen-units=N`, for the profile that the command builds with |
//! | `codegen-units` of a package | `--config profile.NAME.package."PACKAGE".codegen-units=N` |
//! | another option | its variable; a path is made absolute, because cargo runs rustc in other folders |
//! | no number of units and no `plan` | `CARGO_PCG_PLAN`: the plan that is made for the build (`planning.rs`) |
//! | no `report` | `CARGO_PCG_REPORT`: a folder in the project's target folder, for `cargo pcg explain` |
//! | nothing | `RUSTC_WRAPPER`: pcg-rustc |
//! | nothing, and a wrapper is there already (sccache) | `RUSTC`: pcg-rustc, and `CARGO_PCG_RUSTC`: the rustc that it was to be |
//! | nothing | `CARGO_CACHE_RUSTC_INFO=0`, as cargo's cache of `rustc -vV` does not know pcg's variables |
//! | anything of cargo's | the same |
//!
//! Cargo fingerprints the profile and the text of `-vV`, so that artefacts of stock and of pcg, and of different
//! options, are told apart, and a change rebuilds exactly what it concerns.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::ArgMatches;
use pcg_interface::environment::{Environment, RUSTC_VARIABLE, is_executable};
use pcg_interface::options;

use crate::cargo_command;
use crate::cargo_config::{self, Build};
use crate::cargo_programs;
use crate::error::CargoPcgError;
use crate::file::write_file;
use crate::planning::costs::costs;
use crate::planning::graph::PackageGraph;
use crate::planning::{self, Decision};
use crate::project::{Choice, Extent, Project};
use crate::reports;
use crate::settings::Settings;
use crate::terminal::Terminal;
use crate::words::Words;

/// What is set in the place of rustc: it is beside this program or in `PATH`.
pub(crate) const PCG_RUSTC: &str = "pcg-rustc";

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
    let program = program(environment);
    let mut cargo = Command::new(&program);
    cargo.args(arguments(words, &expanded, &settings)).env("CARGO_CACHE_RUSTC_INFO", "0").envs(settings.variables());
    cargo.envs(reports::default_folder(&settings, project.as_ref()).map(|folder| (reports::VARIABLE, folder)));
    if let Some(project) = project.filter(|_| cargo_command::builds_code(&expanded) && settings.leave_units_open()) {
        cargo.env(options::plan().variable, write_plan(&project, &choice, &expanded, &settings, terminal)?);
    }
    let pcg_rustc = find_pcg_rustc(environment)?;
    let build = cargo_config::build(environment)?;
    if has_other_wrapper(words, environment, &build, &pcg_rustc) {
        if environment.get(RUSTC_VARIABLE).is_none() {
            cargo.env(RUSTC_VARIABLE, cargo_programs::rustc(environment, &build).program);
        }
        cargo.env("RUSTC", pcg_rustc);
    } else {
        cargo.env("RUSTC_WRAPPER", pcg_rustc);
    }
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

/// What is decided for each package of a build.
pub(crate) fn decide(
    project: &Project,
    choice: &Choice<'_>,
    settings: &Settings,
    terminal: Terminal,
) -> Result<(PackageGraph, Vec<Decision>), CargoPcgError> {
    let graph = project.graph(choice);
    let reports = reports::folder(settings, Some(project)).map(|folder| reports::read_all(&folder, terminal));
    let decisions = planning::decide(&graph, &costs(&graph, &reports.transpose()?.unwrap_or_default()));
    Ok((graph, decisions))
}

/// Makes the plan of a build and writes it into cargo's target folder. Builds of different kinds have files of their
/// own, as they may run at the same time.
fn write_plan(
    project: &Project,
    choice: &Choice<'_>,
    words: &Words,
    settings: &Settings,
    terminal: Terminal,
) -> Result<PathBuf, CargoPcgError> {
    let (graph, decisions) = decide(project, choice, settings, terminal)?;
    let packages = settings.packages();
    let plan = planning::plan(&graph, &decisions, |name| packages.contains_key(name));
    let kind = if cargo_command::builds_tests(words) { "tests" } else { "build" };
    let path = project.records().join(format!("plan-{kind}-{}.json", cargo_command::profile(words)));
    write_file(&path, plan.to_json().as_bytes())
        .map_err(|source| CargoPcgError::Write { path: path.clone(), source })?;
    Ok(path)
}

/// Cargo's command line, with the numbers of units where cargo looks for them. A command that may not compile gets
/// those only that the user gave it.
fn arguments(words: &Words, expanded: &Words, settings: &Settings) -> Vec<OsString> {
    let mut arguments = words.cargo.clone();
    if cargo_command::compiles(expanded) || settings.has_units_on_the_command_line() {
        let at = cargo_command::position_for_options(words);
        let config = settings.for_cargo(cargo_command::profile(expanded)).into_iter();
        arguments.splice(at..at, config.flat_map(|setting| ["--config".into(), setting]));
    }
    arguments
}

/// The one that was installed with this program wins over the first in `PATH`.
pub(crate) fn find_pcg_rustc(environment: &Environment) -> Result<PathBuf, CargoPcgError> {
    let beside = env::current_exe().ok().map(|path| path.with_file_name(PCG_RUSTC)).filter(|path| is_executable(path));
    beside.or_else(|| environment.find_program(OsStr::new(PCG_RUSTC))).ok_or(CargoPcgError::NoPcgRustc)
}

/// Whether cargo is to run rustc through a wrapper that is not pcg-rustc. Cargo has room for one.
fn has_other_wrapper(words: &Words, environment: &Environment, build: &Build, pcg_rustc: &Path) -> bool {
    let wrapper = cargo_programs::wrapper(environment, build);
    let is_other = wrapper.is_some_and(|wrapper| !is_same_program(wrapper.program.as_ref(), pcg_rustc));
    // RUSTC_WRAPPER wins over `--config`; an empty one means none.
    is_other || (env::var_os("RUSTC_WRAPPER").is_none() && configure_a_wrapper(words))
}

/// Whether `--config` sets a wrapper.
fn configure_a_wrapper(words: &Words) -> bool {
    words.before_separator().any(|word| word.trim_start_matches("--config=").starts_with("build.rustc-wrapper"))
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
        super::arguments(&words, &expand(&words, &environment).unwrap(), &settings)
            .join(OsStr::new(" "))
            .into_string()
            .unwrap()
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

    #[test]
    fn a_wrapper_on_the_command_line_is_seen() {
        let configure = |line: &str| {
            let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            configure_a_wrapper(&Words::split(&words, &cli::definition()))
        };
        assert!(configure("build --config build.rustc-wrapper='sccache'"));
        assert!(configure("build --config=build.rustc-wrapper='sccache'"));
        assert!(!configure("build --config net.offline=true"));
    }
}
