//! `cargo-pcg`; see [`pcg_cargo`]. It does not use the driver, which needs libLLVM.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    pcg_cargo::run()
}
