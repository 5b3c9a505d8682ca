//! `cargo pcg COMMAND`: cargo with `pcg-rustc` in the place of rustc.
//!
//! The process takes its own options out of the command line, says the rest in cargo's own terms, and becomes cargo:
//! output, signals and the exit code are cargo's.
//!
//! | what the user writes | what cargo gets |
//! |---|---|
//! | `--codegen-units N` | `--config profile.NAME.codegen-units=N`, for the profile that the command builds with |
//! | `--pcg-…` | the option's variable; a path is made absolute, because cargo runs rustc in other folders |
//! | nothing | `RUSTC_WRAPPER`: pcg-rustc |
//! | nothing, and a wrapper is there already (sccache) | `RUSTC`: pcg-rustc, and `CARGO_PCG_RUSTC`: the rustc that it was to be |
//! | nothing | `CARGO_CACHE_RUSTC_INFO=0`, as cargo's cache of `rustc -vV` does not know pcg's variables |
//! | anything else | the same |
//!
//! Cargo fingerprints the profile and the text of `-vV`, so that artefacts of stock and of pcg, and of different
//! options, are told apart, and a change rebuilds exactly what it concerns.

mod config;
mod words;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use thiserror::Error;

use crate::environment::{Environment, is_executable};
use crate::exit_code;
use crate::options::{self, UsageError};
use crate::output::Output;
use crate::toolchain::RUSTC_VARIABLE;
use config::Build;
use words::{Question, Words};

/// What `cargo pcg` sets itself as, beside itself or in `PATH`.
const PCG_RUSTC: &str = "pcg-rustc";

/// Why cargo was not started.
#[derive(Debug, Error)]
enum CargoPcgError {
    #[error(transparent)]
    Option(#[from] UsageError),
    #[error("{given}: expected a number of codegen units of 1 or more")]
    CodegenUnits { given: String },
    #[error("there is no `{PCG_RUSTC}` beside cargo-pcg or in PATH")]
    NoPcgRustc,
    #[error("{}: {source}", path.display())]
    Config { path: PathBuf, source: config::ConfigError },
    #[error("cannot run {}: {source}", program.display())]
    CannotRun { program: PathBuf, source: io::Error },
}

impl CargoPcgError {
    fn help(&self) -> String {
        match self {
            Self::Option(error) => error.help(),
            Self::CodegenUnits { .. } => "write `--codegen-units 4`".to_owned(),
            Self::NoPcgRustc => "`make install` in pcg's sources installs both".to_owned(),
            Self::Config { .. } => "mend this file of cargo's".to_owned(),
            Self::CannotRun { .. } => "run it as `cargo pcg`, or set CARGO to the path of cargo".to_owned(),
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Option(_) | Self::CodegenUnits { .. } | Self::Config { .. } => exit_code::USAGE,
            Self::NoPcgRustc | Self::CannotRun { .. } => exit_code::CANNOT_RUN,
        }
    }
}

/// Runs cargo-pcg with this process's arguments and environment. Returns only if cargo was not started.
pub fn run() -> ExitCode {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    let environment = Environment::of_process();
    let outcome = Words::read(&words).and_then(|words| match words.question {
        Some(Question::Help) => Ok(answer(&help())),
        Some(Question::Version) => Ok(answer(&format!("cargo-pcg {}\n", env!("CARGO_PKG_VERSION")))),
        None => become_cargo(&words, &environment),
    });
    outcome.unwrap_or_else(|error| {
        Output.error(&error, Some(&error.help()));
        error.exit_code().into()
    })
}

fn answer(text: &str) -> ExitCode {
    Output.stdout(text.as_bytes());
    ExitCode::SUCCESS
}

/// Replaces this process by cargo. Returns only if that fails.
fn become_cargo(words: &Words, environment: &Environment) -> Result<ExitCode, CargoPcgError> {
    let program = PathBuf::from(environment.get("CARGO").unwrap_or(OsStr::new("cargo")));
    let mut cargo = Command::new(&program);
    cargo.args(words.for_cargo()).env("CARGO_CACHE_RUSTC_INFO", "0");
    for (variable, value) in options::variables(&words.own)? {
        cargo.env(variable, value);
    }
    let pcg_rustc = find_pcg_rustc(environment)?;
    let build = config::build(environment)?;
    if has_other_wrapper(words, environment, &build, &pcg_rustc) {
        if environment.get(RUSTC_VARIABLE).is_none() {
            cargo.env(RUSTC_VARIABLE, chosen_rustc(environment, &build));
        }
        cargo.env("RUSTC", pcg_rustc);
    } else {
        cargo.env("RUSTC_WRAPPER", pcg_rustc);
    }
    Err(CargoPcgError::CannotRun { program, source: cargo.exec() })
}

/// The one that was installed with this program wins over the first in `PATH`.
fn find_pcg_rustc(environment: &Environment) -> Result<PathBuf, CargoPcgError> {
    let beside = env::current_exe().ok().map(|path| path.with_file_name(PCG_RUSTC)).filter(|path| is_executable(path));
    beside.or_else(|| environment.find_program(OsStr::new(PCG_RUSTC))).ok_or(CargoPcgError::NoPcgRustc)
}

/// Whether cargo is to run rustc through a wrapper that is not pcg-rustc. Cargo has room for one.
fn has_other_wrapper(words: &Words, environment: &Environment, build: &Build, pcg_rustc: &Path) -> bool {
    let is_other = |wrapper: &OsStr| !wrapper.is_empty() && !is_same_program(Path::new(wrapper), pcg_rustc);
    // An empty RUSTC_WRAPPER means none, whatever the configuration says.
    if let Some(wrapper) = env::var_os("RUSTC_WRAPPER") {
        return is_other(&wrapper);
    }
    let configured = environment.get("CARGO_BUILD_RUSTC_WRAPPER").or(build.rustc_wrapper.as_deref().map(OsStr::new));
    configured.is_some_and(is_other) || words.configure_a_wrapper()
}

/// The rustc that cargo would run.
fn chosen_rustc<'a>(environment: &'a Environment, build: &'a Build) -> &'a OsStr {
    let configured = build.rustc.as_deref().map(OsStr::new);
    let chosen = environment.get("RUSTC").or_else(|| environment.get("CARGO_BUILD_RUSTC")).or(configured);
    chosen.unwrap_or(OsStr::new("rustc"))
}

fn is_same_program(program: &Path, pcg_rustc: &Path) -> bool {
    match (program.canonicalize(), pcg_rustc.canonicalize()) {
        (Ok(program), Ok(pcg_rustc)) => program == pcg_rustc,
        _ => program == Path::new(PCG_RUSTC),
    }
}

/// The text of `cargo pcg --help`.
fn help() -> String {
    format!(
        "Runs cargo with pcg-rustc in the place of rustc: each optimised crate is compiled on several cores\n\n\
         Usage: cargo pcg COMMAND [CARGO OPTIONS] [PCG OPTIONS]\n       \
         cargo pcg build --release\n\n\
         COMMAND and CARGO OPTIONS are cargo's own (`cargo help COMMAND`).\n\n\
         PCG options, in front of a `--`; all but the first have a variable with the same effect:\n  \
         --codegen-units N        Cut each crate into N units; by default each crate's work decides\n\
         {}\n\
         Exit codes, besides those of cargo:\n{}",
        options::table(),
        exit_code::summary_of_cargo_pcg()
    )
}
