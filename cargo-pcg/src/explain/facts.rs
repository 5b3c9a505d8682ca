//! What a report says of one crate, in numbers.
//!
//! What limits a compile is the first of these that is true:
//!
//! | limit | when | what would help |
//! |---|---|---|
//! | `front-end` | rustc takes longer than the units on all threads | nothing that pcg does |
//! | `largest-unit` | it takes longer than the units' work spread evenly over the threads | a better cut |
//! | `copies` | more than half of the units' work is on functions that other units have, too | fewer units |
//! | `work` | else | more cores |
//!
//! A function's work is taken to be proportional to its instructions before optimisation.

use pcg_interface::report::{Action, Report, Why};
use pcg_partition::{Steps, makespan};
use serde::Serialize;

use crate::reports::Found;

/// The largest number of cores that is worth a number.
const MOST_CORES: usize = 64;

/// One compile. Times are in seconds and shares between 0 and 1; what is not known is null.
#[derive(Debug, Serialize)]
pub(crate) struct Facts<'a> {
    /// The crate's name.
    #[serde(rename = "crate")]
    pub(crate) name: &'a str,
    pub(crate) package: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) crate_types: &'a [String],
    pub(crate) test: bool,
    /// Cargo's, which is in the names of the crate's files.
    pub(crate) hash: &'a str,
    /// The file that all this is from.
    report: String,
    pub(crate) action: Action,
    pub(crate) reason: Option<&'a Why>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) requested_codegen_units: Option<usize>,
    pub(crate) codegen_units: usize,
    pub(crate) wall_seconds: Option<f64>,
    pub(crate) front_end: Option<FrontEnd>,
    pub(crate) units: Option<Units>,
    pub(crate) limit: Option<Limit>,
}

/// rustc in front of LLVM.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct FrontEnd {
    pub(crate) wall_seconds: f64,
    /// Of the compile's time.
    pub(crate) share: f64,
}

/// What the units took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Units {
    pub(crate) cpu_seconds: f64,
    pub(crate) largest_cpu_seconds: f64,
    /// The largest unit's part of the CPU seconds.
    pub(crate) largest_share: f64,
    /// The part of all instructions in units that imported and copied functions have.
    pub(crate) copies_share: f64,
    /// The most threads that there were.
    pub(crate) threads: usize,
    /// What they take at best.
    pub(crate) on_cores: Vec<OnCores>,
}

/// The time of the units on a number of cores, the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct OnCores {
    pub(crate) cores: usize,
    pub(crate) seconds: f64,
}

/// See the module's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Limit {
    FrontEnd,
    LargestUnit,
    Copies,
    Work,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(found: &'a Found) -> Self {
        let report = &found.report;
        // Whoever does not know how a compile ended does not know how long it took.
        let wall_seconds = report.exit_code.map(|_| report.wall_seconds);
        let front_end = wall_seconds.and_then(|wall| FrontEnd::new(report, wall));
        let units = Units::new(report);
        Self {
            name: &found.crate_name,
            package: report.package_name.as_deref(),
            version: report.package_version.as_deref(),
            crate_types: &report.crate_types,
            test: report.test,
            hash: &found.hash,
            report: found.path.display().to_string(),
            action: report.action,
            reason: report.reason.as_ref(),
            exit_code: report.exit_code,
            requested_codegen_units: report.requested_codegen_units,
            codegen_units: report.codegen_units,
            limit: front_end.zip(units.as_ref()).map(|(front_end, units)| units.limit(front_end)),
            wall_seconds,
            front_end,
            units,
        }
    }

    /// Whether the compile was to give machine code.
    pub(crate) fn has_code(&self) -> bool {
        self.reason.is_none_or(|reason| reason.id != "no-code")
    }
}

impl FrontEnd {
    fn new(report: &Report, wall: f64) -> Option<Self> {
        let phase = report.phases.iter().find(|phase| phase.name == "front_end")?;
        Some(Self { wall_seconds: phase.wall_seconds, share: part(phase.wall_seconds, wall) })
    }
}

