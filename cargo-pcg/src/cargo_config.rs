//! What `cargo pcg` has to know of cargo's configuration files: which rustc is to run, and in which wrapper.
//!
//! Stable cargo has no command that says it. Of the folders in which cargo looks the nearest wins, and `config` without
//! an extension wins over `config.toml` beside it.

use std::fs;
use std::path::{Path, PathBuf};

use pcg_interface::environment::Environment;
use serde::Deserialize;

use crate::cargo_folders;
use crate::error::CargoPcgError;

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    build: Build,
}

/// The table `build`, as far as it concerns pcg.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Build {
    pub(crate) rustc: Option<String>,
    pub(crate) rustc_wrapper: Option<String>,
}

/// The table `build` of all files together.
pub(crate) fn build(environment: &Environment) -> Result<Build, CargoPcgError> {
    merge(&cargo_folders::all(environment))
}

/// Each key from the first folder that has it.
fn merge(folders: &[PathBuf]) -> Result<Build, CargoPcgError> {
    folders.iter().try_fold(Build::default(), |merged, folder| {
        let next = build_in(folder)?;
        Ok(Build { rustc: merged.rustc.or(next.rustc), rustc_wrapper: merged.rustc_wrapper.or(next.rustc_wrapper) })
    })
}

fn build_in(folder: &Path) -> Result<Build, CargoPcgError> {
    let Some(path) = ["config", "config.toml"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file())
    else {
        return Ok(Build::default());
    };
    let read = || Ok(toml::from_str::<Config>(&fs::read_to_string(&path)?)?);
    read().map(|config| config.build).map_err(|source| CargoPcgError::File { path: path.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, content: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("config.toml"), content).unwrap();
    }

    #[test]
    fn the_nearest_file_with_a_key_wins() {
        let world = tempfile::tempdir().unwrap();
        let folders = ["inner", "outer", "home"].map(|name| world.path().join(name));
        let [inner, outer, home] = &folders;
        let found = || {
            let build = merge(&folders).unwrap();
            (build.rustc_wrapper, build.rustc)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(found(), (None, None));
        file(home, "build.rustc-wrapper = 'home'\nbuild.rustc = 'mine'");
        assert_eq!(found(), (some("home"), some("mine")));
        file(outer, "[build]\nrustc-wrapper = 'outer'\njobs = 2");
        assert_eq!(found(), (some("outer"), some("mine")));
        file(inner, "[net]\noffline = true");
        assert_eq!(found(), (some("outer"), some("mine")));
        file(inner, "[build]\nrustc-wrapper = ''");
        assert_eq!(found(), (some(""), some("mine")));
    }

    #[test]
    fn a_file_that_is_not_toml_is_named() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "[build");
        let error = build_in(folder.path()).unwrap_err();
        assert!(error.to_string().contains("config.toml"), "{error}");
    }
}
