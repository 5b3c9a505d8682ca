//! The report of one compile (`--pcg-report=FILE`): JSON, written in one step when the compile ends.
//!
//! Schema version 1. Times are in seconds, sizes in bytes. A field is added without a new version; a version changes
//! when a field goes or changes its meaning.
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `schema_version` | number | 1 |
//! | `pcg_version`, `rustc_commit` | string | who made the report, and the rustc that it was built for |
//! | `crate_name` | string or null | the crate, as far as the command line says |
//! | `action` | string | `split`, `passthrough` (stock rustc alone) or `fallback` (stock rustc after pcg failed) |
//! | `reason` | object or null | why it is not `split`: `id`, a stable name, and `sentence`, for people |
//! | `exit_code` | number or null | of the compile; null if it is not known (`passthrough`) or rustc died by a signal |
//! | `strategy` | string or null | the partitioning strategy |
//! | `requested_codegen_units` | number or null | `-Ccodegen-units`; null if the number follows from the crate |
//! | `codegen_units` | number | units of the crate's module |
//! | `items_replaced` | number | functions of the module that no unit has, because another one has the same body |
//! | `units` | array | one object per unit, in unit order; see below |
//! | `other_modules` | array | modules that are compiled whole (the allocator shim): `name`, and as in a unit the seconds, `instructions` and `text_bytes` |
//! | `phases` | array | in the order in which they ended: `name`, `wall_seconds`, `cpu_seconds` (this process and, in `join`, `stock` and `link`, its children; in `front_end` rustc alone) |
//! | `wall_seconds`, `cpu_seconds` | number | of the whole compile, rustc and the linker included |
//! | `threads` | number or null | the most threads that work at once, if the jobserver lets them |
//! | `peak_memory` | object | `own_bytes`, `children_bytes`: the largest resident size of this process and of its largest child |
//!
//! A unit: `items_defined`, `items_imported`, `items_copied`, `items_promoted` (defined here, promoted because another
//! unit refers to them), `instructions` (before optimisation, of all bodies in the unit), `text_bytes`, and the CPU
//! seconds of the thread that compiled it: `load_seconds`, `optimise_seconds`, `emit_seconds`, in all `cpu_seconds`.
//!
//! Phases: `front_end` (rustc until it has written bitcode, and its archive or linker preparations), `read` (bitcode
//! into memory), `graph`, `partition`, `units` (load, optimise, emit), `join`, `archive`, `link` (the real linker),
//! `finish` (files to their places), `stock` (the fallback's rustc).

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pcg_llvm_backend::{COMMIT_HASH, UnitStatistics};
use pcg_partition::{ItemId, Partitioning};
use serde::Serialize;

use crate::place;
use crate::usage::{self, Cpu, Stopwatch};

/// The version of the schema in this module's header.
pub const SCHEMA_VERSION: u32 = 1;

/// What became of the compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Compiled by pcg.
    #[default]
    Split,
    /// Given to stock rustc at once.
    Passthrough,
    /// Given to stock rustc after pcg had failed.
    Fallback,
}

/// Why stock rustc compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// A stable name.
    pub id: String,
    /// For people.
    pub sentence: String,
}

/// One unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UnitReport {
    items_defined: usize,
    items_imported: usize,
    items_copied: usize,
    items_promoted: usize,
    #[serde(flatten)]
    work: Work,
}

/// A module that is compiled whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct ModuleReport {
    name: String,
    #[serde(flatten)]
    work: Work,
}

/// What the back end did for one unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Work {
    instructions: u64,
    load_seconds: f64,
    optimise_seconds: f64,
    emit_seconds: f64,
    cpu_seconds: f64,
    text_bytes: u64,
}

/// One phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Phase {
    name: &'static str,
    wall_seconds: f64,
    cpu_seconds: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Memory {
    own_bytes: u64,
    children_bytes: u64,
}

/// The whole report, in the order of the table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Content {
    schema_version: u32,
    pcg_version: &'static str,
    rustc_commit: &'static str,
    crate_name: Option<String>,
    action: Action,
    reason: Option<Why>,
    exit_code: Option<i32>,
    strategy: Option<String>,
    requested_codegen_units: Option<usize>,
    codegen_units: usize,
    items_replaced: usize,
    units: Vec<UnitReport>,
    other_modules: Vec<ModuleReport>,
    phases: Vec<Phase>,
    wall_seconds: f64,
    cpu_seconds: f64,
    threads: Option<usize>,
    peak_memory: Memory,
}

