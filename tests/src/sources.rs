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
    if let Some(manifest) = manifest {
        return Ok(Path::new(manifest).parent().context("a manifest has a folder")?.to_owned());
    }
    // Cargo fetches packages without a library, and leaves them out of its answer. They are beside the others.
    let fetched = packages.iter().filter(|package| package["source"].is_string());
    let any = fetched.filter_map(|package| package["manifest_path"].as_str()).next().context("nothing was fetched")?;
    let all = Path::new(any).ancestors().nth(2).context("packages are in a folder")?;
    let version = locked_version(&fixture(fixture_name).join("Cargo.lock"), name)?;
    let folder = all.join(format!("{name}-{version}"));
    ensure!(folder.is_dir(), "{name} is not among the fixture's dependencies");
    Ok(folder)
}

/// The version that a lock file names.
fn locked_version(lock_file: &Path, name: &str) -> Result<String> {
    let lock: toml::Table = std::fs::read_to_string(lock_file)?.parse()?;
    let mut packages = lock["package"].as_array().into_iter().flatten();
    let found = packages.find(|package| package["name"].as_str() == Some(name));
    let version = found.and_then(|package| package["version"].as_str()).map(str::to_owned);
    version.with_context(|| format!("{name} is not in {}", lock_file.display()))
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
