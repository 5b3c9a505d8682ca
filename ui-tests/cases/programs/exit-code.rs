//! The exit code is the program's.
//@ compile-flags: -O
//@ units: 2
//@ crate-type: bin
//@ run

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(u8::from(std::env::args().count() > 5))
}
