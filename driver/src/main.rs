//! `pcg-rustc`; see [`pcg_driver::command`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    pcg_driver::command::rustc()
}
