//! `pcg-rustc`; see [`pcg_driver::command`].

#![deny(unsafe_code)]

use std::process::ExitCode;

/// The allocator that rustc itself has, for LLVM as well as for pcg: its `malloc` takes the place of the C library's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What jemalloc's own default is not: memory belongs to processors, not to threads, so that what one thread gave back
/// is used by the next one. pcg's threads follow each other, and fresh pages are a good part of a compile's system time.
/// `MALLOC_CONF` in the environment is stronger.
// SAFETY: jemalloc declares `malloc_conf` as a pointer to text that ends with a zero byte, and only reads it.
#[expect(unsafe_code, reason = "the name of a symbol that jemalloc looks for; no code runs")]
#[unsafe(export_name = "malloc_conf")]
pub static ALLOCATOR_SETTINGS: &[u8; 20] = b"percpu_arena:percpu\0";

fn main() -> ExitCode {
    pcg_driver::command::run()
}
