//! The `-Z` options that do not matter behind the front end, and those with a reason of their own.
//!
//! Stable rustc refuses all of them, unless `RUSTC_BOOTSTRAP` is set. An option is listed as harmless only if it works
//! on the source, on MIR, on metadata, on messages, or on what the bitcode says itself.

use super::Effect::{Harmless, PassThrough};
use super::{Effect, Setting, Table};
use crate::reason::Cause;

/// `-Z`.
pub static TABLE: Table = Table { letter: 'Z', settings: SETTINGS, otherwise: Cause::UnstableFlag };

const fn fine(name: &'static str) -> Setting {
    Setting { name, effect: Harmless }
}

const fn refused(name: &'static str, cause: Cause) -> Setting {
    let effect: Effect = PassThrough(cause);
    Setting { name, effect }
}

/// The options, by kind.
pub static SETTINGS: &[Setting] = &[
    // Language, type checking and MIR.
    fine("allow-features"),
    fine("assume-incomplete-release"),
    fine("box-noalias"),
    fine("check-cfg-all-expected"),
    fine("contract-checks"),
    fine("cross-crate-inline-threshold"),
    fine("enforce-type-length-limit"),
    fine("extra-const-ub-checks"),
    fine("flatten-format-args"),
    fine("fmt-debug"),
    fine("force-unstable-if-unmarked"),
    fine("higher-ranked-assumptions"),
    fine("hint-mostly-unused"),
    fine("inline-mir"),
    fine("inline-mir-forwarder-threshold"),
    fine("inline-mir-hint-threshold"),
    fine("inline-mir-preserve-debug"),
    fine("inline-mir-threshold"),
    fine("layout-seed"),
    fine("location-detail"),
    fine("mir-enable-passes"),
    fine("mir-opt-level"),
    fine("mir-strip-debuginfo"),
    fine("mutable-noalias"),
    fine("next-solver"),
    fine("no-implied-bounds-compat"),
    fine("no-leak-check"),
    fine("polonius"),
    fine("precise-enum-drop-elaboration"),
    fine("proc-macro-execution-strategy"),
    fine("randomize-layout"),
    fine("saturating-float-casts"),
    fine("share-generics"),
    fine("strict-init-checks"),
    fine("threads"),
    fine("ub-checks"),
    fine("unstable-options"),
    fine("validate-mir"),
    // Metadata, dependencies and libraries.
    fine("always-encode-mir"),
    fine("binary-dep-depinfo"),
    fine("cache-proc-macros"),
    fine("checksum-hash-algorithm"),
    fine("link-directives"),
    fine("link-native-libraries"),
    fine("panic-abort-tests"),
    fine("pre-link-arg"),
    fine("pre-link-args"),
    fine("remap-cwd-prefix"),
    fine("src-hash-algorithm"),
    // Messages.
    fine("deduplicate-diagnostics"),
    fine("identify-regions"),
    fine("ignore-directory-in-diagnostics-source-blocks"),
    fine("macro-backtrace"),
    fine("move-size-limit"),
    fine("proc-macro-backtrace"),
    fine("span-debug"),
    fine("teach"),
    fine("terminal-urls"),
    fine("track-diagnostics"),
    fine("translate-remapped-path-to-local-path"),
    fine("trim-diagnostic-paths"),
    fine("ui-testing"),
    fine("write-long-types-to-disk"),
    // Refused with a reason of their own.
    refused("help", Cause::Help),
    refused("no-analysis", Cause::NoCode),
    refused("no-codegen", Cause::NoCode),
    refused("parse-crate-root-only", Cause::NoCode),
    refused("unpretty", Cause::NoCode),
    refused("ls", Cause::Print),
    refused("codegen-backend", Cause::CodegenBackend),
    refused("llvm-plugins", Cause::LlvmPlugins),
    refused("profile-sample-use", Cause::ProfileSampleUse),
    refused("debug-info-for-profiling", Cause::ProfileSampleUse),
    refused("sanitizer", Cause::Sanitizer),
    refused("sanitizer-cfi-canonical-jump-tables", Cause::Sanitizer),
    refused("sanitizer-cfi-generalize-pointers", Cause::Sanitizer),
    refused("sanitizer-cfi-normalize-integers", Cause::Sanitizer),
    refused("sanitizer-dataflow-abilist", Cause::Sanitizer),
    refused("sanitizer-kcfi-arity", Cause::Sanitizer),
    refused("sanitizer-memory-track-origins", Cause::Sanitizer),
    refused("sanitizer-recover", Cause::Sanitizer),
    refused("branch-protection", Cause::ControlFlowProtection),
    refused("cf-protection", Cause::ControlFlowProtection),
    refused("ehcont-guard", Cause::ControlFlowProtection),
    refused("function-return", Cause::ControlFlowProtection),
    refused("indirect-branch-cs-prefix", Cause::ControlFlowProtection),
    refused("retpoline", Cause::ControlFlowProtection),
    refused("retpoline-external-thunk", Cause::ControlFlowProtection),
    refused("llvm-time-trace", Cause::Profiling),
    refused("print-codegen-stats", Cause::Profiling),
    refused("print-llvm-passes", Cause::Profiling),
    refused("self-profile", Cause::Profiling),
    refused("self-profile-counter", Cause::Profiling),
    refused("self-profile-events", Cause::Profiling),
    refused("time-llvm-passes", Cause::Profiling),
    refused("time-passes", Cause::Profiling),
    refused("time-passes-format", Cause::Profiling),
    refused("remark-dir", Cause::Remark),
    refused("split-dwarf-inlining", Cause::SplitDebuginfo),
    refused("split-dwarf-kind", Cause::SplitDebuginfo),
    refused("split-dwarf-out-dir", Cause::SplitDebuginfo),
    refused("coverage-options", Cause::InstrumentCoverage),
    refused("dylib-lto", Cause::Lto),
    refused("thinlto", Cause::Lto),
    refused("virtual-function-elimination", Cause::Lto),
];
