//! Why an invocation was not split: a stable id for machines, a sentence for people.
//!
//! Every cause is one line of the table below, which reports and documentation are made from. An id never changes its
//! meaning; a cause that pcg learns to handle leaves the table.

use std::fmt;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident, $id:literal, $work:ident, $sentence:literal;)*) => {
        /// What keeps pcg from splitting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause { $($(#[$doc])* $name,)* }

        impl Cause {
            /// Every cause, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name, in kebab case.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// One sentence for people, without a full stop.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// Whether stock rustc is expected to generate code where this is the cause.
            pub fn has_code(self) -> bool {
                match self { $(Self::$name => matches!(Work::$work, Work::Code),)* }
            }
        }
    };
}

/// What stock rustc does with an invocation that is passed through.
enum Work {
    /// It generates code: under `--pcg-strict` this is an error.
    Code,
    /// It answers a question, writes something else than code or stops with an error of its own.
    NoCode,
}

causes! {
    // Questions and compiles without code.
    /// `-h`, `-W help` and the like, and an empty command line.
    Help, "help", NoCode, "rustc is asked for help";
    /// `--version` without `--verbose`.
    Version, "version", NoCode, "rustc is asked for its version";
    /// `--print` of something that needs no code.
    Print, "print", NoCode, "rustc is asked for information";
    /// `--explain`.
    Explain, "explain", NoCode, "rustc is asked to explain an error";
    /// None of the outputs needs code.
    NoCode, "no-code", NoCode, "none of the requested outputs needs machine code";
    /// The source comes from standard input, as the probes of build scripts do.
    StandardInput, "standard-input", NoCode, "the source is read from standard input, which cannot be read twice";
    /// A program that is not rustc behind the wrapper.
    NotRustc, "not-rustc", NoCode, "the wrapped program is not rustc";

    // What stock rustc is to complain about.
    /// A flag that this rustc does not have.
    UnknownFlag, "unknown-flag", NoCode, "the flag is not one of this rustc";
    /// A value that rustc refuses, or a flag given twice that may be given once.
    InvalidArgument, "invalid-argument", NoCode, "rustc does not accept the argument";
    /// An argument that is not UTF-8.
    NotUnicode, "not-unicode", NoCode, "rustc does not accept arguments that are not UTF-8";
    /// No source file or several.
    Input, "input", NoCode, "there is not exactly one source file";

    // Who compiles and for what.
    /// A rustc of another commit.
    OtherCompiler, "other-compiler", Code, "pcg was built for another rustc than the one that is to run";
    /// `--sysroot` of another toolchain.
    OtherSysroot, "other-sysroot", Code, "another sysroot than the toolchain's own is asked for";
    /// `--target` of something else than the host.
    OtherTarget, "other-target", Code, "pcg supports the target x86_64-unknown-linux-gnu only";
    /// An argument file that cannot be passed on in expanded form, or that may be read once only.
    ArgumentFile, "argument-file", Code, "the argument file is left to rustc";
    /// A flag that pcg does not know, which this rustc may.
    UnstableFlag, "unstable-flag", Code, "the unstable flag may change the code behind the front end";
    /// No optimisation and no number of units.
    Unoptimised, "unoptimised", Code, "the crate is not optimised and no number of codegen units is given";

    /// The build's plan has one unit for the crate.
    Whole, "whole", Code, "the build's plan keeps the crate in one unit, for which stock rustc makes the same code";

    // Outputs.
    /// `--emit` of assembly, IR, bitcode or MIR, or of the objects of several units.
    Emit, "emit", Code, "a stage of code generation itself is an output";
    /// `--print=link-args` and `--print=native-static-libs` come with code.
    PrintLink, "print-link", Code, "what rustc prints depends on its own link";
    /// `-optimize` and the like, which rustc reads as an output file and warns about.
    ConfusingOutput, "confusing-output", Code, "rustc warns about how the output file is given";
    /// The linked file or the object goes to standard output.
    LinkToStdout, "link-to-stdout", Code, "the linked output or the object goes to standard output";
    /// `-Csave-temps`.
    SaveTemps, "save-temps", Code, "the intermediate files of stock's own code generation are asked for";
    /// `-Cincremental`.
    Incremental, "incremental", Code, "incremental compilation reuses stock's own codegen units";
    /// `-Csplit-debuginfo` other than `off`.
    SplitDebuginfo, "split-debuginfo", Code, "debug information in files of its own is written by stock's code generation";
    /// `-Crpath` with a linked type.
    Rpath, "rpath", Code, "relative rpaths depend on where the linked file is written, and outputs are redirected";
    /// A `-Clinker-flavor` whose default linker is not `cc`.
    LinkerFlavor, "linker-flavor", Code, "the linker that goes with the linker flavor is not known to pcg";

    // Pipelines that differ from the one that pcg runs.
    /// `-Clto=fat`, `-Clto=thin`.
    Lto, "lto", Code, "link-time optimisation works on the whole program, not on one crate";
    /// The user's own `-Clinker-plugin-lto`.
    LinkerPluginLto, "linker-plugin-lto", Code, "the linker is to optimise the crate, so bitcode has to stay bitcode";
    /// `-Cprofile-generate`.
    ProfileGenerate, "profile-generate", Code, "profile instrumentation is added by stock's own pass pipeline";
    /// `-Cprofile-use`.
    ProfileUse, "profile-use", Code, "profiles are read by stock's own pass pipeline";
    /// `-Zprofile-sample-use`.
    ProfileSampleUse, "profile-sample-use", Code, "sample profiles are read by stock's own pass pipeline";
    /// `-Cinstrument-coverage`.
    InstrumentCoverage, "instrument-coverage", Code, "coverage counters are lowered by stock's own pass pipeline";
    /// `-Zsanitizer` and its companions.
    Sanitizer, "sanitizer", Code, "sanitizers instrument optimised code in stock's own pass pipeline";
    /// CFI, KCFI and other control-flow protection.
    ControlFlowProtection, "control-flow-protection", Code, "control-flow protection is added by stock's own pass pipeline";
    /// `-Cpasses`.
    Passes, "passes", Code, "extra LLVM passes run in stock's own pass pipeline";
    /// The user's own `-Cno-prepopulate-passes`.
    NoPrepopulatePasses, "no-prepopulate-passes", Code, "LLVM's passes are turned off, so nothing can be gained";
    /// `-Cremark`.
    Remark, "remark", Code, "optimisation remarks are printed by stock's own pass pipeline";
    /// `-Cllvm-args` with an option that prints, measures or debugs.
    LlvmArgs, "llvm-args", Code, "the LLVM option prints, measures or changes stock's own pass pipeline";
    /// `-Zllvm-plugins`.
    LlvmPlugins, "llvm-plugins", Code, "LLVM plugins are loaded by stock rustc";
    /// `-Zself-profile`, `-Ztime-llvm-passes` and other measurements.
    Profiling, "profiling", Code, "stock's own code generation is to be measured";
    /// `-Zcodegen-backend`.
    CodegenBackend, "codegen-backend", Code, "another codegen backend is asked for";
    /// A relocation or code model that pcg has no setting for.
    MachineModel, "machine-model", Code, "the relocation or code model is not known to pcg";
    /// `-Csoft-float`.
    SoftFloat, "soft-float", Code, "the float ABI is a setting of stock's own code generation";
}

