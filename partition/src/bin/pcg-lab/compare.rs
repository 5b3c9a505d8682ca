//! `pcg-lab compare`: strategies side by side, on any number of graphs.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use pcg_partition::{Graph, InlineRecall, Schedule, Strategy, Totals, schedules};
use serde::Serialize;

use crate::command::Format;
use crate::cut::Cut;
use crate::error::LabError;
use crate::input::{self, Truths};
use crate::table::{percent, ratio, table};

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// Graphs saved by `pcg-rustc --pcg-dump-graph=FILE`.
    #[arg(required = true, value_name = "GRAPH")]
    graphs: Vec<PathBuf>,
    /// Numbers of units.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "4,16")]
    units: Vec<NonZeroUsize>,
    /// Strategies: all of them by default.
    #[arg(long, value_name = "STRATEGY,…", value_delimiter = ',')]
    strategies: Vec<Strategy>,
    /// What LLVM inlined in one unit, for the inline recall; may be repeated. A truth belongs to the graph whose module
    /// has the same name.
    #[arg(long, value_name = "FILE")]
    truth: Vec<PathBuf>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The answer in JSON.
#[derive(Debug, Serialize)]
struct Answer {
    schema_version: u32,
    cuts: Vec<Row>,
}

/// One graph, one strategy, one number of units.
#[derive(Debug, Serialize)]
struct Row {
    module: String,
    strategy: Strategy,
    requested_units: usize,
    units: usize,
    totals: Totals,
    schedules: Vec<Schedule>,
    inline_recall: Option<InlineRecall>,
}

impl CompareArguments {
    pub(crate) fn run(&self) -> Result<String, LabError> {
        let graphs = self.graphs.iter().map(|path| input::graph(path)).collect::<Result<Vec<_>, _>>()?;
        let truths = Truths::read(&self.truth, &graphs)?;
        let mut cuts = Vec::new();
        for graph in &graphs {
            for units in &self.units {
                for strategy in self.strategies() {
                    cuts.push(Row::new(graph, &truths, *strategy, units.get())?);
                }
            }
        }
        match self.format {
            Format::Table => Ok(text(&cuts)),
            Format::Json => Ok(serde_json::to_string(&Answer { schema_version: 1, cuts })? + "\n"),
        }
    }

    fn strategies(&self) -> &[Strategy] {
        if self.strategies.is_empty() { Strategy::ALL } else { &self.strategies }
    }
}

impl Row {
    fn new(graph: &Graph, truths: &Truths, strategy: Strategy, units: usize) -> Result<Self, LabError> {
        let cut = Cut::new(graph, strategy, units)?;
        Ok(Self {
            module: graph.name.clone(),
            strategy,
            requested_units: units,
            units: cut.statistics.units.len(),
            totals: cut.statistics.totals,
            schedules: schedules(&cut.statistics),
            inline_recall: cut.recall(graph, truths),
        })
    }

    /// The speed-up with a core for each unit.
    fn speed_up(&self) -> f64 {
        self.totals.whole_weight as f64 * self.units as f64 / (self.totals.balance * self.totals.weight.max(1) as f64)
    }

    fn cells(&self) -> [String; 11] {
        let totals = &self.totals;
        let recall = |share: fn(&InlineRecall) -> f64| {
            self.inline_recall.map_or("-".to_owned(), |recall| format!("{:.2} %", 100.0 * share(&recall)))
        };
        [
            self.module.clone(),
            self.units.to_string(),
            self.strategy.to_string(),
            format!("{:.3}", ratio(totals.weight, totals.whole_weight)),
            format!("{:.3}", totals.balance),
            format!("{:.2}", self.speed_up()),
            percent(ratio(totals.copied_instructions, totals.instructions)),
            totals.cut_edges.to_string(),
            totals.promoted.to_string(),
            recall(InlineRecall::of_pairs),
            recall(InlineRecall::of_sites),
        ]
    }
}

fn text(cuts: &[Row]) -> String {
    let header = [
        "module", "units", "strategy", "work", "balance", "speed-up", "copied", "cut", "promoted", "recall", "by sites",
    ];
    let rows = table(&header, cuts.iter().map(Row::cells));
    rows + "\nwork: of one unit's; balance: heaviest unit over the mean; speed-up: with a core for each unit;\n\
            recall: pairs that one unit inlines and that can still be inlined\n"
}
