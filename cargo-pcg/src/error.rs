//! Why `cargo pcg` could not do what it was asked for.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use pcg_interface::executables::PCG_RUSTC;
use pcg_interface::exit_code;
use pcg_interface::options::UsageError;
use thiserror::Error;

use crate::profile::ProfileError;
use crate::terminal::Terminal;

/// An expected error.
#[derive(Debug, Error)]
pub(crate) enum CargoPcgError {
    /// Also `--help` and `--version`, which clap answers by an error.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    #[error(transparent)]
    Variable(#[from] UsageError),
    #[error("there is no `{PCG_RUSTC}` beside cargo-pcg or in PATH")]
    NoPcgRustc,
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: FileError },
    #[error("{}:{line}: `{key}` is `{given}`: expected {expected}", path.display())]
    BadValue { path: PathBuf, line: usize, key: String, given: String, expected: String },
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("cannot run {}: {source}", program.display())]
    CannotRun { program: PathBuf, source: io::Error },
    #[error("there is no project here that cargo knows")]
    NoProject,
    #[error("there are no reports in {}", folder.display())]
    NoReports { folder: PathBuf },
    #[error("there is no report of a crate `{name}` in {}", folder.display())]
    NoReport { name: String, folder: PathBuf, nearest: String },
    #[error("{failed} of {checks} checks failed")]
    Unfit { failed: usize, checks: usize },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// What is wrong with a configuration file.
#[derive(Debug, Error)]
pub(crate) enum FileError {
    #[error(transparent)]
    Read(#[from] io::Error),
    #[error("{}", .0.to_string().trim_end())]
    Parse(#[from] toml::de::Error),
    #[error("{}", .0.to_string().trim_end())]
    Edit(#[from] toml_edit::TomlError),
}

impl CargoPcgError {
    /// Says it to the user, with how to mend it.
    pub(crate) fn tell(&self, terminal: Terminal) {
        match self {
            Self::CommandLine(error) => terminal.clap(&error.render(), error.use_stderr()),
            _ => terminal.error(self, self.help()),
        }
    }

    fn help(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Profile(error) => return error.help(),
            Self::CommandLine(_) | Self::Variable(_) => "`cargo pcg --help` says what each option takes",
            Self::NoPcgRustc => "`make install` in pcg's sources installs it",
            Self::File { .. } | Self::BadValue { .. } => "mend this file",
            Self::CannotRun { .. } => "run it as `cargo pcg`, or set CARGO to the path of cargo",
            Self::NoProject => "run it where the build was run, or name the project by `--manifest-path`",
            Self::NoReports { .. } => {
                "`cargo pcg build --release` writes one for each crate that it compiles, and `--profile` names other builds"
            }
            Self::NoReport { nearest, .. } => {
                let nearest = format!("the nearest that has one: `{nearest}`");
                return Cow::Owned(nearest + "; a build with `cargo pcg` writes one for each crate that it compiles");
            }
            Self::Unfit { .. } => "each check says how to mend it",
            Self::Write { .. } => "name a folder that can be written to",
        })
    }

    /// The code that the process ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::CommandLine(error) if !error.use_stderr() => 0,
            Self::CommandLine(_)
            | Self::Variable(_)
            | Self::File { .. }
            | Self::BadValue { .. }
            | Self::NoProject
            | Self::Profile(_)
            | Self::Write { .. } => exit_code::USAGE,
            Self::NoReports { .. } | Self::NoReport { .. } => exit_code::NO_REPORT,
            Self::Unfit { .. } => exit_code::UNFIT,
            Self::NoPcgRustc | Self::CannotRun { .. } => exit_code::CANNOT_RUN,
        }
    }
}
