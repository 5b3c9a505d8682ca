//! `cargo-pcg`; see [`pcg_cargo`]. It does not use the driver, which needs libLLVM.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use pcg_cargo::Identity;

/// The same build as that of the `pcg-rustc` beside it.
const IDENTITY: Identity = Identity {
    version: env!("CARGO_PKG_VERSION"),
    build_hash: env!("PCG_BUILD_HASH"),
    rustc_release: env!("PCG_RUSTC_RELEASE"),
    rustc_commit: env!("PCG_RUSTC_COMMIT_HASH"),
};

fn main() -> ExitCode {
    pcg_cargo::run(&IDENTITY)
}
