//! `pcg-lab forecast`: the inlining forecast beside what LLVM inlined.

use std::path::PathBuf;

use clap::Args;
use pcg_partition::{Accuracy, DirectPairs, Graph};
use serde::Serialize;

use crate::command::Format;
use crate::error::LabError;
use crate::input::{self, Truths};
use crate::table::{percent, table};

#[derive(Debug, Args)]
pub(crate) struct ForecastArguments {
    /// A graph saved by `pcg-rustc --pcg-dump-graph=FILE`.
    graph: PathBuf,
    /// What LLVM inlined in one unit (saved by `pcg-rustc --pcg-inline-truth=FILE`).
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The answer in JSON.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema_version: u32,
    module: &'a str,
    precision: f64,
    recall: f64,
    recall_of_sites: f64,
    accuracy: Accuracy,
}

impl ForecastArguments {
    pub(crate) fn run(&self) -> Result<String, LabError> {
        let graph = input::graph(&self.graph)?;
        let truths = Truths::read(std::slice::from_ref(&self.truth), std::slice::from_ref(&graph))?;
        let accuracy = truths.of(&graph).map(|truth| Accuracy::new(&graph, truth)).unwrap_or_default();
        match self.format {
            Format::Table => Ok(text(&graph, &accuracy)),
            Format::Json => {
                let all = accuracy.all();
                let answer = Answer {
                    schema_version: 1,
                    module: &graph.name,
                    precision: all.precision(),
                    recall: all.recall(),
                    recall_of_sites: all.recall_of_sites(),
                    accuracy,
                };
                Ok(serde_json::to_string(&answer)? + "\n")
            }
        }
    }
}

fn text(graph: &Graph, accuracy: &Accuracy) -> String {
    let header = ["callee", "inlined", "forecast", "both", "precision", "recall", "recall of call sites"];
    let rows = [
        ("local, one call", accuracy.only_call),
        ("other", accuracy.several_calls),
        ("all direct pairs", accuracy.all()),
    ];
    let direct = table(&header, rows.map(|(name, pairs)| row(name, &pairs)));
    let all = accuracy.all();
    format!(
        "{direct}\n{}: of the {} direct pairs that the forecast misses, {} have a callee near the threshold\n\
         {} transitive pairs (inlined, and no edge of the graph): {} have a callee that is forecast as inlined\n\
         {} pairs are not in the graph\n",
        graph.name,
        all.inlined - all.found,
        accuracy.missed_but_likely,
        accuracy.transitive,
        accuracy.transitive_found,
        accuracy.unknown_pairs,
    )
}

fn row(name: &str, pairs: &DirectPairs) -> [String; 7] {
    let [inlined, forecast, found] = [pairs.inlined, pairs.forecast, pairs.found].map(|count| count.to_string());
    let shares = [pairs.precision(), pairs.recall(), pairs.recall_of_sites()].map(percent);
    let [precision, recall, sites] = shares;
    [name.into(), inlined, forecast, found, precision, recall, sites]
}
