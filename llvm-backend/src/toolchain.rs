//! The toolchain that this pcg was built with, and whose libLLVM it has loaded.

/// The sysroot of the compiler that built pcg (`rustc --print sysroot`).
pub const SYSROOT: &str = env!("PCG_SYSROOT");
/// The commit of that compiler (`commit-hash` of `rustc -vV`).
pub const COMMIT_HASH: &str = env!("PCG_COMMIT_HASH");
/// The target that the compiler runs on (`host` of `rustc -vV`).
pub const HOST: &str = env!("PCG_HOST");
/// The file name of the compiler's library in `lib` of the sysroot. It carries a hash of the compiler, so a sysroot
/// that has it is of the same commit.
pub const DRIVER_LIBRARY: &str = env!("PCG_DRIVER_LIBRARY");
