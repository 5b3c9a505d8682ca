//! What `cargo pcg` has to know of cargo's configuration files: which rustc is to run, and in which wrapper.
//!
//! Stable cargo has no command that says it. Files are looked for where cargo looks for them: in `.cargo` of the
//! current folder and of each one above it, then in cargo's home; the nearest wins, and `config` without an extension
//! wins over `config.toml` beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::CargoPcgError;
use crate::environment::Environment;

/// A file that cargo cannot use either.
#[derive(Debug, Error)]
pub(super) enum ConfigError {
    #[error(transparent)]
    Read(#[from] io::Error),
    #[error(transparent)]
    Parse(#[from] toml::de::Error),
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    build: Build,
}

/// The table `build`, as far as it concerns pcg.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Build {
    pub(super) rustc: Option<String>,
    pub(super) rustc_wrapper: Option<String>,
}

/// The table `build` of all files together.
pub(super) fn build(environment: &Environment) -> Result<Build, CargoPcgError> {
    let current = std::env::current_dir().unwrap_or_default();
    merge(&folders(&current, environment))
}

/// Each key from the first folder that has it.
fn merge(folders: &[PathBuf]) -> Result<Build, CargoPcgError> {
    folders.iter().try_fold(Build::default(), |merged, folder| {
        let next = build_in(folder)?;
        Ok(Build { rustc: merged.rustc.or(next.rustc), rustc_wrapper: merged.rustc_wrapper.or(next.rustc_wrapper) })
    })
}

fn folders(current: &Path, environment: &Environment) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = current.ancestors().map(|folder| folder.join(".cargo")).collect();
    let home = match environment.get("CARGO_HOME") {
        Some(home) => Some(PathBuf::from(home)),
        None => environment.get("HOME").map(|home| Path::new(home).join(".cargo")),
    };
    folders.extend(home);
    folders
}

fn build_in(folder: &Path) -> Result<Build, CargoPcgError> {
    let Some(path) = ["config", "config.toml"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file())
    else {
        return Ok(Build::default());
    };
    let read = || Ok(toml::from_str::<Config>(&fs::read_to_string(&path)?)?);
    read().map(|config| config.build).map_err(|source| CargoPcgError::Config { path: path.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, content: &str) {
        fs::create_dir_all(folder.join(".cargo")).unwrap();
        fs::write(folder.join(".cargo/config.toml"), content).unwrap();
    }

    #[test]
    fn the_nearest_file_with_a_key_wins_and_home_comes_last() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        let environment = Environment::from_iter([("CARGO_HOME", outer.path().join("home/.cargo"))]);
        let found = || {
            let build = merge(&folders(&inner, &environment)).unwrap();
            (build.rustc_wrapper, build.rustc)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(found(), (None, None));
        file(&outer.path().join("home"), "build.rustc-wrapper = 'home'\nbuild.rustc = 'mine'");
        assert_eq!(found(), (some("home"), some("mine")));
        file(outer.path(), "[build]\nrustc-wrapper = 'outer'\njobs = 2");
        assert_eq!(found(), (some("outer"), some("mine")));
        file(&inner, "[net]\noffline = true");
        assert_eq!(found(), (some("outer"), some("mine")));
        file(&inner, "[build]\nrustc-wrapper = ''");
        assert_eq!(found(), (some(""), some("mine")));
    }

    #[test]
    fn a_file_that_is_not_toml_is_named() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "[build");
        let error = build_in(&folder.path().join(".cargo")).unwrap_err();
        assert!(error.to_string().contains("config.toml"), "{error}");
    }
}
