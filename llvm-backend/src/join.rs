//! One crate object from the units' objects: a relocatable link, after which promoted symbols are local again.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::toolchain::HOST;
use crate::unit::UnitObject;
use unreachable::Unreachable;

mod embedded;
mod localise;
mod unreachable;

/// The linker that joins objects (`-r`): rust-lld of the toolchain, GNU ld where it is missing.
#[derive(Clone, Debug)]
pub struct Joiner {
    linker: PathBuf,
    is_lld: bool,
}

impl Joiner {
    /// Looks for the linker in a toolchain, then in PATH.
    ///
    /// # Errors
    /// [`Error::NoLinker`] if there is none.
    pub fn find(sysroot: &Path) -> Result<Self, Error> {
        let lld = sysroot.join("lib/rustlib").join(HOST).join("bin/rust-lld");
        if lld.is_file() {
            return Ok(Self { linker: lld, is_lld: true });
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let ld = env::split_paths(&path).map(|folder| folder.join("ld")).find(|ld| ld.is_file());
        let linker = ld.ok_or_else(|| Error::NoLinker { sysroot: sysroot.to_owned() })?;
        Ok(Self { linker, is_lld: false })
    }

    /// The linker's path.
    pub fn linker(&self) -> &Path {
        &self.linker
    }

    /// Writes the crate object to `out`: the units' objects without `promoted` functions that nothing refers to,
    /// `embedded_bitcode` in the sections where rustc's LTO looks for it, and the other `promoted` symbols local.
    /// `scratch` is an existing folder for the linker's input.
    ///
    /// # Errors
    /// [`Error::Join`] with the linker's words, [`Error::Object`] if a promoted symbol is missing, [`Error::File`].
    pub fn join(
        &self,
        units: &[UnitObject],
        promoted: &BTreeSet<String>,
        embedded_bitcode: Option<&[u8]>,
        scratch: &Path,
        out: &Path,
    ) -> Result<(), Error> {
        if let ([unit], None) = (units, embedded_bitcode) {
            return write(out, &unit.object);
        }
        let unreachable = self.unreachable(units, promoted)?;
        let mut inputs = Vec::with_capacity(units.len() + 1);
        for (position, unit) in units.iter().enumerate() {
            let input = scratch.join(format!("unit-{}.o", unit.index));
            write(&input, &unreachable.exclude(position, &unit.object)?)?;
            inputs.push(input);
        }
        if let Some(bitcode) = embedded_bitcode {
            let input = scratch.join("bitcode.o");
            write(&input, &embedded::object_with(bitcode)?)?;
            inputs.push(input);
        }
        let script = (!unreachable.is_empty()).then(|| scratch.join("discard.ld"));
        if let Some(script) = &script {
            write(script, unreachable::DISCARD.as_bytes())?;
        }
        self.link(script.as_deref(), &inputs, out)?;
        let localise: BTreeSet<&str> = promoted.difference(unreachable.names()).map(|name| &**name).collect();
        if !localise.is_empty() {
            let mut object = fs::read(out).map_err(|source| Error::File { path: out.to_owned(), source })?;
            localise::make_local(&mut object, &localise)?;
            write(out, &object)?;
        }
        for input in inputs.into_iter().chain(script) {
            // Whatever is left goes with the scratch folder.
            drop(fs::remove_file(input));
        }
        Ok(())
    }

    /// GNU ld does not tell sections apart by two of their flags, and keeps everything.
    fn unreachable(&self, units: &[UnitObject], promoted: &BTreeSet<String>) -> Result<Unreachable, Error> {
        if !self.is_lld || promoted.is_empty() {
            return Ok(Unreachable::default());
        }
        let objects: Vec<&[u8]> = units.iter().map(|unit| &*unit.object).collect();
        Unreachable::find(&objects, promoted)
    }

    fn link(&self, script: Option<&Path>, inputs: &[PathBuf], out: &Path) -> Result<(), Error> {
        let mut command = Command::new(&self.linker);
        if self.is_lld {
            command.args(["-flavor", "gnu"]);
        }
        if let Some(script) = script {
            command.arg("--script").arg(script);
        }
        command.arg("-r").arg("-o").arg(out).args(inputs);
        let failed = |message: String| Error::Join { linker: self.linker.clone(), message };
        let output = command.output().map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(failed(format!("{} {}", output.status, String::from_utf8_lossy(&output.stderr).trim_end())))
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|source| Error::File { path: path.to_owned(), source })
}

fn malformed(message: impl ToString) -> Error {
    Error::Object { message: message.to_string() }
}
