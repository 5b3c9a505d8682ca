//! The number of units for a crate whose user did not ask for one.

use crate::forecast::Forecast;
use crate::graph::Graph;

/// The least work of a unit where there are more than 4, in unoptimised instructions (see
/// [`forecast`](crate::forecast)): half a second of LLVM at `-O3`. With twice as many units, copies cost what is gained.
pub(crate) const WORK_PER_UNIT: u64 = 20_000;

/// The numbers of units for twice the work each: what is divided at all is divided into four, so that two cores are busy
/// to the end, and more than the last keep no machine busier.
///
/// Machines have a power of two of cores. Half again as many units as there are keep 16 cores as busy as twice as many,
/// as code generation fills the end, and have 3 % less to do; with 16, the cores wait for the longest.
const NUMBERS: [usize; 5] = [4, 8, 16, 24, 48];

/// Crates of less work stay whole: LLVM is through with them in a third of a second.
const WHOLE: u64 = 12_000;

/// How many units `graph` is worth: from its forecast work alone, never from the machine, so that builds are the same
/// everywhere.
pub fn automatic_units(graph: &Graph) -> usize {
    let work = Forecast::new(graph).total_work();
    if work < WHOLE {
        return 1;
    }
    let doublings = (work / WORK_PER_UNIT / NUMBERS[0] as u64).checked_ilog2().unwrap_or(0);
    NUMBERS[(doublings as usize).min(NUMBERS.len() - 1)]
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
        assert_eq!([12, 100, 300, 600, 1000, 100_000].map(units_for), [4, 4, 8, 16, 24, 48]);
    }
}
