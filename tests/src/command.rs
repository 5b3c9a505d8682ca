//! Running programs with an environment of their own, and keeping everything that they said.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

/// What cargo sets for a running test, and what a developer may have set for a build: none of it may reach the
/// compilers under test.
const NOT_INHERITED: &[&str] = &[
    "CARGO",
    "CARGO_BIN_",
    "CARGO_BUILD_",
    "CARGO_CRATE_NAME",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_MAKEFLAGS",
    "CARGO_MANIFEST_",
    "CARGO_PCG_",
    "CARGO_PKG_",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "LD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "MAKEFLAGS",
    "MFLAGS",
    "OUT_DIR",
    "PCG_",
    "RUSTC",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUST_BACKTRACE",
    "RUST_LOG",
    "RUST_MIN_STACK",
];

/// A command that inherits nothing of a surrounding cargo. Names ending in `_` in the list stand for their whole family.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let hidden = |entry: &&str| text == *entry || entry.ends_with('_') && text.starts_with(*entry);
        if NOT_INHERITED.iter().any(hidden) || text.starts_with("RUSTC_") {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit status.
    pub status: ExitStatus,
    /// Everything that it wrote to standard output.
    pub stdout: Vec<u8>,
    /// Everything that it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// Runs a command to its end, whatever its exit status.
pub fn run(command: &mut Command) -> Result<Outcome> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    Ok(Outcome { status: output.status, stdout: output.stdout, stderr: output.stderr })
}

/// Runs a command that has to succeed.
pub fn run_ok(command: &mut Command) -> Result<Outcome> {
    let outcome = run(command)?;
    if !outcome.status.success() {
        bail!("{command:?}\nended with {}\n{}", outcome.status, outcome.said());
    }
    Ok(outcome)
}

impl Outcome {
    /// Standard output as text.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Both outputs, for messages.
    pub fn said(&self) -> String {
        format!("--- stdout\n{}\n--- stderr\n{}", self.stdout_text(), self.stderr_text())
    }
}