impl Units {
    /// `None` if there are none.
    fn new(report: &Report) -> Option<Self> {
        let works = || report.units.iter().map(|unit| &unit.work);
        let largest = works().map(|work| work.cpu_seconds).max_by(f64::total_cmp)?;
        let all: f64 = works().map(|work| work.cpu_seconds).sum();
        let instructions: u64 = works().map(|work| work.instructions).sum();
        let copies: u64 = report.units.iter().map(|unit| unit.instructions_imported + unit.instructions_copied).sum();
        let mut units = Self {
            cpu_seconds: all,
            largest_cpu_seconds: largest,
            largest_share: part(largest, all),
            copies_share: part(copies as f64, instructions as f64),
            threads: report.threads.unwrap_or(1),
            on_cores: Vec::new(),
        };
        let steps: Vec<_> = works().map(|work| Steps::measured(work.cpu_seconds, work.emit_seconds)).collect();
        let most = report.units.len().min(MOST_CORES);
        let numbers = std::iter::successors(Some(1), |cores| Some(cores * 2)).take_while(|cores| *cores < 2 * most);
        units.on_cores =
            numbers.map(|cores| OnCores { cores, seconds: makespan(&steps, cores) as f64 / 1e6 }).collect();
        Some(units)
    }

    fn limit(&self, front_end: FrontEnd) -> Limit {
        let even = self.cpu_seconds / self.threads as f64;
        match self {
            _ if front_end.wall_seconds > even.max(self.largest_cpu_seconds) => Limit::FrontEnd,
            _ if self.largest_cpu_seconds > even => Limit::LargestUnit,
            _ if self.copies_share > 0.5 => Limit::Copies,
            _ => Limit::Work,
        }
    }
}

fn part(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use pcg_interface::report::{Phase, Unit, Work};

    use super::*;

    /// Units of so many seconds and of 100 instructions each.
    fn report(seconds: &[f64], front_end: f64, copied: u64, threads: usize) -> Report {
        let unit = |seconds: &f64| Unit {
            instructions_imported: copied / 2,
            instructions_copied: copied - copied / 2,
            work: Work { cpu_seconds: *seconds, instructions: 100, ..Work::default() },
            ..Unit::default()
        };
        Report {
            exit_code: Some(0),
            wall_seconds: 10.0,
            threads: Some(threads),
            units: seconds.iter().map(unit).collect(),
            phases: vec![Phase { name: "front_end".to_owned(), wall_seconds: front_end, cpu_seconds: 0.0 }],
            ..Report::default()
        }
    }

    #[test]
    fn cores_help_until_the_largest_unit_rules() {
        let units = Units::new(&report(&[4.0, 2.0, 1.0, 1.0], 1.0, 25, 2)).unwrap();
        assert_eq!((units.cpu_seconds, units.largest_share, units.copies_share), (8.0, 0.5, 0.25));
        let on_cores: Vec<_> = units.on_cores.iter().map(|on| (on.cores, on.seconds)).collect();
        assert_eq!(on_cores, [(1, 8.0), (2, 4.0), (4, 4.0)]);
        assert_eq!(Units::new(&report(&[], 1.0, 0, 2)), None);
    }

    #[test]
    fn the_first_that_is_true_is_the_limit() {
        for (seconds, front_end, copied, threads, expected) in [
            (&[5.0, 1.0][..], 5.5, 60, 2, Limit::FrontEnd),
            (&[5.0, 1.0], 4.5, 60, 2, Limit::LargestUnit),
            (&[3.0, 3.0], 1.0, 60, 2, Limit::Copies),
            (&[3.0, 3.0], 1.0, 40, 2, Limit::Work),
            (&[5.0, 1.0], 5.5, 40, 1, Limit::Work),
        ] {
            let report = report(seconds, front_end, copied, threads);
            let front_end = FrontEnd::new(&report, 10.0).unwrap();
            assert_eq!(Units::new(&report).unwrap().limit(front_end), expected);
        }
    }
}
