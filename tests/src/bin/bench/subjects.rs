//! The crates that are compiled.

use anyhow::{Context, Result};
use pcg_tests::crate_set::CrateSet;

/// One crate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject {
    /// The crate as cargo takes it, with its version where the lock file has several.
    pub(crate) package: &'static str,
    pub(crate) set: CrateSet,
    /// Whether its units are worth a forecast for more cores: large crates are what many cores are for.
    pub(crate) forecast: bool,
}

impl Subject {
    /// The crate's name.
    pub(crate) fn name(self) -> &'static str {
        self.package.split('@').next().unwrap_or(self.package)
    }

    /// The crate with this name.
    pub(crate) fn named(name: &str) -> Result<Self> {
        let found = SUBJECTS.iter().find(|subject| subject.package == name || subject.name() == name);
        found.copied().with_context(|| format!("`{name}` is not among the crates that are measured"))
    }
}

const fn dev(package: &'static str) -> Subject {
    Subject { package, set: CrateSet::Dev, forecast: false }
}

const fn large(package: &'static str) -> Subject {
    Subject { package, set: CrateSet::Dev, forecast: true }
}

const fn check(package: &'static str) -> Subject {
    Subject { package, set: CrateSet::Check, forecast: false }
}

/// Parsers, compilers, number crunching, generic code: crates that take from one second to a minute.
pub(crate) const SUBJECTS: &[Subject] = &[
    dev("regex-automata"),
    large("image"),
    dev("clap_builder"),
    dev("serde_json"),
    dev("toml_edit"),
    dev("miniz_oxide@0.8.9"),
    large("cranelift-codegen"),
    dev("regex-syntax"),
    dev("pulldown-cmark"),
    dev("syn@2"),
    dev("wasmparser"),
    check("brotli"),
    check("comrak"),
    check("minijinja"),
    check("naga"),
    check("jiff"),
    check("rhai"),
];
