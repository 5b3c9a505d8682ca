//! The output kinds of `--emit`.

/// One kind of output that rustc can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EmitKind {
    /// Assembly.
    Asm,
    /// LLVM bitcode.
    LlvmBc,
    /// The files that the crate was made from, as make rules.
    DepInfo,
    /// What the crate types stand for: archives, libraries, executables.
    Link,
    /// LLVM IR as text.
    LlvmIr,
    /// The crate's metadata as a file of its own (`.rmeta`).
    Metadata,
    /// MIR as text.
    Mir,
    /// Object files.
    Obj,
    /// Bitcode for a thin link.
    ThinLinkBitcode,
}

impl EmitKind {
    /// Every kind, in the order of `rustc --help`.
    pub const ALL: [Self; 9] = [
        Self::Asm,
        Self::LlvmBc,
        Self::DepInfo,
        Self::Link,
        Self::LlvmIr,
        Self::Metadata,
        Self::Mir,
        Self::Obj,
        Self::ThinLinkBitcode,
    ];

    /// The kind with that name in `--emit`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name that rustc gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asm => "asm",
            Self::LlvmBc => "llvm-bc",
            Self::DepInfo => "dep-info",
            Self::Link => "link",
            Self::LlvmIr => "llvm-ir",
            Self::Metadata => "metadata",
            Self::Mir => "mir",
            Self::Obj => "obj",
            Self::ThinLinkBitcode => "thin-link-bitcode",
        }
    }

    /// Whether machine code or a form of it on the way there has to be made for this output.
    pub fn needs_code(self) -> bool {
        !matches!(self, Self::DepInfo | Self::Metadata | Self::Mir)
    }
}
