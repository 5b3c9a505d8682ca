//! A graph, cut by a strategy: what most commands begin with.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use pcg_partition::{Graph, InlineRecall, Partitioning, Statistics, Strategy, automatic_units, partition, statistics};

use crate::error::LabError;
use crate::input::{self, Truths};

/// Which graph to cut, and how.
#[derive(Debug, Args)]
pub(crate) struct CutArguments {
    /// A graph saved by `pcg-rustc --pcg-dump-graph=FILE`.
    pub(crate) graph: PathBuf,
    /// How to cut: `inline`, `size`, `source` or `llvm`.
    #[arg(long, default_value_t = Strategy::Inline, value_name = "STRATEGY")]
    pub(crate) strategy: Strategy,
    /// The most units to make; by default, as many as the crate's work is worth.
    #[arg(long, value_name = "N")]
    units: Option<NonZeroUsize>,
}

/// A partitioning and what it costs.
pub(crate) struct Cut {
    pub(crate) partitioning: Partitioning,
    pub(crate) statistics: Statistics,
}

impl CutArguments {
    /// Reads the graph.
    pub(crate) fn graph(&self) -> Result<Graph, LabError> {
        input::graph(&self.graph)
    }

    /// Cuts the graph.
    pub(crate) fn cut(&self, graph: &Graph) -> Result<Cut, LabError> {
        let units = self.units.map_or_else(|| automatic_units(graph), NonZeroUsize::get);
        Cut::new(graph, self.strategy, units)
    }
}

impl Cut {
    /// Cuts a graph.
    pub(crate) fn new(graph: &Graph, strategy: Strategy, units: usize) -> Result<Self, LabError> {
        let partitioning = partition(graph, strategy, units)
            .map_err(|source| LabError::Partition { module: graph.name.clone(), source })?;
        let statistics = statistics(graph, &partitioning);
        Ok(Self { partitioning, statistics })
    }

    /// The inline recall, if the module's truth is known.
    pub(crate) fn recall(&self, graph: &Graph, truths: &Truths) -> Option<InlineRecall> {
        truths.of(graph).map(|truth| InlineRecall::new(graph, &self.partitioning, truth))
    }
}
