//! Why a command failed, and the exit code for it.

use std::path::PathBuf;
use std::process::ExitCode;

use pcg_partition::PartitionError;
use pcg_partition::file::FileError;
use pcg_partition::truth::TruthError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LabError {
    /// A file that is not there or may not be read.
    #[error("cannot open `{}`", path.display())]
    Open { path: PathBuf, source: std::io::Error },
    /// A file that is no graph.
    #[error("cannot use `{}`", path.display())]
    Graph { path: PathBuf, source: FileError },
    /// A file that is no inline truth.
    #[error("cannot use `{}`", path.display())]
    Truth { path: PathBuf, source: TruthError },
    /// An inline truth of a module whose graph was not given.
    #[error("cannot use `{}`: it is the inline truth of `{module}`, and there is no graph of that module", path.display())]
    OtherModule { path: PathBuf, module: String },
    /// The partitioner failed.
    #[error("cannot partition `{module}`")]
    Partition { module: String, source: PartitionError },
    /// An answer that is no JSON.
    #[error("cannot write the answer")]
    Format(#[from] serde_json::Error),
    /// Stdout is closed or full.
    #[error("cannot write the answer")]
    Output(#[source] std::io::Error),
    /// A file that cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

impl LabError {
    /// The exit code, as documented in the program's header.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            LabError::Partition { .. } => 1,
            LabError::Open { .. } | LabError::Graph { .. } | LabError::Truth { .. } | LabError::OtherModule { .. } => 3,
            LabError::Format(_) | LabError::Output(_) | LabError::Write { .. } => 4,
        })
    }
}
