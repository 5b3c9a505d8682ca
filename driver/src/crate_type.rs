//! The crate types of `--crate-type`.

/// One crate type that stable rustc can make. rustc's `lib` is `rlib`: that is what it stands for on every target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CrateType {
    /// An executable.
    Bin,
    /// A Rust library with metadata and code, the usual dependency (`lib`, `rlib`).
    Rlib,
    /// A dynamic library with metadata, for Rust users.
    Dylib,
    /// A dynamic library for users in other languages.
    Cdylib,
    /// An archive of this crate and all its dependencies, for users in other languages.
    Staticlib,
    /// A dynamic library that rustc loads to expand macros.
    ProcMacro,
}

impl CrateType {
    /// Every crate type, in the order of `rustc --help`.
    pub const ALL: [Self; 6] = [Self::Bin, Self::Rlib, Self::Dylib, Self::Cdylib, Self::Staticlib, Self::ProcMacro];

    /// The type that `name` stands for in `--crate-type`, or `None` for one that this rustc keeps unstable.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "lib" {
            return Some(Self::Rlib);
        }
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name that rustc gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bin => "bin",
            Self::Rlib => "rlib",
            Self::Dylib => "dylib",
            Self::Cdylib => "cdylib",
            Self::Staticlib => "staticlib",
            Self::ProcMacro => "proc-macro",
        }
    }

    /// Whether rustc makes it with its own archive writer instead of a linker.
    pub fn is_archive(self) -> bool {
        matches!(self, Self::Rlib | Self::Staticlib)
    }
}
