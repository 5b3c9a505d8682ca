//! The projects that are measured.

use anyhow::{Context, Result};

/// A published project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject {
    /// Its package.
    pub(crate) package: &'static str,
    /// What is looked at of what it builds: an executable or a library.
    pub(crate) artifact: &'static str,
    /// Options that choose what is built of the package.
    pub(crate) targets: &'static [&'static str],
    /// Options that choose features, for its tests, too.
    pub(crate) features: &'static [&'static str],
    /// What it stands for.
    pub(crate) what: &'static str,
    /// Why its tests cannot be built, if they cannot.
    pub(crate) untested: Option<&'static str>,
}

pub(crate) const SUBJECTS: &[Subject] = &[
    Subject {
        package: "ripgrep",
        artifact: "rg",
        targets: &[],
        features: &[],
        what: "a program of some crates",
        untested: None,
    },
    Subject {
        package: "fd-find",
        artifact: "fd",
        targets: &[],
        features: &[],
        what: "procedural macros, an allocator in C",
        untested: None,
    },
    Subject {
        package: "bat",
        artifact: "bat",
        targets: &[],
        features: &[],
        what: "more than 100 crates, libraries in C, build scripts",
        untested: None,
    },
    Subject {
        package: "rhai",
        artifact: "librhai.rlib",
        targets: &["--lib"],
        features: &[],
        what: "one large crate at the end",
        untested: None,
    },
    Subject {
        package: "image",
        artifact: "libimage.rlib",
        targets: &["--lib"],
        // All formats but the one whose encoder is a large crate of its own.
        features: &[
            "--no-default-features",
            "--features=rayon,bmp,dds,exr,ff,gif,hdr,ico,jpeg,png,pnm,qoi,tga,tiff,webp",
        ],
        what: "one large crate at the end, most of it LLVM's work",
        untested: Some("they include images that are not in the published package"),
    },
];

impl Subject {
    /// The subject of this package.
    pub(crate) fn named(name: &str) -> Result<Self> {
        let found = SUBJECTS.iter().find(|subject| subject.package == name);
        found.copied().with_context(|| format!("there is no project `{name}`"))
    }
}
