//! What a package costs to compile: as measured in earlier builds, or estimated by the code in its sources.

use std::collections::BTreeMap;
use std::time::SystemTime;

use pcg_interface::report::{Action, Report};
use serde::Serialize;

use super::graph::{Package, PackageGraph};
use super::sources::body_bytes_below;
use crate::reports::{Found, is_build_script};

/// Seconds for a byte in the body of a function, where nothing has been measured: about what the packages of bat take.
const SECONDS_PER_BYTE: f64 = 1e-5;

/// The part of the time that the front end takes, where only the whole is known.
const FRONT_PART: f64 = 0.4;

/// What a package costs, in seconds on one core.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Cost {
    /// Until its metadata is there.
    pub(crate) front: f64,
    /// Code generation, in one unit.
    pub(crate) code: f64,
    /// It has been measured.
    pub(crate) is_measured: bool,
}

impl Cost {
    pub(crate) fn measured(front: f64, code: f64) -> Self {
        Self { front, code, is_measured: true }
    }

    pub(crate) fn total(&self) -> f64 {
        self.front + self.code
    }
}

/// The costs of all packages of a graph. Sources are read only if something has not been measured.
pub(crate) fn costs(graph: &PackageGraph, reports: &[Found]) -> Vec<Cost> {
    let measured = measured(reports);
    let of = |package: &Package| measured.get(&(&*package.name, &*package.version)).copied();
    let known: Vec<Option<Cost>> = graph.packages.iter().map(of).collect();
    if let Some(costs) = known.iter().copied().collect() {
        return costs;
    }
    let bytes: Vec<u64> = graph.packages.iter().map(|package| body_bytes_below(&package.sources)).collect();
    // What is not measured is taken to be like what is.
    let both = known.iter().zip(&bytes).filter_map(|(cost, bytes)| Some(((*cost)?.total(), *bytes)));
    let (seconds, of_bytes) = both.fold((0.0, 0), |sum, (seconds, bytes)| (sum.0 + seconds, sum.1 + bytes));
    let per_byte = if of_bytes > 0 { seconds / of_bytes as f64 } else { SECONDS_PER_BYTE };
    let estimate = |bytes: u64| {
        let total = bytes as f64 * per_byte;
        Cost { front: total * FRONT_PART, code: total * (1.0 - FRONT_PART), is_measured: false }
    };
    known.into_iter().zip(bytes).map(|(cost, bytes)| cost.unwrap_or_else(|| estimate(bytes))).collect()
}

/// The costs in reports, by packages. Of several reports for a crate the newest counts: the others are of other
/// features.
fn measured(reports: &[Found]) -> BTreeMap<(&str, &str), Cost> {
    let mut newest: BTreeMap<(&str, &str, &str), (SystemTime, Cost)> = BTreeMap::new();
    for found in reports.iter().filter(|found| !is_build_script(&found.crate_name)) {
        let package = found.report.package_name.as_deref().zip(found.report.package_version.as_deref());
        let Some(((package, version), cost)) = package.zip(cost(&found.report)) else { continue };
        let kept = newest.entry((package, version, &found.crate_name)).or_insert((found.written, cost));
        if kept.0 < found.written {
            *kept = (found.written, cost);
        }
    }
    let mut costs: BTreeMap<(&str, &str), Cost> = BTreeMap::new();
    for ((name, version, _), (_, cost)) in newest {
        let sum = costs.entry((name, version)).or_insert(Cost::measured(0.0, 0.0));
        *sum = Cost::measured(sum.front + cost.front, sum.code + cost.code);
    }
    costs
}

