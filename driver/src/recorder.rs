//! Makes the report of one compile: phases, units and modules are noted as they end, by any thread.
//!
//! What a report holds is described in [`pcg_interface::report`].

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pcg_interface::report::{Action, Module, Phase, Report, SCHEMA_VERSION, Unit, Why, Work};
use pcg_llvm_backend::{COMMIT_HASH, UnitStatistics};
use pcg_partition::{Graph, ItemId, Partitioning};

use crate::place;
use crate::plan::SplitPlan;
use crate::usage::{self, Cpu, Stopwatch};

/// A report in the making, shared by the threads of a compile.
#[derive(Debug)]
pub struct Recorder {
    content: Mutex<Report>,
    started: Stopwatch,
    /// CPU seconds of children that ended inside a phase, to tell them from the front end's.
    children_in_phases: Mutex<f64>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    /// An empty report; the compile's time starts.
    pub fn new() -> Self {
        let content = Report {
            schema_version: SCHEMA_VERSION,
            pcg_version: env!("CARGO_PKG_VERSION").to_owned(),
            rustc_commit: COMMIT_HASH.to_owned(),
            package_name: std::env::var("CARGO_PKG_NAME").ok(),
            package_version: std::env::var("CARGO_PKG_VERSION").ok(),
            ..Report::default()
        };
        Self { content: Mutex::new(content), started: Stopwatch::start(), children_in_phases: Mutex::default() }
    }

    fn content(&self) -> MutexGuard<'_, Report> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The crate's name, as far as the command line says.
    pub fn name(&self, crate_name: Option<&str>) {
        self.content().crate_name = crate_name.map(str::to_owned);
    }

    /// What the command line says about the crate.
    pub fn describe(&self, plan: &SplitPlan) {
        let crate_types = plan.crate_types.iter().flatten();
        let mut content = self.content();
        content.crate_name = plan.crate_name.clone();
        content.crate_types = crate_types.map(|kind| kind.name().to_owned()).collect();
        content.test = plan.test;
        content.strategy = Some(plan.options.strategy.to_string());
        content.requested_codegen_units = plan.codegen_units.map(usize::from);
        content.threads = Some(plan.threads());
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
        self.note_memory_of_children();
        self.add(name, spent.wall, spent.own + spent.children);
        result
    }

    /// pcg-codegen, which is pcg's own, has not been waited for yet.
    fn note_memory_of_children(&self) {
        self.content().peak_memory.children_bytes = usage::peak_memory().1;
    }

