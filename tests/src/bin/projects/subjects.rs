//! The projects that are measured.

use anyhow::{Context, Result};

/// A published project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject {
    /// Its package.
    pub(crate) package: &'static str,
    /// What is looked at of what it builds: an executable or a library.
    pub(crate) artifact: &'static str,
    /// More options of `cargo build`.
    pub(crate) options: &'static [&'static str],
    /// What it stands for.
    pub(crate) what: &'static str,
}

pub(crate) const SUBJECTS: &[Subject] = &[
    Subject { package: "ripgrep", artifact: "rg", options: &[], what: "a program of some crates" },
    Subject { package: "fd-find", artifact: "fd", options: &[], what: "procedural macros, an allocator in C" },
    Subject {
        package: "bat",
        artifact: "bat",
        options: &[],
        what: "more than 100 crates, libraries in C, build scripts",
    },
    Subject { package: "rhai", artifact: "librhai.rlib", options: &["--lib"], what: "one large crate at the end" },
];

impl Subject {
    /// The subject of this package.
    pub(crate) fn named(name: &str) -> Result<Self> {
        let found = SUBJECTS.iter().find(|subject| subject.package == name);
        found.copied().with_context(|| format!("there is no project `{name}`"))
    }
}
