//! `pcg-codegen`; see [`pcg_driver::codegen`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

/// The allocator that rustc itself has, for LLVM as well as for pcg: its `malloc` takes the place of the C library's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    pcg_driver::command::codegen()
}