/// A report in the making, shared by the threads of a compile.
#[derive(Debug)]
pub struct Report {
    content: Mutex<Content>,
    started: Stopwatch,
    /// CPU seconds of children that ended inside a phase, to tell them from the front end's.
    children_in_phases: Mutex<f64>,
}

impl Default for Report {
    fn default() -> Self {
        Self::new()
    }
}

impl Report {
    /// An empty report; the compile's time starts.
    pub fn new() -> Self {
        let content = Content {
            schema_version: SCHEMA_VERSION,
            pcg_version: env!("CARGO_PKG_VERSION"),
            rustc_commit: COMMIT_HASH,
            ..Content::default()
        };
        Self { content: Mutex::new(content), started: Stopwatch::start(), children_in_phases: Mutex::default() }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the command line says about the crate.
    pub fn describe(&self, crate_name: Option<&str>, strategy: &str, units: Option<usize>, threads: usize) {
        let mut content = self.content();
        content.crate_name = crate_name.map(str::to_owned);
        content.strategy = Some(strategy.to_owned());
        content.requested_codegen_units = units;
        content.threads = Some(threads);
    }

    /// Stock rustc compiles, for a reason.
    pub fn not_split(&self, action: Action, id: &str, sentence: impl ToString) {
        let mut content = self.content();
        content.action = action;
        content.reason = Some(Why { id: id.to_owned(), sentence: sentence.to_string() });
    }

    /// Runs one phase and measures it. Children that end meanwhile are not the phase's: rustc may be one of them.
    pub fn phase<T>(&self, name: &'static str, run: impl FnOnce() -> T) -> T {
        let watch = Stopwatch::start();
        let result = run();
        let spent = watch.spent();
        self.add(name, spent.wall, spent.own);
        result
    }

    /// Runs one phase that starts programs and waits for them, and measures it with them.
    pub fn phase_with_children<T>(&self, name: &'static str, run: impl FnOnce() -> T) -> T {
        let watch = Stopwatch::start();
        let result = run();
        let spent = watch.spent();
        *self.children_in_phases.lock().unwrap_or_else(PoisonError::into_inner) += spent.children;
        self.add(name, spent.wall, spent.own + spent.children);
        result
    }

    /// Adds a phase with its seconds; a phase that occurs again is summed up.
    pub fn add(&self, name: &'static str, wall_seconds: f64, cpu_seconds: f64) {
        let phases = &mut self.content().phases;
        match phases.iter_mut().find(|phase| phase.name == name) {
            Some(phase) => {
                phase.wall_seconds += wall_seconds;
                phase.cpu_seconds += cpu_seconds;
            }
            None => phases.push(Phase { name, wall_seconds, cpu_seconds }),
        }
    }

    /// Runs the front end and measures it: without the time that it `waited` for its linker, and without the linker's.
    /// Other phases may run beside it.
    pub fn front_end<T>(&self, run: impl FnOnce() -> T, waited: impl FnOnce() -> Duration) -> T {
        let children_in_phases = || *self.children_in_phases.lock().unwrap_or_else(PoisonError::into_inner);
        let before = children_in_phases();
        let watch = Stopwatch::start();
        let result = run();
        let spent = watch.spent();
        let linker = self.content().phases.iter().find(|phase| phase.name == "link").map_or(0.0, |p| p.cpu_seconds);
        let cpu = spent.children - (children_in_phases() - before) - linker;
        self.add("front_end", spent.wall - waited().as_secs_f64(), cpu.max(0.0));
        result
    }

    /// The crate's units.
    pub fn units(&self, partitioning: &Partitioning, statistics: &[&UnitStatistics]) {
        let promoted = |item: &&ItemId| partitioning.promoted.contains(item);
        let units = partitioning.units.iter().zip(statistics).map(|(unit, statistics)| UnitReport {
            items_defined: unit.defines.len(),
            items_imported: unit.imports.len(),
            items_copied: unit.copies.len(),
            items_promoted: unit.defines.iter().filter(promoted).count(),
            work: Work::from(*statistics),
        });
        let units: Vec<_> = units.collect();
        let mut content = self.content();
        content.codegen_units = units.len();
        content.items_replaced = partitioning.replaced.len();
        content.units = units;
    }

    /// A module that was compiled whole.
    pub fn module(&self, name: &str, statistics: &UnitStatistics) {
        let module = ModuleReport { name: name.to_owned(), work: statistics.into() };
        self.content().other_modules.push(module);
    }

    /// The report as text.
    pub fn to_json(&self, exit_code: Option<i32>) -> String {
        let mut content = self.content().clone();
        let spent = self.started.spent();
        let (own_bytes, children_bytes) = usage::peak_memory();
        let cpu = Cpu::now();
        content.exit_code = exit_code;
        content.wall_seconds = spent.wall;
        content.cpu_seconds = cpu.own + cpu.children;
        content.peak_memory = Memory { own_bytes, children_bytes };
        // Numbers and strings only: nothing that could fail.
        serde_json::to_string_pretty(&content).unwrap_or_default() + "\n"
    }

    /// Writes the report, making its folder if that is missing.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written.
    pub fn write(&self, path: &Path, exit_code: Option<i32>) -> io::Result<()> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        place::write_file(path, self.to_json(exit_code).as_bytes())
    }
}

