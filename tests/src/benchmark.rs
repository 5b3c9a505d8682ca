//! Compiling one crate again and again: stock rustc and pcg in turn, one command, nothing else on the machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::run_ok;
use crate::measure::{Cost, measure, median};
use crate::memory::peak_of_tree;
use crate::recording::Recording;
use crate::report::Report;
use crate::rustc::{Compiler, report_option};
use crate::variant::Variant;
use crate::{archive, symbols};

/// What one variant's runs cost.
#[derive(Debug, Clone)]
pub struct Series {
    /// The variant.
    pub variant: Variant,
    /// Each run.
    pub runs: Vec<Cost>,
    /// Bytes of machine code in the library.
    pub text: u64,
    /// pcg's reports, one for each run.
    pub reports: Vec<Report>,
}

impl Series {
    /// Seconds of each run.
    pub fn walls(&self) -> Vec<f64> {
        self.runs.iter().map(|run| run.wall).collect()
    }

    /// The median of the runs' seconds.
    pub fn wall(&self) -> f64 {
        median(&self.walls())
    }

    /// Processor seconds of each run.
    pub fn cpus(&self) -> Vec<f64> {
        self.runs.iter().map(|run| run.cpu).collect()
    }

    /// The median of the runs' processor seconds.
    pub fn cpu(&self) -> f64 {
        median(&self.cpus())
    }

    /// The share of the processor time that pcg spends outside the front end and LLVM's optimisation and code
    /// generation: reading, graph, partition, loading, join, archive. The median of the runs.
    pub fn overhead(&self) -> f64 {
        median(&self.reports.iter().map(overhead).collect::<Vec<_>>())
    }
}

/// Phases of the report that are neither rustc's nor LLVM's work on the units.
const OVERHEAD_PHASES: &[&str] = &["read", "graph", "partition", "join", "archive", "finish"];

fn overhead(report: &Report) -> f64 {
    let array = |name: &str| report.0[name].as_array().cloned().unwrap_or_default();
    let number = |value: &serde_json::Value, name: &str| value[name].as_f64().unwrap_or(0.0);
    let phases = array("phases");
    let own = phases.iter().filter(|phase| OVERHEAD_PHASES.iter().any(|name| phase["name"] == *name));
    let own: f64 = own.map(|phase| number(phase, "cpu_seconds")).sum();
    let loading: f64 = array("units").iter().map(|unit| number(unit, "load_seconds")).sum();
    (own + loading) / number(&report.0, "cpu_seconds")
}

/// Files that `pcg-lab` reads.
#[derive(Debug)]
pub struct SavedTruth {
    /// The crate's graph.
    pub graph: PathBuf,
    /// What LLVM inlined in one unit.
    pub truth: PathBuf,
}

/// A crate's command and a folder for what it writes.
#[derive(Debug)]
pub struct Bench {
    recording: Recording,
    folder: PathBuf,
}

impl Bench {
    /// Builds the crate's dependencies, unless that was done before in this folder, and takes down its command.
    pub fn prepare(project: &Path, package: &str, folder: &Path) -> Result<Self> {
        let recording = Recording::of_library(project, package, &folder.join("target"))?;
        Ok(Self { recording, folder: folder.join("out") })
    }

    /// Runs every variant `rounds` times, in turn, each round beginning with another one.
    pub fn run(&self, variants: &[Variant], rounds: usize) -> Result<Vec<Series>> {
        let series = |variant| Series { variant, runs: Vec::new(), text: 0, reports: Vec::new() };
        let mut all: Vec<Series> = variants.iter().map(|variant| series(*variant)).collect();
        for round in 0..rounds {
            for step in 0..all.len() {
                let series = &mut all[(round + step) % variants.len()];
                self.run_once(series)?;
            }
        }
        Ok(all)
    }

    /// The library that a variant's last run wrote.
    pub fn library(&self, variant: Variant) -> Result<PathBuf> {
        Ok(self.folder.join(variant.folder()).join(self.recording.library()?))
    }

    /// Everything that rustc was told about the crate when its command was recorded.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Compiles once more and returns the most bytes that the compiler's processes had together.
    pub fn peak_memory(&self, variant: Variant) -> Result<u64> {
        peak_of_tree(&mut self.command(variant)?).with_context(|| variant.name())
    }

    /// Compiles with one unit and saves what LLVM inlines, and the crate's graph.
    pub fn save_truth(&self) -> Result<SavedTruth> {
        let saved = SavedTruth { graph: self.folder.join("graph.json"), truth: self.folder.join("truth.json") };
        let option = |name: &str, file: &Path| {
            let mut option = OsString::from(name);
            option.push(file);
            option
        };
        let options = [option("--pcg-dump-graph=", &saved.graph), option("--pcg-inline-truth=", &saved.truth)];
        run_ok(&mut self.command_with(Variant::pcg(Some(1)), &options)?)?;
        Ok(saved)
    }

    /// The command that compiles the crate into an empty folder.
    fn command(&self, variant: Variant) -> Result<Command> {
        self.command_with(variant, &[])
    }

    /// The same with more options.
    fn command_with(&self, variant: Variant, options: &[OsString]) -> Result<Command> {
        let out = self.folder.join(variant.folder());
        if out.exists() {
            std::fs::remove_dir_all(&out)?;
        }
        std::fs::create_dir_all(&out)?;
        let mut more = options.to_vec();
        more.extend(variant.units.map(|units| format!("-Ccodegen-units={units}").into()));
        if variant.compiler == Compiler::Pcg {
            // Not `--pcg-strict`, which verifies units: no user pays for that.
            more.push(report_option(&self.report(variant)));
        }
        self.recording.command(&variant.compiler.path()?, &out, &more)
    }

    fn report(&self, variant: Variant) -> PathBuf {
        self.folder.join(variant.folder()).join("report.json")
    }

    fn run_once(&self, series: &mut Series) -> Result<()> {
        let variant = series.variant;
        let cost = measure(&mut self.command(variant)?)?;
        ensure!(cost.status.success(), "{} failed", variant.name());
        series.runs.push(cost);
        if variant.compiler == Compiler::Pcg {
            let report = Report::read(&self.report(variant))?;
            ensure!(report.action() == "split", "{}: {} ({})", variant.name(), report.action(), report.reason());
            series.reports.push(report);
        }
        let objects = archive::objects(&self.library(variant)?).context("the library")?;
        series.text = objects.iter().map(|object| symbols::text_bytes(&object.data)).sum::<Result<u64>>()?;
        Ok(())
    }
}
