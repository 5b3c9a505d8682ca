//! Where a setting stands.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Where a setting stands, for people and, in `--format json`, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "layer", rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// An option on the command line, without its `--`.
    CommandLine { option: &'static str },
    /// An environment variable.
    Variable { name: &'static str },
    /// A line of a file.
    #[serde(untagged)]
    File { layer: Place, path: PathBuf, line: usize },
}

/// Which files may have options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Place {
    /// The manifest of a package.
    Package,
    /// The manifest of the workspace.
    Workspace,
    /// In `.cargo` of the current folder or of one above it.
    Folder,
    /// In cargo's home.
    Home,
}

impl Place {
    /// The table that is pcg's.
    pub(super) fn section(self) -> &'static [&'static str] {
        match self {
            Self::Package => &["package", "metadata", "pcg"],
            Self::Workspace => &["workspace", "metadata", "pcg"],
            Self::Folder | Self::Home => &[],
        }
    }

    /// The folder that relative paths in the file are relative to: as cargo has it, the one that `.cargo` is in.
    pub(super) fn base(self, file: &Path) -> PathBuf {
        let up = if self.section().is_empty() { 2 } else { 1 };
        file.ancestors().nth(up).unwrap_or(file).to_owned()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine { option } => write!(f, "--{option}"),
            Self::Variable { name } => f.write_str(name),
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
        }
    }
}
