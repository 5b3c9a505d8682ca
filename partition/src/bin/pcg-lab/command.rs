//! The commands and what they answer.

use std::fs::File;
use std::io::BufReader;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pcg_partition::file::{FileError, read_graph};
use pcg_partition::{
    Graph, PartitionError, Partitioning, Statistics, Strategy, automatic_units, partition, statistics,
};
use serde::Serialize;

use crate::table;

/// Partitions saved call graphs, without a compiler.
#[derive(Debug, Parser)]
#[command(name = "pcg-lab", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Cut a graph into codegen units and show the units.
    Partition(PartitionArguments),
}

#[derive(Debug, Args)]
struct PartitionArguments {
    /// A graph saved by `pcg-rustc --pcg-dump-graph=FILE`.
    graph: PathBuf,
    /// How to cut: `inline`, `size`, `source` or `llvm`.
    #[arg(long, default_value_t = Strategy::Inline, value_name = "STRATEGY")]
    strategy: Strategy,
    /// The most units to make; by default, as many as the crate's work is worth.
    #[arg(long, value_name = "N")]
    units: Option<NonZeroUsize>,
    /// A table for people, or all there is to know for programs.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// The answer of `partition --format json`. Item numbers are positions in the graph.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema_version: u32,
    module: &'a str,
    strategy: Strategy,
    statistics: &'a Statistics,
    partitioning: &'a Partitioning,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LabError {
    #[error("cannot open `{}`", path.display())]
    Open { path: PathBuf, source: std::io::Error },
    #[error("cannot use `{}`", path.display())]
    Graph { path: PathBuf, source: FileError },
    #[error("cannot partition `{module}`")]
    Partition { module: String, source: PartitionError },
    #[error("cannot write the answer")]
    Format(#[from] serde_json::Error),
    #[error("cannot write the answer")]
    Output(#[source] std::io::Error),
}

impl LabError {
    /// The exit code, as documented in the program's header.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            LabError::Partition { .. } => 1,
            LabError::Open { .. } | LabError::Graph { .. } => 3,
            LabError::Format(_) | LabError::Output(_) => 4,
        })
    }
}

impl Arguments {
    /// Runs the command; its answer is what goes to stdout.
    pub(crate) fn run(&self) -> Result<String, LabError> {
        match &self.command {
            Command::Partition(arguments) => arguments.run(),
        }
    }
}

impl PartitionArguments {
    fn run(&self) -> Result<String, LabError> {
        let graph = load(&self.graph)?;
        let units = self.units.map_or_else(|| automatic_units(&graph), NonZeroUsize::get);
        let partitioning = partition(&graph, self.strategy, units)
            .map_err(|source| LabError::Partition { module: graph.name.clone(), source })?;
        let statistics = statistics(&graph, &partitioning);
        match self.format {
            Format::Table => Ok(table::units(&graph, &statistics)),
            Format::Json => {
                let (module, strategy) = (graph.name.as_str(), self.strategy);
                let (statistics, partitioning) = (&statistics, &partitioning);
                let answer = Answer { schema_version: 1, module, strategy, statistics, partitioning };
                Ok(serde_json::to_string(&answer)? + "\n")
            }
        }
    }
}

fn load(path: &Path) -> Result<Graph, LabError> {
    let file = File::open(path).map_err(|source| LabError::Open { path: path.into(), source })?;
    read_graph(BufReader::new(file)).map_err(|source| LabError::Graph { path: path.into(), source })
}
