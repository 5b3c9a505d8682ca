//! pcg's executables. They are installed in one folder and find each other there.

use std::io;
use std::path::PathBuf;

/// What stands in the place of rustc.
pub const PCG_RUSTC: &str = "pcg-rustc";

/// What pcg-rustc starts to compile a crate that is split: the only one that needs libLLVM, which takes the system five
/// milliseconds to load.
pub const PCG_CODEGEN: &str = "pcg-codegen";

/// The path of the executable with this name in the folder of the running one.
///
/// # Errors
///
/// Fails if the system does not say which executable is running.
pub fn beside(name: &str) -> io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// The path of the executable that was called: that of the running one, or of the pcg-rustc that started pcg-codegen.
///
/// # Errors
///
/// As [`beside`].
pub fn called() -> io::Result<PathBuf> {
    let running = std::env::current_exe()?;
    Ok(if running.ends_with(PCG_CODEGEN) { running.with_file_name(PCG_RUSTC) } else { running })
}
