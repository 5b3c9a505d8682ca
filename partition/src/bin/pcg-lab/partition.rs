//! `pcg-lab partition`: one graph, one strategy, all about its units.

use std::path::PathBuf;

use clap::Args;
use pcg_partition::{Graph, InlineRecall, Partitioning, Schedule, Statistics, Strategy, UnitStatistics, schedules};
use serde::Serialize;

use crate::command::Format;
use crate::cut::{Cut, CutArguments};
use crate::error::LabError;
use crate::input::Truths;
use crate::table::{percent, ratio, table};

#[derive(Debug, Args)]
pub(crate) struct PartitionArguments {
    #[command(flatten)]
    cut: CutArguments,
    /// What LLVM inlined in one unit, for the inline recall (saved by `pcg-rustc --pcg-inline-truth=FILE`).
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The answer in JSON. Item numbers are positions in the graph; without a truth there is no recall.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema_version: u32,
    module: &'a str,
    strategy: Strategy,
    statistics: &'a Statistics,
    schedules: Vec<Schedule>,
    inline_recall: Option<InlineRecall>,
    partitioning: &'a Partitioning,
}

impl PartitionArguments {
    pub(crate) fn run(&self) -> Result<String, LabError> {
        let graph = self.cut.graph()?;
        let graphs = std::slice::from_ref(&graph);
        let truths = Truths::read(self.truth.as_slice(), graphs)?;
        let cut = self.cut.cut(&graph)?;
        let recall = cut.recall(&graph, &truths);
        match self.format {
            Format::Table => Ok(text(&graph, &cut, recall)),
            Format::Json => {
                let answer = Answer {
                    schema_version: 1,
                    module: &graph.name,
                    strategy: self.cut.strategy,
                    statistics: &cut.statistics,
                    schedules: schedules(&cut.statistics),
                    inline_recall: recall,
                    partitioning: &cut.partitioning,
                };
                Ok(serde_json::to_string(&answer)? + "\n")
            }
        }
    }
}

/// The units, the makespans, and what all of them cost beside one unit.
fn text(graph: &Graph, cut: &Cut, recall: Option<InlineRecall>) -> String {
    let header = ["unit", "defined", "imported", "copied", "promoted", "instructions", "work"];
    let units = table(&header, cut.statistics.units.iter().enumerate().map(|(number, unit)| row(number, unit)));
    let schedules = schedules(&cut.statistics).into_iter();
    let times = table(
        &["cores", "makespan", "efficiency"],
        schedules.map(|row| [row.cores.to_string(), row.makespan.to_string(), percent(row.efficiency)]),
    );
    let recall = recall.map_or(String::new(), |recall| recall_line(&recall));
    format!("{units}\n{times}\n{recall}{}\n", summary(graph, &cut.statistics))
}

fn row(number: usize, unit: &UnitStatistics) -> [String; 7] {
    let (defined, imported, copied) = (unit.defined, unit.imported, unit.copied);
    let counts = [number, defined, imported, copied, unit.promoted].map(|count| count.to_string());
    let [number, defined, imported, copied, promoted] = counts;
    [number, defined, imported, copied, promoted, unit.instructions.to_string(), unit.weight.to_string()]
}

fn recall_line(recall: &InlineRecall) -> String {
    format!(
        "inline recall: {} of {} pairs, {} of {} call sites; {} pairs are not in the graph\n",
        percent(recall.of_pairs()),
        recall.pairs,
        percent(recall.of_sites()),
        recall.sites,
        recall.unknown_pairs,
    )
}

fn summary(graph: &Graph, statistics: &Statistics) -> String {
    let totals = &statistics.totals;
    format!(
        "{}: {} items, {} instructions and {} copied, work {:.3} of one unit's, heaviest unit {:.3} of the mean, \
         {} cut edges, {} promoted",
        graph.name,
        totals.items,
        totals.instructions,
        percent(ratio(totals.copied_instructions, totals.instructions)),
        ratio(totals.weight, totals.whole_weight),
        totals.balance,
        totals.cut_edges,
        totals.promoted,
    )
}
