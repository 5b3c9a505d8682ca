//! What can go wrong on pcg's side of a compile: one variant per stage, each with a stable id for reports.
//!
//! None of these reaches the user as an error: stock rustc compiles instead, and the report says why.

use std::io;
use std::path::PathBuf;

use pcg_partition::PartitionError;

use crate::messages::Told;
use crate::reason::Reason;

/// Why pcg could not finish a compile that it had begun.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No scratch folder, or no handler for signals.
    #[error("the compile could not be set up: {0}")]
    SetUp(#[source] io::Error),
    /// No folder for the outputs, or no regular file: that is for stock rustc to report.
    #[error("stock rustc has to say what is wrong with the outputs")]
    Outputs,
    /// The outputs cannot be redirected as the command line is.
    #[error("the command line could not be changed: {0}")]
    CommandLine(Reason),
    /// rustc did not start.
    #[error("{program} could not be started: {source}")]
    FrontEndStart {
        /// The rustc.
        program: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// rustc was killed, crashed, or failed in the scratch folder.
    #[error("the front end ended with {0} without an error of the user's")]
    FrontEnd(std::process::ExitStatus),
    /// The crate object could not be made.
    #[error(transparent)]
    BackEnd(#[from] pcg_llvm_backend::Error),
    /// The partition was refused.
    #[error("{module} could not be partitioned: {source}")]
    Partition {
        /// The module's name.
        module: String,
        /// The partitioner's error.
        source: PartitionError,
    },
    /// rustc wrote machine code in spite of the front end's flags: a `#![no_builtins]` crate.
    #[error("{object} is machine code already")]
    MachineCode {
        /// The object's file name.
        object: String,
    },
    /// An archive could not be read or written.
    #[error("{path} could not be rewritten: {source}")]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The linker could not be run or failed.
    #[error("the linker failed: {0}")]
    Linker(String),
    /// A file could not be put in its place, read or kept.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// One of pcg-codegen's.
    #[error("{}", .0.sentence)]
    Told(Told),
    /// pcg-codegen ended before it was told to: it was killed, or LLVM crashed.
    #[error("pcg-codegen is gone: {0}")]
    BackEndGone(String),
    /// A bug of pcg.
    #[error("pcg panicked: {0}")]
    Panic(String),
}

/// The name of [`Failure::File`].
const FILE: &str = "file";

impl Failure {
    /// Whether stock rustc may well fail in the same way.
    pub fn may_be_the_users(&self) -> bool {
        match self {
            Self::Linker(_) | Self::FrontEnd(_) | Self::File { .. } => true,
            Self::Told(told) => told.id == FILE,
            _ => false,
        }
    }

    /// For `map_err` on operations with a file.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        |source| Self::File { path: path.into(), source }
    }

    /// For `map_err` on operations with an archive.
    pub fn archive(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Archive { path: path.into(), source }
    }

    /// The stable name, in kebab case.
    pub fn id(&self) -> &str {
        use pcg_llvm_backend::Error;
        match self {
            Self::SetUp(_) => "set-up",
            Self::Outputs => "outputs",
            Self::CommandLine(_) => "command-line",
            Self::FrontEndStart { .. } => "front-end-start",
            Self::FrontEnd(_) => "front-end",
            Self::BackEnd(Error::Bitcode { .. }) => "bitcode",
            Self::BackEnd(Error::Join(_) | Error::Object { .. }) => "join",
            Self::BackEnd(_) => "codegen",
            Self::Partition { .. } => "partition",
            Self::MachineCode { .. } => "no-builtins",
            Self::Archive { .. } => "archive",
            Self::Linker(_) => "linker",
            Self::File { .. } => FILE,
            Self::Told(told) => &told.id,
            Self::BackEndGone(_) => "back-end-gone",
            Self::Panic(_) => "panic",
        }
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
