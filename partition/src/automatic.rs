//! The number of units for a crate whose user did not ask for one.

use crate::forecast::Forecast;
use crate::graph::Graph;

/// Work per unit, in unoptimised instructions (see [`forecast`](crate::forecast)): about half a second of LLVM at
/// `-O3`. Larger units leave cores idle for seconds at the end of a build; with smaller ones, copies make up a fifth of
/// all work, and starting a unit costs as much as it saves.
const WORK_PER_UNIT: u64 = 20_000;

/// More units than this keep no machine busier, and each costs copies.
const MOST_UNITS: u64 = 64;

/// How many units `graph` is worth: from its forecast work alone, never from the machine, so that builds are the same
/// everywhere. Crates of no more than one unit's work stay whole.
pub fn automatic_units(graph: &Graph) -> usize {
    let units = Forecast::new(graph).total_work().div_ceil(WORK_PER_UNIT);
    units.clamp(1, MOST_UNITS) as usize
}

#[cfg(test)]
mod tests {
    use super::automatic_units;
    use crate::testing::{Builder, visible};

    fn units_for(functions: usize) -> usize {
        let mut module = Builder::new();
        (0..functions).for_each(|number| _ = module.add(visible(&format!("f{number}"), 1000)));
        automatic_units(&module.graph())
    }

    #[test]
    fn small_crates_stay_whole() {
        assert_eq!([0, 1, 19].map(units_for), [1, 1, 1]);
    }

    #[test]
    fn large_crates_get_more_units_up_to_a_limit() {
        assert_eq!([30, 100, 1000, 100_000].map(units_for), [2, 6, 51, 64]);
    }
}
