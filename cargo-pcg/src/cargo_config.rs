//! What `cargo pcg` has to know of cargo's configuration files: which rustc is to run, in which wrapper, and aliases.
//!
//! Stable cargo has no command that says it. `--config`, with settings and with files, wins over the files that cargo
//! finds, and the last one over those before it. Of the folders in which cargo looks the nearest wins, and `config`
//! without an extension wins over `config.toml` beside it. A file wins over those that it includes, and of these the
//! last.

use std::fs;
use std::path::{Path, PathBuf};

use pcg_interface::environment::Environment;
use serde::Deserialize;

use crate::cargo_folders;
use crate::error::CargoPcgError;
use crate::words::Words;

/// How deep files are read that include others.
const MOST_NESTED: usize = 16;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    include: Vec<Include>,
    build: Build,
    alias: toml::Table,
}

/// A file that belongs to another one, relative to its folder.
#[derive(Deserialize)]
#[serde(untagged)]
enum Include {
    Path(String),
    Table { path: String },
}

impl Include {
    fn path(&self) -> &str {
        match self {
            Self::Path(path) | Self::Table { path } => path,
        }
    }
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

/// The table `build` from everywhere but variables, which may win over files but not over the command line.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Builds {
    pub(crate) on_the_command_line: Build,
    pub(crate) in_files: Build,
}

impl Build {
    /// Each key from the first that has it.
    fn or(self, weaker: Self) -> Self {
        Self {
            rustc: self.rustc.or(weaker.rustc),
            rustc_wrapper: self.rustc_wrapper.or(weaker.rustc_wrapper),
            rustc_workspace_wrapper: self.rustc_workspace_wrapper.or(weaker.rustc_workspace_wrapper),
            rustflags: self.rustflags.or(weaker.rustflags),
        }
    }
}

/// The tables for a command line of cargo's.
pub(crate) fn builds(words: &Words, environment: &Environment) -> Result<Builds, CargoPcgError> {
    Ok(Builds { on_the_command_line: given(words)?, in_files: merge(&cargo_folders::all(environment))? })
}

/// What `--config` says.
fn given(words: &Words) -> Result<Build, CargoPcgError> {
    words.config().try_fold(Build::default(), |merged, value| {
        let path = Path::new(value);
        // What is neither a file nor a setting is an error of cargo's.
        let config = if path.is_file() { read_file(path)? } else { toml::from_str(value).unwrap_or_default() };
        Ok(config.build.or(merged))
    })
}

/// Each key from the first folder that has it.
fn merge(folders: &[PathBuf]) -> Result<Build, CargoPcgError> {
    folders.iter().try_fold(Build::default(), |merged, folder| Ok(merged.or(read(folder)?.build)))
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
    file(folder).map_or_else(|| Ok(Config::default()), |path| read_file(&path))
}

/// Reads a file and what it includes. Cargo itself refuses files that include each other.
fn read_file(path: &Path) -> Result<Config, CargoPcgError> {
    read_nested(path, MOST_NESTED)
}

fn read_nested(path: &Path, depth: usize) -> Result<Config, CargoPcgError> {
    let parse = || Ok(toml::from_str::<Config>(&fs::read_to_string(path)?)?);
    let mut config = parse().map_err(|source| CargoPcgError::File { path: path.to_owned(), source })?;
    let folder = path.parent().unwrap_or(path);
    for included in config.include.iter().rev().map(|include| folder.join(include.path())) {
        if depth > 0 && included.is_file() {
            let included = read_nested(&included, depth - 1)?;
            config.build = config.build.or(included.build);
            included.alias.into_iter().for_each(|(name, words)| _ = config.alias.entry(name).or_insert(words));
        }
    }
    Ok(config)
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
    fn included_files_are_weaker_and_the_last_is_the_strongest_of_them() {
        let world = tempfile::tempdir().unwrap();
        write(world.path(), "include = ['a.toml', { path = 'b.toml' }, { path = 'no.toml', optional = true }]");
        fs::write(world.path().join("a.toml"), "alias.x = 'build'\nbuild.rustc-wrapper = 'a'\nbuild.rustc = 'a'")
            .unwrap();
        fs::write(world.path().join("b.toml"), "include = ['a.toml', 'b.toml']\nbuild.rustc-wrapper = 'b'").unwrap();
        let config = read(world.path()).unwrap();
        assert_eq!(config.build.rustc_wrapper.as_deref(), Some("b"));
        assert_eq!(config.build.rustc.as_deref(), Some("a"));
        assert!(config.alias.contains_key("x"));
    }

    #[test]
    fn the_last_of_several_on_the_command_line_wins() {
        let world = tempfile::tempdir().unwrap();
        let file = world.path().join("more.toml");
        fs::write(&file, "build.rustc-wrapper = 'of-file'").unwrap();
        let given = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(Into::into).collect();
            given(&Words::split(&words, &clap::Command::new("x"))).unwrap().rustc_wrapper
        };
        let (file, setting) = (file.to_str().unwrap(), "build.rustc-wrapper='sccache'");
        let of_file = format!("--config={file}");
        assert_eq!(given(&["build", "--config", setting]).as_deref(), Some("sccache"));
        assert_eq!(given(&["build", "--config", setting, &of_file]).as_deref(), Some("of-file"));
        assert_eq!(given(&["--config", file, "build", &format!("--config={setting}")]).as_deref(), Some("sccache"));
        assert_eq!(given(&["build", "--config", "net.offline=true", "--", "--config", setting]), None);
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
