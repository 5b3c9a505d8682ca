//! What can go wrong between a crate's bitcode and its object: one variant per stage.

use std::io;
use std::path::PathBuf;

/// An error of the back end. None of them is the user's: the driver falls back to stock rustc and records the text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The front end's file is no bitcode that LLVM can read.
    #[error("the bitcode of {module} cannot be read: {message}")]
    Bitcode {
        /// The module's file name.
        module: String,
        /// LLVM's words.
        message: String,
    },
    /// LLVM's command line or target could not be set up.
    #[error("LLVM cannot be started: {message}")]
    Start {
        /// LLVM's words.
        message: String,
    },
    /// A unit could not be loaded, optimised or emitted.
    #[error("codegen unit {unit} cannot be {stage}: {message}")]
    Unit {
        /// The unit's name, such as `regex.4f1c-cgu.0 (unit 2)`.
        unit: String,
        /// What was being done: `loaded`, `optimised`, `emitted`.
        stage: &'static str,
        /// LLVM's words.
        message: String,
    },
    /// LLVM met an error that it does not return from. The thread that met it is stopped for good.
    #[error("LLVM gave up: {message}")]
    Fatal {
        /// LLVM's words.
        message: String,
    },
    /// A worker panicked; this is a bug of pcg.
    #[error("a worker panicked in codegen unit {unit}")]
    Panic {
        /// The unit's name.
        unit: String,
    },
    /// No linker for relocatable objects.
    #[error("neither rust-lld in {sysroot} nor ld in PATH can join objects")]
    NoLinker {
        /// The toolchain in which rust-lld was looked for.
        sysroot: PathBuf,
    },
    /// The units' objects could not be joined.
    #[error("{linker} could not join the units' objects: {message}")]
    Join {
        /// The linker that was run.
        linker: PathBuf,
        /// What it wrote to stderr, or why it did not start.
        message: String,
    },
    /// The joined object is not what a linker of relocatable objects should write.
    #[error("the crate object is malformed: {message}")]
    Object {
        /// What is wrong with it.
        message: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The jobserver went away.
    #[error("the jobserver failed: {0}")]
    Jobserver(#[source] io::Error),
}
