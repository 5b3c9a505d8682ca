//! The published sources of crates, fetched by cargo.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command::{command, run_ok};
use crate::toolchain;

/// The cargo project whose lock file names the version of every crate that tests and measurements compile directly.
pub fn project() -> PathBuf {
    fixture("sources")
}

/// The folder of a fixture.
pub fn fixture(name: &str) -> PathBuf {
    toolchain::workspace().join("tests/fixtures").join(name)
}

/// The folder of one crate's published sources in cargo's cache. They are read-only by convention.
pub fn package(name: &str) -> Result<PathBuf> {
    package_of("sources", name)
}

/// The same for a dependency of another fixture.
pub fn package_of(fixture_name: &str, name: &str) -> Result<PathBuf> {
    let mut cargo = command(toolchain::cargo()?);
    cargo.args(["metadata", "--locked", "--format-version=1"]).current_dir(fixture(fixture_name));
    let metadata: Value = serde_json::from_slice(&run_ok(&mut cargo)?.stdout)?;
    let packages = metadata["packages"].as_array().context("no packages in cargo's metadata")?;
    let manifest =
        packages.iter().find(|package| package["name"] == name).and_then(|package| package["manifest_path"].as_str());
    let manifest = manifest.with_context(|| format!("{name} is not among the fixture's dependencies"))?;
    Ok(Path::new(manifest).parent().context("a manifest has a folder")?.to_owned())
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.is_dir(), "{} is not a folder", from.display());
    std::fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
