//! The rustc command by which cargo compiles one crate, recorded once and run again with other compilers and flags.
//!
//! Cargo is asked to build the crate with a recording wrapper around stock rustc. Afterwards the crate's dependencies
//! lie in the target folder of that build, and the crate itself can be compiled as often as needed without cargo.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::command::{command, run_ok};
use crate::toolchain;

/// Writes down each rustc call, and makes it.
const RECORDER: &str = r#"#!/bin/sh
if [ -n "$CARGO_CRATE_NAME" ]; then
    record="$PCG_RECORD_TO/$CARGO_CRATE_NAME-$CARGO_PKG_VERSION-$$"
    printf '%s\0' "$@" > "$record.args"
    env -0 > "$record.env"
    pwd > "$record.cwd"
fi
exec "$@"
"#;

/// A rustc command that can be run again.
#[derive(Debug, Clone)]
pub struct Recording {
    /// rustc's arguments, without the program.
    pub args: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: PathBuf,
}

impl Recording {
    /// Builds `package` (a name, or `name@version` if the lock file has several) of the cargo project in `project` for release with stock rustc, and returns the command that
    /// compiled its library.
    ///
    /// Everything is kept in `target`, which has to outlive the recording.
    pub fn of_library(project: &Path, package: &str, target: &Path) -> Result<Self> {
        let records = target.join("recorded");
        std::fs::create_dir_all(&records)?;
        let wrapper = records.join("record");
        std::fs::write(&wrapper, RECORDER)?;
        std::fs::set_permissions(&wrapper, PermissionsExt::from_mode(0o755))?;
        let mut cargo = command(toolchain::cargo()?);
        cargo.args(["build", "--release", "--locked", "--lib", "--package", package]).current_dir(project);
        cargo.env("RUSTC", toolchain::rustc()?).env("RUSTC_WRAPPER", &wrapper);
        cargo.env("CARGO_TARGET_DIR", target).env("PCG_RECORD_TO", &records);
        run_ok(&mut cargo)?;
        let (name, version) = package.split_once('@').unwrap_or((package, ""));
        let stem = find_record(&records, &format!("{}-{version}", name.replace('-', "_")))?;
        Self::read(&stem).with_context(|| format!("the record of {package}"))
    }

    fn read(stem: &Path) -> Result<Self> {
        // The version in the name has dots, so the extension is added and not set.
        let part = |extension: &str| std::fs::read(format!("{}.{extension}", stem.display()));
        let args = strings(&part("args")?);
        ensure!(args.len() > 1, "no arguments were recorded");
        let environment = strings(&part("env")?).into_iter().filter_map(variable).filter(|(name, _)| lasting(name));
        let folder = OsString::from_vec(part("cwd")?.trim_ascii_end().to_vec());
        Ok(Self { args: args[1..].to_vec(), environment: environment.collect(), folder: folder.into() })
    }

    /// The recorded command for another compiler, writing to another folder, with more arguments at the end. Of
    /// options that are given twice rustc takes the last.
    pub fn command<A: AsRef<OsStr>>(&self, compiler: &Path, out_dir: &Path, more: &[A]) -> Result<Command> {
        let position = self.args.iter().position(|arg| arg == "--out-dir").context("cargo gave no --out-dir")?;
        let mut args = self.args.clone();
        *args.get_mut(position + 1).context("--out-dir has no value")? = out_dir.into();
        let mut command = Command::new(compiler);
        command.args(args).args(more).current_dir(&self.folder);
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        Ok(command)
    }

    /// The file name of the library that the command writes.
    pub fn library(&self) -> Result<String> {
        let option = |wanted: &str| {
            let arguments = self.args.iter().filter_map(|arg| arg.to_str());
            arguments.zip(self.args.iter().skip(1)).find(|(name, _)| *name == wanted).map(|(_, value)| value)
        };
        let name = option("--crate-name").and_then(|name| name.to_str()).context("cargo gave no --crate-name")?;
        let extra = self.args.iter().filter_map(|arg| arg.to_str()).find_map(|arg| arg.strip_prefix("extra-filename="));
        Ok(format!("lib{name}{}.rlib", extra.unwrap_or("")))
    }
}

/// The latest record whose name begins with the crate's, of an optimised compile: a crate may have been recorded twice,
/// as cargo compiles it for build scripts and procedural macros, too, and these it does not optimise.
fn find_record(records: &Path, start: &str) -> Result<PathBuf> {
    let mut found = Vec::new();
    for entry in records.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or("");
        let Some(stem) = name.strip_suffix(".args").filter(|stem| stem.starts_with(start)) else { continue };
        if strings(&std::fs::read(&path)?).iter().any(|arg| arg.as_bytes().starts_with(b"opt-level=")) {
            found.push((path.metadata()?.modified()?, records.join(stem)));
        }
    }
    found.sort();
    let (_, latest) = found.pop().with_context(|| format!("cargo did not compile {start}"))?;
    Ok(latest)
}

/// Splits at NUL bytes.
fn strings(data: &[u8]) -> Vec<OsString> {
    let pieces = data.split(|byte| *byte == 0).filter(|piece| !piece.is_empty());
    pieces.map(|piece| OsString::from_vec(piece.to_vec())).collect()
}

fn variable(entry: OsString) -> Option<(OsString, OsString)> {
    let bytes = entry.into_vec();
    let equals = bytes.iter().position(|byte| *byte == b'=')?;
    Some((OsString::from_vec(bytes[..equals].to_vec()), OsString::from_vec(bytes[equals + 1..].to_vec())))
}

/// Whether a variable still means something when the recorded cargo has ended: its jobserver is gone.
fn lasting(name: &OsStr) -> bool {
    !["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS", "PCG_RECORD_TO", "RUSTC_WRAPPER"].iter().any(|gone| name == *gone)
}
