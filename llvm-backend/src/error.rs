//! What can go wrong between a crate's bitcode and its object: one variant per stage.

use std::io;

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
    /// The units' objects could not be joined.
    #[error("the units' objects cannot be joined: {0}")]
    Join(#[from] pcg_join::Error),
    /// An object could not be read or written.
    #[error("an object is malformed: {message}")]
    Object {
        /// What is wrong with it.
        message: String,
    },
    /// The jobserver went away.
    #[error("the jobserver failed: {0}")]
    Jobserver(#[source] io::Error),
}
