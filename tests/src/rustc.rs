//! Compiling one source file with a compiler of choice.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::command;
use crate::toolchain;

/// Which compiler is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compiler {
    /// The toolchain's rustc.
    Stock,
    /// pcg-rustc, which has to find that rustc by itself.
    Pcg,
}

impl Compiler {
    /// The executable.
    pub fn path(self) -> Result<PathBuf> {
        match self {
            Self::Stock => toolchain::rustc(),
            Self::Pcg => toolchain::pcg_rustc(),
        }
    }

    /// A command that runs this compiler with `args` in `folder`.
    pub fn command<A: AsRef<OsStr>>(self, folder: &Path, args: &[A]) -> Result<Command> {
        let mut command = command(self.path()?);
        command.args(args).current_dir(folder);
        if self == Self::Pcg {
            // What rustup's shim would do for a user.
            command.env("RUSTUP_TOOLCHAIN", toolchain::sysroot()?);
        }
        Ok(command)
    }
}

/// `--pcg-report=<file>`.
pub fn report_option(file: &Path) -> OsString {
    let mut option = OsString::from("--pcg-report=");
    option.push(file);
    option
}
