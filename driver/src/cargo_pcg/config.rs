//! The one question that `cargo pcg` has for cargo's configuration files: is there a wrapper around rustc?
//!
//! Stable cargo has no command that answers it. Files are looked for where cargo looks for them: in `.cargo` of the
//! current folder and of each one above it, then in cargo's home; the nearest wins, and `config` without an extension
//! wins over `config.toml` beside it.

use std::ffi::OsString;
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
    build: Option<Build>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Build {
    rustc_wrapper: Option<String>,
}

/// `build.rustc-wrapper`, if a file sets it to something.
pub(super) fn rustc_wrapper(environment: &Environment) -> Result<Option<OsString>, CargoPcgError> {
    let current = std::env::current_dir().unwrap_or_default();
    for folder in folders(&current, environment) {
        if let Some(wrapper) = wrapper_in(&folder)? {
            return Ok(Some(wrapper).filter(|wrapper| !wrapper.is_empty()));
        }
    }
    Ok(None)
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

fn wrapper_in(folder: &Path) -> Result<Option<OsString>, CargoPcgError> {
    let Some(path) = ["config", "config.toml"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file())
    else {
        return Ok(None);
    };
    let read = || Ok(toml::from_str::<Config>(&fs::read_to_string(&path)?)?);
    let config = read().map_err(|source| CargoPcgError::Config { path: path.clone(), source })?;
    Ok(config.build.and_then(|build| build.rustc_wrapper).map(OsString::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, content: &str) {
        fs::create_dir_all(folder.join(".cargo")).unwrap();
        fs::write(folder.join(".cargo/config.toml"), content).unwrap();
    }

    #[test]
    fn the_nearest_file_with_a_wrapper_wins_and_home_comes_last() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        let environment = Environment::from_iter([("CARGO_HOME", outer.path().join("home/.cargo"))]);
        let found = || {
            let folders = folders(&inner, &environment);
            folders.iter().find_map(|folder| wrapper_in(folder).unwrap())
        };
        assert_eq!(found(), None);
        file(&outer.path().join("home"), "build.rustc-wrapper = 'home'");
        assert_eq!(found(), Some("home".into()));
        file(outer.path(), "[build]\nrustc-wrapper = 'outer'\njobs = 2");
        assert_eq!(found(), Some("outer".into()));
        file(&inner, "[net]\noffline = true");
        assert_eq!(found(), Some("outer".into()));
        file(&inner, "[build]\nrustc-wrapper = 'inner'");
        assert_eq!(found(), Some("inner".into()));
    }

    #[test]
    fn a_file_that_is_not_toml_is_named() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "[build");
        let error = wrapper_in(&folder.path().join(".cargo")).unwrap_err();
        assert!(error.to_string().contains("config.toml"), "{error}");
    }
}
