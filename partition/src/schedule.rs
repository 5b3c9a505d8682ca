//! How long units take on a number of cores: the makespan of the back end's own schedule.
//!
//! [`makespan`] plays what the back end's [`Queue`] makes cores do: a core that is free takes the next task. Without code
//! generation at the end this is Graham's longest-processing-time rule, whose makespan is at most 4/3 of the best one.
//! What cores cost each other, in memory and clock speed, is not in it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::queue::{Queue, Task};
use crate::statistics::Statistics;

/// The most cores that are looked at.
const MOST_CORES: usize = 128;

/// What the two tasks of a unit take, in any unit of time or work. The second one follows the first, on whatever core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Steps {
    /// Loading and optimisation.
    pub optimise: u64,
    /// Code generation.
    pub emit: u64,
}

impl Steps {
    /// Of a unit with so much forecast work: code generation takes half as long as optimisation.
    fn forecast(work: u64) -> Self {
        let emit = work / 3;
        Self { optimise: work - emit, emit }
    }

    /// In microseconds, of the seconds that a report has for a unit: all of them, and those of code generation.
    pub fn measured(seconds: f64, emit_seconds: f64) -> Self {
        let microseconds = |seconds: f64| (seconds * 1e6).round() as u64;
        let emit = microseconds(emit_seconds);
        Self { optimise: microseconds(seconds).saturating_sub(emit), emit }
    }

    fn sum(&self) -> u64 {
        self.optimise + self.emit
    }
}

/// What a partitioning takes on some number of cores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Cores, each with one unit at a time.
    pub cores: usize,
    /// Forecast work until the last unit is done.
    pub makespan: u64,
    /// The module's work as one unit over what the cores could have done in that time: 1 is a perfect split, and
    /// `efficiency * cores` is the speed-up.
    pub efficiency: f64,
}

/// The schedules on 1, 2, 4, … 128 cores, up to as many as there are units.
pub fn schedules(statistics: &Statistics) -> Vec<Schedule> {
    let units: Vec<_> = statistics.units.iter().map(|unit| Steps::forecast(unit.weight)).collect();
    let cores = std::iter::successors(Some(1), |cores| Some(cores * 2));
    let schedule = |cores: usize| {
        let makespan = makespan(&units, cores);
        let possible = cores as f64 * makespan as f64;
        let efficiency = if makespan == 0 { 1.0 } else { statistics.totals.whole_weight as f64 / possible };
        Schedule { cores, makespan, efficiency }
    };
    cores.take_while(|cores| *cores <= units.len().min(MOST_CORES)).map(schedule).collect()
}

/// When the last of the units is done, the heaviest first, on `cores` cores (at least 1).
pub fn makespan(units: &[Steps], cores: usize) -> u64 {
    let cores = cores.max(1);
    let mut heaviest_first = units.to_vec();
    heaviest_first.sort_by_key(|unit| Reverse(unit.sum()));
    let mut queue: Queue<Steps, Steps> = Queue::new(heaviest_first);
    // When each core that is at work will be free, and what it has optimised by then.
    let mut busy: BinaryHeap<Reverse<(u64, Option<Steps>)>> = BinaryHeap::new();
    let mut now = 0;
    loop {
        while busy.len() < cores
            && let Some(task) = queue.next(cores)
        {
            busy.push(Reverse(match task {
                Task::Optimise(unit) => (now + unit.optimise, Some(unit)),
                Task::Emit { unit, .. } => (now + unit.emit, None),
            }));
        }
        let Some(Reverse((end, optimised))) = busy.pop() else { return now };
        now = end;
        if let Some(unit) = optimised {
            queue.optimised(unit.emit, unit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Steps, makespan, schedules};
    use crate::statistics::{Statistics, Totals, UnitStatistics};

    fn units<const N: usize>(steps: [(u64, u64); N]) -> [Steps; N] {
        steps.map(|(optimise, emit)| Steps { optimise, emit })
    }

    #[test]
    fn one_core_does_all() {
        assert_eq!(makespan(&units([(2, 1), (4, 2), (6, 1)]), 1), 16);
    }

    #[test]
    fn the_longest_unit_is_the_least_time() {
        assert_eq!(makespan(&units([(1, 1), (4, 2), (1, 1)]), 16), 6);
    }

    #[test]
    fn heavy_units_go_first() {
        // In the given order it would be 5: 1 and 1, then 1 and 4.
        assert_eq!(makespan(&units([(1, 0), (1, 0), (1, 0), (4, 0)]), 2), 4);
    }

    #[test]
    fn code_generation_fills_the_end() {
        // In one go each, three units on two cores would take 6.
        assert_eq!(makespan(&units([(2, 1); 3]), 2), 5);
    }

    #[test]
    fn nothing_takes_no_time() {
        assert_eq!(makespan(&[], 4), 0);
    }

    #[test]
    fn efficiency_counts_copies_and_idle_cores_as_loss() {
        let unit = |weight| UnitStatistics { weight, ..UnitStatistics::default() };
        let totals = Totals { whole_weight: 80, ..Totals::default() };
        let found = schedules(&Statistics { units: [50, 25, 25].map(unit).into(), totals });
        let rows: Vec<_> = found.iter().map(|row| (row.cores, row.makespan, row.efficiency)).collect();
        assert_eq!(rows, [(1, 100, 0.8), (2, 50, 0.8)]);
    }
}
