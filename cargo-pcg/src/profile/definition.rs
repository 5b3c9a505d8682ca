//! One profile as it stands in one place.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::keys::{INHERITS, RUSTC};
use super::problem::Problem;

/// The places that profiles come from, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layer {
    /// A file that the command line names.
    File,
    /// The workspace's manifest: cargo knows it.
    Manifest,
    /// A configuration file of cargo's.
    CargoConfig,
    /// Cargo itself.
    BuiltIn,
    /// pcg's table in the workspace's manifest.
    Workspace,
    /// `.cargo/pcg.toml`.
    Folder,
    /// `pcg.toml` in cargo's home.
    Home,
    /// pcg itself.
    Bundled,
}

impl Layer {
    /// Whether cargo knows the profiles by itself.
    pub(crate) fn is_cargos(self) -> bool {
        matches!(self, Self::Manifest | Self::CargoConfig | Self::BuiltIn)
    }

    /// The table that has the profiles.
    pub(super) fn section(self) -> &'static [&'static str] {
        match self {
            Self::Workspace => &["workspace", "metadata", "pcg", "profile"],
            _ => &["profile"],
        }
    }
}

/// A file, or pcg's or cargo's own knowledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Source {
    pub(crate) layer: Layer,
    /// None for what is in no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<PathBuf>,
}

impl Source {
    /// All of it, in words.
    pub(crate) fn place(&self) -> String {
        self.path.as_ref().map_or_else(|| "cargo itself".to_owned(), |path| path.display().to_string())
    }

    /// A line of it, in words.
    pub(crate) fn at(&self, line: usize) -> impl fmt::Display {
        match (&self.path, self.layer) {
            (Some(path), _) => format!("{}:{line}", path.display()),
            (None, Layer::Bundled) => "bundled".to_owned(),
            (None, _) => "built into cargo".to_owned(),
        }
    }
}

/// One value of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The tables around it, below the profile's own.
    pub(crate) section: Vec<String>,
    pub(crate) key: String,
    pub(crate) value: Value,
    /// From 1.
    pub(crate) line: usize,
}

/// One profile in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// The first line of the comment above it.
    pub(crate) description: String,
    pub(crate) source: Source,
    /// Where it begins, from 1.
    pub(crate) line: usize,
    pub(crate) entries: Vec<Entry>,
    /// What is wrong with it.
    pub(crate) problems: Vec<Problem>,
}

impl Definition {
    /// A profile that cargo has by itself.
    pub(super) fn built_in(name: &str, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: description.to_owned(),
            source: Source { layer: Layer::BuiltIn, path: None },
            line: 0,
            entries: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// What it inherits from, as far as it says so.
    pub(crate) fn inherits(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.section.is_empty() && entry.key == INHERITS)
    }

    /// A problem with one of its lines.
    pub(super) fn problem(&self, line: usize, message: String, help: String) -> Problem {
        Problem { path: self.source.path.clone().unwrap_or_default(), line, message, help }
    }

    /// The options of rustc's, with the tables that they stand in.
    pub(crate) fn rustc_entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_rustc())
    }
}

impl Entry {
    /// Whether it is an option of rustc's.
    pub(super) fn is_rustc(&self) -> bool {
        self.section.last().is_some_and(|table| table == RUSTC)
    }
}
