//! The command line: one variant for each command, each in a module of its own.

use clap::{Parser, Subcommand, ValueEnum};

use crate::compare::CompareArguments;
use crate::draw::DrawArguments;
use crate::error::LabError;
use crate::forecast::ForecastArguments;
use crate::partition::PartitionArguments;

/// Partitions saved call graphs, without a compiler.
#[derive(Debug, Parser)]
#[command(name = "pcg-lab", version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Graphs are saved by `pcg-rustc --pcg-dump-graph=FILE`, truths by `pcg-rustc --pcg-inline-truth=FILE`.

Exit codes: 0 done; 1 the partitioner failed on a valid graph; 2 the command line is wrong; 3 a graph or a truth could \
not be used; 4 the answer could not be written";

#[derive(Debug, Subcommand)]
enum Command {
    /// Cut a graph into codegen units and show the units.
    Partition(PartitionArguments),
    /// Compare the inlining forecast with what LLVM inlined.
    Forecast(ForecastArguments),
    /// Compare strategies on several graphs.
    Compare(CompareArguments),
    /// Draw the units of a graph and the cut between them.
    Draw(DrawArguments),
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// All there is to know, for programs.
    Json,
}

impl Arguments {
    /// Runs the command; its answer is what goes to stdout.
    pub(crate) fn run(&self) -> Result<String, LabError> {
        match &self.command {
            Command::Partition(arguments) => arguments.run(),
            Command::Forecast(arguments) => arguments.run(),
            Command::Compare(arguments) => arguments.run(),
            Command::Draw(arguments) => arguments.run(),
        }
    }
}
