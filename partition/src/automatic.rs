//! The number of units for a crate whose user did not ask for one.

use crate::forecast::Forecast;
use crate::graph::Graph;

/// The least work of a unit where there are more than [`FEWEST_UNITS`], in unoptimised instructions (see
/// [`forecast`](crate::forecast)): half a second of LLVM at `-O3`. With twice as many units, copies cost what is gained.
pub(crate) const WORK_PER_UNIT: u64 = 20_000;

/// What is divided at all is divided into so many units, so that two cores are busy to the end.
const FEWEST_UNITS: u64 = 4;

/// Crates of less work stay whole: LLVM is through with them in a third of a second.
const WHOLE: u64 = 12_000;

/// More units than this keep no machine busier, and each costs copies.
const MOST_UNITS: u64 = 64;

/// How many units `graph` is worth: from its forecast work alone, never from the machine, so that builds are the same
/// everywhere.
///
/// A power of two: machines have as many cores, and units of one size that are half again as many as there are cores
/// take as long as twice as many.
pub fn automatic_units(graph: &Graph) -> usize {
    let work = Forecast::new(graph).total_work();
    if work < WHOLE {
        return 1;
    }
    let worth = (work / WORK_PER_UNIT).max(1);
    (1 << worth.ilog2()).clamp(FEWEST_UNITS, MOST_UNITS) as usize
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
        assert_eq!([0, 1, 11].map(units_for), [1, 1, 1]);
    }

    #[test]
    fn large_crates_get_more_units_up_to_a_limit() {
        assert_eq!([12, 100, 300, 600, 100_000].map(units_for), [4, 4, 8, 16, 64]);
    }
}
