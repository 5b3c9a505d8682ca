//! `pcg-rustc`; see [`pcg_driver::command`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

use pcg_driver::{codegen, command};

fn main() -> ExitCode {
    command::run(codegen::become_codegen)
}
