//! What `pcg-rustc` and `cargo-pcg` have in common: options and their variables, exit codes, output, and the format of
//! reports.
//!
//! Nothing here knows LLVM, so that `cargo pcg` works where the toolchain's library is missing.

#![forbid(unsafe_code)]

pub mod build_plan;
pub mod environment;
pub mod executables;
pub mod exit_code;
pub mod option;
pub mod options;
pub mod output;
pub mod report;
pub mod rustc_options;
