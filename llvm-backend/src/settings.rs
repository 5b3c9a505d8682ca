//! What LLVM is told about a crate: a function of rustc's flags alone.

/// rustc's `-Copt-level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OptLevel {
    /// `-Copt-level=0`.
    #[default]
    O0,
    /// `-Copt-level=1`.
    O1,
    /// `-Copt-level=2`.
    O2,
    /// `-Copt-level=3`.
    O3,
    /// `-Copt-level=s`.
    Os,
    /// `-Copt-level=z`.
    Oz,
}

impl OptLevel {
    /// Whether rustc has LLVM merge functions with the same body (`MergeFunctions`), with what that means for symbols.
    pub fn merges_functions(self) -> bool {
        matches!(self, OptLevel::O2 | OptLevel::O3 | OptLevel::Os | OptLevel::Oz)
    }
}

/// rustc's `-Crelocation-model` as LLVM sees it (`llvm::Reloc::Model`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RelocationModel {
    /// `static`.
    Static,
    /// `pic` and `pie`: position-independent executables differ by a module flag only.
    #[default]
    Pic,
    /// `dynamic-no-pic`.
    DynamicNoPic,
}

/// rustc's `-Ccode-model` (`llvm::CodeModel::Model`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeModel {
    /// `tiny`.
    Tiny,
    /// `small`.
    Small,
    /// `kernel`.
    Kernel,
    /// `medium`.
    Medium,
    /// `large`.
    Large,
}

/// Everything that decides the machine code of a module besides its bitcode and LLVM's own command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The optimisation level, of the pass pipeline and of code generation.
    pub opt_level: OptLevel,
    /// The target CPU as the user wrote it; `native` is resolved by the back end. `None` is the target's default.
    pub target_cpu: Option<String>,
    /// The relocation model.
    pub relocation_model: RelocationModel,
    /// The code model; `None` is the target's default.
    pub code_model: Option<CodeModel>,
    /// `-Cno-vectorize-loops`.
    pub no_vectorize_loops: bool,
    /// `-Cno-vectorize-slp`.
    pub no_vectorize_slp: bool,
    /// Whether stock would embed bitcode in its objects, which makes it use another pass pipeline.
    pub embed_bitcode: bool,
}