/// Why an invocation goes to stock rustc: a [`Cause`] and what on the command line brought it about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    cause: Cause,
    detail: String,
}

impl Reason {
    /// `detail` is the argument or the file in question.
    pub fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self { cause, detail: detail.into() }
    }

    /// The line of the table.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The stable name, in kebab case.
    pub fn id(&self) -> &'static str {
        self.cause.id()
    }

    /// The argument or the file in question, empty if there is none.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether stock rustc generates code for this invocation, so that `--pcg-strict` makes it an error.
    pub fn has_code(&self) -> bool {
        self.cause.has_code()
    }
}

impl From<Cause> for Reason {
    fn from(cause: Cause) -> Self {
        Self::new(cause, "")
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause.sentence())?;
        if !self.detail.is_empty() {
            write!(f, " (`{}`)", self.detail)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_kebab_case_and_used_once() {
        let mut seen = BTreeSet::new();
        for cause in Cause::ALL {
            let id = cause.id();
            assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{id}");
            assert!(seen.insert(id), "{id} is used twice");
        }
    }

    #[test]
    fn sentences_are_phrases_without_a_full_stop() {
        for cause in Cause::ALL {
            let sentence = cause.sentence();
            assert!(!sentence.ends_with('.') && sentence.len() > 20, "{sentence}");
        }
    }

    #[test]
    fn a_reason_names_the_argument() {
        let reason = Reason::new(Cause::Lto, "-Clto=fat");
        assert_eq!(
            reason.to_string(),
            "link-time optimisation works on the whole program, not on one crate (`-Clto=fat`)"
        );
        assert!(reason.has_code());
        assert!(!Reason::from(Cause::Help).has_code());
    }
}