/// What one compile cost, if it ended well.
fn cost(report: &Report) -> Option<Cost> {
    if report.exit_code != Some(0) {
        return None;
    }
    let phase = |name: &str| report.phases.iter().find(|phase| phase.name == name);
    match report.action {
        Action::Split => {
            let modules = report.other_modules.iter().map(|module| module.work.cpu_seconds);
            let code = report.units.iter().map(|unit| unit.work.cpu_seconds).chain(modules).sum();
            Some(Cost::measured(phase("front_end")?.cpu_seconds, code))
        }
        Action::Passthrough | Action::Fallback => {
            let total = phase("stock")?.cpu_seconds;
            Some(Cost::measured(total * FRONT_PART, total * (1.0 - FRONT_PART)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::time::Duration;

    use pcg_interface::report::{Phase, Unit, Work};

    use super::super::graph::tests::graph;
    use super::*;

    fn report(crate_name: &str, action: Action, seconds: f64) -> Report {
        let phase = |name: &str| Phase { name: name.to_owned(), wall_seconds: seconds, cpu_seconds: seconds };
        let unit = || Unit { work: Work { cpu_seconds: seconds, ..Work::default() }, ..Unit::default() };
        Report {
            package_name: Some("a".to_owned()),
            package_version: Some("1.0.0".to_owned()),
            crate_name: Some(crate_name.to_owned()),
            exit_code: Some(0),
            units: if action == Action::Split { vec![unit(), unit()] } else { Vec::new() },
            phases: vec![phase(if action == Action::Split { "front_end" } else { "stock" })],
            action,
            ..Report::default()
        }
    }

    /// A report that was written at that second.
    fn found(second: u64, report: Report) -> Found {
        Found {
            path: PathBuf::new(),
            crate_name: report.crate_name.clone().unwrap(),
            hash: String::new(),
            written: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
            report,
        }
    }

    /// The cost of package `a` by reports, the oldest first.
    fn cost_by(reports: Vec<Report>) -> Option<Cost> {
        let found: Vec<Found> = (0..).zip(reports).map(|(number, report)| found(number, report)).collect();
        let cost = costs(&graph(&["a"]), &found)[0];
        cost.is_measured.then_some(cost)
    }

    #[test]
    fn a_split_crate_costs_its_front_end_and_its_units() {
        assert_eq!(cost_by(vec![report("a", Action::Split, 2.0)]), Some(Cost::measured(2.0, 4.0)));
    }

    #[test]
    fn of_stocks_time_a_part_is_the_front_ends() {
        assert_eq!(cost_by(vec![report("a", Action::Passthrough, 10.0)]), Some(Cost::measured(4.0, 6.0)));
    }

    #[test]
    fn the_newest_report_of_each_crate_counts_and_build_scripts_do_not() {
        let reports = vec![
            report("a", Action::Split, 9.0),
            report("a", Action::Split, 1.0),
            report("b", Action::Split, 2.0),
            report("build_script_build", Action::Passthrough, 50.0),
        ];
        assert_eq!(cost_by(reports), Some(Cost::measured(3.0, 6.0)));
    }

    #[test]
    fn what_failed_says_nothing() {
        assert_eq!(cost_by(vec![Report { exit_code: Some(1), ..report("a", Action::Split, 1.0) }]), None);
    }

    #[test]
    fn without_reports_the_sources_count_and_what_is_measured_tells_how_much() {
        let folder = tempfile::tempdir().unwrap();
        let mut graph = graph(&["a", "b"]);
        for (package, bytes) in graph.packages.iter_mut().zip([1000, 2000]) {
            let sources = folder.path().join(&package.name);
            fs::create_dir_all(&sources).unwrap();
            fs::write(sources.join("x.rs"), format!("fn f() {{{}}}", "x".repeat(bytes - 1))).unwrap();
            package.sources = [sources].into();
        }
        let estimated = costs(&graph, &[]);
        assert!(!estimated[0].is_measured);
        assert!((estimated[1].total() - 2000.0 * SECONDS_PER_BYTE).abs() < 1e-9);
        let costs = costs(&graph, &[found(0, report("a", Action::Split, 1.0))]);
        assert_eq!(costs[0], Cost::measured(1.0, 2.0));
        assert!((costs[1].total() - 6.0).abs() < 1e-9, "twice the bytes of `a`");
    }
}