    /// Adds a phase with its seconds; a phase that occurs again is summed up.
    pub fn add(&self, name: &str, wall_seconds: f64, cpu_seconds: f64) {
        let phases = &mut self.content().phases;
        match phases.iter_mut().find(|phase| phase.name == name) {
            Some(phase) => {
                phase.wall_seconds += wall_seconds;
                phase.cpu_seconds += cpu_seconds;
            }
            None => phases.push(Phase { name: name.to_owned(), wall_seconds, cpu_seconds }),
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
        self.note_memory_of_children();
        self.add("front_end", spent.wall - waited().as_secs_f64(), cpu.max(0.0));
        result
    }

    /// Adds what pcg-codegen has measured.
    pub fn add_all(&self, measured: Report) {
        for phase in &measured.phases {
            self.add(&phase.name, phase.wall_seconds, phase.cpu_seconds);
        }
        let mut content = self.content();
        if !measured.units.is_empty() {
            content.codegen_units = measured.codegen_units;
            content.items_replaced = measured.items_replaced;
            content.units = measured.units;
        }
        content.other_modules.extend(measured.other_modules);
        content.peak_memory.own_bytes = content.peak_memory.own_bytes.max(measured.peak_memory.own_bytes);
    }

    /// What has been measured until now, for [`Recorder::add_all`].
    pub fn measured(&self) -> Report {
        let mut content = self.content().clone();
        content.peak_memory.own_bytes = usage::peak_memory().0;
        content
    }

    /// The crate's units.
    pub fn units(&self, graph: &Graph, partitioning: &Partitioning, statistics: &[&UnitStatistics]) {
        let instructions = |items: &[ItemId]| items.iter().map(|&item| u64::from(graph[item].instructions)).sum();
        let promoted = |item: &&ItemId| partitioning.promoted.contains(item);
        let units = partitioning.units.iter().zip(statistics).map(|(unit, statistics)| Unit {
            items_defined: unit.defines.len(),
            items_imported: unit.imports.len(),
            items_copied: unit.copies.len(),
            items_promoted: unit.defines.iter().filter(promoted).count(),
            instructions_imported: instructions(&unit.imports),
            instructions_copied: instructions(&unit.copies),
            work: work(statistics),
        });
        let units: Vec<_> = units.collect();
        let mut content = self.content();
        content.codegen_units = units.len();
        content.items_replaced = partitioning.replaced.len();
        content.units = units;
    }

    /// A module that was compiled whole.
    pub fn module(&self, name: &str, statistics: &UnitStatistics) {
        let module = Module { name: name.to_owned(), work: work(statistics) };
        self.content().other_modules.push(module);
    }

    /// The report as text.
    pub fn to_json(&self, exit_code: Option<i32>) -> String {
        let mut content = self.content().clone();
        let spent = self.started.spent();
        let own_bytes = usage::peak_memory().0;
        let cpu = Cpu::now();
        content.exit_code = exit_code;
        content.wall_seconds = spent.wall;
        content.cpu_seconds = cpu.own + cpu.children;
        content.peak_memory.own_bytes = content.peak_memory.own_bytes.max(own_bytes);
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

fn work(statistics: &UnitStatistics) -> Work {
    Work {
        instructions: statistics.instructions_in,
        load_seconds: statistics.load_seconds,
        optimise_seconds: statistics.optimise_seconds,
        emit_seconds: statistics.emit_seconds,
        cpu_seconds: statistics.cpu_seconds,
        text_bytes: statistics.text_bytes,
    }
}

#[cfg(test)]
mod tests {
    use pcg_partition::{InlineAttribute, Item, ItemKind, Linkage};
    use serde_json::Value;

    use super::*;

    fn json(report: &Recorder) -> Value {
        serde_json::from_str(&report.to_json(Some(0))).unwrap()
    }

    fn function(instructions: u32) -> Item {
        Item {
            name: String::new(),
            kind: ItemKind::Function,
            linkage: Linkage::Internal,
            hidden: false,
            instructions,
            cost: 0,
            bytes: 0,
            inline: InlineAttribute::None,
            cold: false,
            unnamed_addr: true,
            constant: false,
            thread_local: false,
            unique: false,
            named_by_asm: false,
            group: None,
            body: None,
            source: String::new(),
        }
    }

    #[test]
    fn a_split_says_who_has_what() {
        let report = Recorder::new();
        let graph = Graph::new("m".to_owned(), [1, 20, 300, 4000].map(function).into(), Vec::new(), false);
        let unit = pcg_partition::Unit {
            defines: vec![ItemId(0), ItemId(2)],
            imports: vec![ItemId(3)],
            copies: vec![ItemId(1)],
        };
        let partitioning = Partitioning {
            units: vec![unit],
            promoted: [ItemId(2), ItemId(9)].into(),
            replaced: [(ItemId(3), ItemId(2))].into(),
        };
        let statistics = UnitStatistics { text_bytes: 7, ..UnitStatistics::default() };
        report.units(&graph, &partitioning, &[&statistics]);
        let json = json(&report);
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["action"], "split");
        assert_eq!(json["reason"], Value::Null);
        assert_eq!(json["codegen_units"], 1);
        assert_eq!(json["items_replaced"], 1);
        let unit = &json["units"][0];
        assert_eq!((&unit["items_defined"], &unit["items_copied"]), (&2.into(), &1.into()));
        assert_eq!((&unit["items_promoted"], &unit["text_bytes"]), (&1.into(), &7.into()));
        assert_eq!((&unit["instructions_imported"], &unit["instructions_copied"]), (&4000.into(), &20.into()));
    }

    #[test]
    fn a_pass_through_says_why() {
        let report = Recorder::new();
        report.not_split(Action::Passthrough, "lto", "because");
        let json = json(&report);
        assert_eq!((&json["action"], &json["reason"]["id"]), (&"passthrough".into(), &"lto".into()));
    }

    #[test]
    fn the_front_end_does_not_pay_for_its_linker() {
        let report = Recorder::new();
        let wait = Duration::from_millis(40);
        report.front_end(|| report.phase("units", || std::thread::sleep(wait)), || wait);
        let json = json(&report);
        assert_eq!(json["phases"][0]["name"], "units");
        assert_eq!(json["phases"][1]["name"], "front_end");
        assert!(json["phases"][1]["wall_seconds"].as_f64().unwrap() < 0.03);
    }

    #[test]
    fn the_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/report.json");
        Recorder::new().write(&path, Some(0)).unwrap();
        assert!(path.exists());
    }
}
