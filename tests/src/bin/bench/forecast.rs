//! A forecast of LLVM's part on more cores than the machine has that measures.

use pcg_tests::benchmark::Series;
use pcg_tests::makespan::{Unit, makespan};
use pcg_tests::measure::median;

/// The cores that forecasts are made for.
pub(crate) const CORES: usize = 16;

/// What LLVM's work would take on more cores than this machine has.
pub(crate) struct Forecast {
    /// pcg's own number of units.
    pub(crate) units: usize,
    /// LLVM's seconds for the crate in one unit.
    pub(crate) single: f64,
    /// The seconds of all units together, and of the longest.
    pub(crate) total: f64,
    pub(crate) longest: f64,
    /// The seconds until the last unit is ready.
    pub(crate) makespan: f64,
}

impl Forecast {
    /// The share of the cores' time that does what one unit needs: 1 if the work were cut without loss or waiting.
    pub(crate) fn efficiency(&self) -> f64 {
        self.single / (CORES as f64 * self.makespan)
    }

    /// From the reports of pcg's runs with one unit and with units of its own choice: medians of both.
    pub(crate) fn new(single: &Series, units: &Series) -> Self {
        let runs = units.reports.iter().map(|report| report.units()).collect::<Vec<_>>();
        let of_runs = |value: &dyn Fn(&[Unit]) -> f64| median(&runs.iter().map(|run| value(run)).collect::<Vec<_>>());
        let total = |run: &[Unit]| run.iter().map(Unit::seconds).sum();
        let sums = single.reports.iter().map(|report| total(&report.units())).collect::<Vec<_>>();
        Self {
            units: runs.first().map_or(0, Vec::len),
            single: median(&sums),
            total: of_runs(&total),
            longest: of_runs(&|run| run.iter().map(Unit::seconds).fold(0.0, f64::max)),
            makespan: of_runs(&|run| makespan(run, CORES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use pcg_tests::report::Report;
    use pcg_tests::variant::Variant;
    use serde_json::json;

    use super::*;

    fn series(units: &[f64]) -> Series {
        let units: Vec<_> =
            units.iter().map(|seconds| json!({ "cpu_seconds": seconds, "emit_seconds": 0.0 })).collect();
        Series { variant: Variant::pcg(None), runs: vec![], text: 0, reports: vec![Report(json!({ "units": units }))] }
    }

    #[test]
    fn a_perfect_cut_is_fully_efficient() {
        let forecast = Forecast::new(&series(&[32.0]), &series(&[2.0; 16]));
        assert_eq!((forecast.units, forecast.makespan, forecast.efficiency()), (16, 2.0, 1.0));
    }

    #[test]
    fn one_long_unit_makes_all_wait() {
        let forecast = Forecast::new(&series(&[16.0]), &series(&[4.0, 4.0, 8.0]));
        assert_eq!((forecast.longest, forecast.efficiency()), (8.0, 0.125));
    }
}
