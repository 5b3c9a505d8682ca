//! The number of units for a crate whose user did not ask for one.

use crate::forecast::Forecast;
use crate::graph::Graph;

/// Work per unit, in the forecast's measure (unoptimised instructions simplified). On a machine of 2026 LLVM spends
/// about half a second on that much; with less, a unit's fixed costs and its copies are no longer small beside it.
const WORK_PER_UNIT: u64 = 50_000;

/// More units than this keep no machine busier, and each costs copies.
const MOST_UNITS: u64 = 64;

/// How many units `graph` is worth: from its forecast work alone, never from the machine, so that builds are the same
/// everywhere. Crates of less than two units' work stay whole.
pub fn automatic_units(graph: &Graph) -> usize {
    let units = Forecast::new(graph).total_work() / WORK_PER_UNIT;
    units.clamp(1, MOST_UNITS) as usize
}
