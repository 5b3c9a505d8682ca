//! `cargo-pcg`; see [`pcg_driver::cargo_pcg`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    pcg_driver::cargo_pcg::run()
}