impl From<&UnitStatistics> for Work {
    fn from(statistics: &UnitStatistics) -> Self {
        Self {
            instructions: statistics.instructions_in,
            load_seconds: statistics.load_seconds,
            optimise_seconds: statistics.optimise_seconds,
            emit_seconds: statistics.emit_seconds,
            cpu_seconds: statistics.cpu_seconds,
            text_bytes: statistics.text_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use pcg_partition::Unit;
    use serde_json::Value;

    use super::*;

    fn json(report: &Report) -> Value {
        serde_json::from_str(&report.to_json(Some(0))).unwrap()
    }

    #[test]
    fn a_split_says_who_has_what() {
        let report = Report::new();
        let unit = Unit { defines: vec![ItemId(0), ItemId(2)], imports: vec![], copies: vec![ItemId(1)] };
        let partitioning = Partitioning {
            units: vec![unit],
            promoted: [ItemId(2), ItemId(9)].into(),
            replaced: [(ItemId(3), ItemId(2))].into(),
        };
        let statistics = UnitStatistics { text_bytes: 7, ..UnitStatistics::default() };
        report.units(&partitioning, &[&statistics]);
        let json = json(&report);
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["action"], "split");
        assert_eq!(json["reason"], Value::Null);
        assert_eq!(json["codegen_units"], 1);
        assert_eq!(json["items_replaced"], 1);
        let unit = &json["units"][0];
        assert_eq!((&unit["items_defined"], &unit["items_copied"]), (&2.into(), &1.into()));
        assert_eq!((&unit["items_promoted"], &unit["text_bytes"]), (&1.into(), &7.into()));
    }

    #[test]
    fn a_pass_through_says_why() {
        let report = Report::new();
        report.not_split(Action::Passthrough, "lto", "because");
        let json = json(&report);
        assert_eq!((&json["action"], &json["reason"]["id"]), (&"passthrough".into(), &"lto".into()));
    }

    #[test]
    fn the_front_end_does_not_pay_for_its_linker() {
        let report = Report::new();
        let wait = Duration::from_millis(40);
        report.front_end(|| report.phase("units", || std::thread::sleep(wait)), || wait);
        let json = json(&report);
        assert_eq!(json["phases"][0]["name"], "units");
        assert_eq!(json["phases"][1]["name"], "front_end");
        assert!(json["phases"][1]["wall_seconds"].as_f64().unwrap() < 0.03);
    }

    #[test]
    fn every_field_is_in_the_header() {
        let header: String = include_str!("report.rs").lines().take_while(|line| line.starts_with("//!")).collect();
        let report = Report::new();
        report.units(
            &Partitioning { units: vec![Unit::default()], ..Partitioning::default() },
            &[&UnitStatistics::default()],
        );
        let json = json(&report);
        for object in [&json, &json["units"][0], &json["peak_memory"]] {
            for field in object.as_object().unwrap().keys() {
                assert!(header.contains(&format!("`{field}`")), "{field} is not described");
            }
        }
    }

    #[test]
    fn the_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/report.json");
        Report::new().write(&path, Some(0)).unwrap();
        assert!(path.exists());
    }
}
