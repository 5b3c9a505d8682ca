//! How long units take on a number of cores: the makespan of list scheduling.
//!
//! The back end starts the largest unit first and gives the next one to whatever core is free, which is
//! Graham's longest-processing-time rule: its makespan is at most 4/3 of the best one. Times are forecast work, so
//! a schedule compares strategies; it is no promise of seconds. (The back end does better by some percent: it puts code
//! generation off to fill the end.)

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::statistics::Statistics;

/// The most cores that are looked at.
const MOST_CORES: usize = 128;

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
    let work: Vec<u64> = statistics.units.iter().map(|unit| unit.weight).collect();
    let cores = std::iter::successors(Some(1), |cores| Some(cores * 2));
    let schedule = |cores: usize| {
        let makespan = makespan(&work, cores);
        let possible = cores as f64 * makespan as f64;
        let efficiency = if makespan == 0 { 1.0 } else { statistics.totals.whole_weight as f64 / possible };
        Schedule { cores, makespan, efficiency }
    };
    cores.take_while(|cores| *cores <= work.len().min(MOST_CORES)).map(schedule).collect()
}

/// When the last of the units is done, the largest first, on `cores` cores (at least 1).
pub fn makespan(work: &[u64], cores: usize) -> u64 {
    let mut largest_first = work.to_vec();
    largest_first.sort_unstable_by_key(|work| Reverse(*work));
    let mut free: BinaryHeap<Reverse<u64>> = (0..cores.max(1)).map(|_| Reverse(0)).collect();
    let mut end = 0;
    for work in largest_first {
        let Some(Reverse(start)) = free.pop() else { break };
        free.push(Reverse(start + work));
        end = end.max(start + work);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::{makespan, schedules};
    use crate::statistics::{Statistics, Totals, UnitStatistics};

    #[test]
    fn the_largest_units_are_started_first() {
        assert_eq!(makespan(&[1, 2, 3, 4, 5, 6], 1), 21);
        assert_eq!(makespan(&[1, 2, 3, 4, 5, 6], 2), 11);
        assert_eq!(makespan(&[1, 2, 3, 4, 5, 6], 3), 7);
        assert_eq!(makespan(&[1, 2, 3, 4, 5, 6], 100), 6);
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
