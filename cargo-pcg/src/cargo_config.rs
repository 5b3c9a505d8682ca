//! What `cargo pcg` has to know of cargo's configuration files: which rustc is to run, in which wrapper, and aliases.
//!
//! Stable cargo has no command that says it. Of the folders in which cargo looks the nearest wins, and `config` without
//! an extension wins over `config.toml` beside it.

use std::fs;
use std::path::{Path, PathBuf};

use pcg_interface::environment::Environment;
use serde::Deserialize;

use crate::cargo_folders;
use crate::error::CargoPcgError;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    build: Build,
    alias: toml::Table,
}

/// The table `build`, as far as it concerns pcg.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Build {
    pub(crate) rustc: Option<String>,
    pub(crate) rustc_wrapper: Option<String>,
    pub(crate) rustc_workspace_wrapper: Option<String>,
    pub(crate) rustflags: Option<toml::Value>,
}

/// The table `build` of all files together.
pub(crate) fn build(environment: &Environment) -> Result<Build, CargoPcgError> {
    merge(&cargo_folders::all(environment))
}

/// Each key from the first folder that has it.
fn merge(folders: &[PathBuf]) -> Result<Build, CargoPcgError> {
    folders.iter().try_fold(Build::default(), |merged, folder| {
        let next = read(folder)?.build;
        Ok(Build {
            rustc: merged.rustc.or(next.rustc),
            rustc_wrapper: merged.rustc_wrapper.or(next.rustc_wrapper),
            rustc_workspace_wrapper: merged.rustc_workspace_wrapper.or(next.rustc_workspace_wrapper),
            rustflags: merged.rustflags.or(next.rustflags),
        })
    })
}

/// The words that an alias stands for, if there is one of that name.
pub(crate) fn alias(name: &str, environment: &Environment) -> Result<Option<Vec<String>>, CargoPcgError> {
    let variable = format!("CARGO_ALIAS_{}", name.to_uppercase().replace('-', "_"));
    if let Some(line) = environment.get(&variable).and_then(|line| line.to_str()) {
        return Ok(Some(words_of(&line.into())));
    }
    for folder in cargo_folders::all(environment) {
        if let Some(value) = read(&folder)?.alias.get(name) {
            return Ok(Some(words_of(value)));
        }
    }
    Ok(None)
}

/// An alias is a line, or an array of words; so are flags for rustc.
pub(crate) fn words_of(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::Array(words) => words.iter().filter_map(|word| word.as_str()).map(str::to_owned).collect(),
        line => line.as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
    }
}

/// Cargo's configuration file in a folder, if there is one.
pub(crate) fn file(folder: &Path) -> Option<PathBuf> {
    ["config", "config.toml"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file())
}

fn read(folder: &Path) -> Result<Config, CargoPcgError> {
    let Some(path) = file(folder) else { return Ok(Config::default()) };
    let config = || Ok(toml::from_str(&fs::read_to_string(&path)?)?);
    config().map_err(|source| CargoPcgError::File { path: path.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, content: &str) {
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
        write(home, "build.rustc-wrapper = 'home'\nbuild.rustc = 'mine'");
        assert_eq!(found(), (some("home"), some("mine")));
        write(outer, "[build]\nrustc-wrapper = 'outer'\njobs = 2");
        assert_eq!(found(), (some("outer"), some("mine")));
        write(inner, "[net]\noffline = true");
        assert_eq!(found(), (some("outer"), some("mine")));
        write(inner, "[build]\nrustc-wrapper = ''");
        assert_eq!(found(), (some(""), some("mine")));
    }

    #[test]
    fn an_alias_is_a_line_or_an_array_and_a_variable_wins() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), "[alias]\nbr = 'build  --release'\nspaced = ['run', 'a b']");
        let home = ("CARGO_HOME", home.path().to_str().unwrap());
        let found = |name| alias(name, &Environment::from_iter([home, ("CARGO_ALIAS_MY_B", "bench")])).unwrap();
        assert_eq!(found("br").unwrap(), ["build", "--release"]);
        assert_eq!(found("spaced").unwrap(), ["run", "a b"]);
        assert_eq!(found("my-b").unwrap(), ["bench"]);
        assert_eq!(found("other"), None);
    }

    #[test]
    fn a_file_that_is_not_toml_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "[build");
        let error = read(folder.path()).err().unwrap();
        assert!(error.to_string().contains("config.toml"), "{error}");
    }
}
