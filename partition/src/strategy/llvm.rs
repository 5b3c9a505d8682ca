//! The rules of LLVM's `SplitModule` (`llvm/lib/Transforms/Utils/SplitModule.cpp`), as a peer to compare with.
//!
//! `SplitModule` by default (`PreserveLocals` off, as in `llvm-split`) makes all local items external. What has to stay
//! together goes, largest group first, to the part with the fewest items; every other item goes where the MD5 sum of
//! its name says. Nothing is copied, nothing imported.
//!
//! Where pcg's rules are stricter they hold here too: always-inline functions are where they are called, local items
//! that only one unit uses stay internal.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::assignment::{Assignment, Place};
use crate::graph::ItemId;
use crate::strategy::Problem;

pub(super) fn assign(problem: &Problem<'_>) -> Assignment {
    let mut assignment = Assignment::new(problem.graph, problem.units);
    let mut bundles: BTreeMap<ItemId, usize> = BTreeMap::new();
    for id in problem.graph.ids() {
        *bundles.entry(problem.bundles.leader(id)).or_default() += 1;
        assignment.places[id.index()] = Place::Unit(unit_by_hash(&problem.graph[id].name, problem.units));
    }
    let mut together: Vec<(ItemId, usize)> = bundles.into_iter().filter(|(_, items)| *items > 1).collect();
    together.sort_by_key(|(leader, items)| (Reverse(*items), &problem.graph[*leader].name));
    let mut smallest: BinaryHeap<Reverse<(usize, usize)>> = (0..problem.units).map(|unit| Reverse((0, unit))).collect();
    for (leader, items) in together {
        let Some(Reverse((size, unit))) = smallest.pop() else { break };
        assignment.places[leader.index()] = Place::Unit(unit);
        smallest.push(Reverse((size + items, unit)));
    }
    assignment
}

/// `isInPartition`: the low 16 bits of the name's MD5 sum, modulo the number of parts.
fn unit_by_hash(name: &str, units: usize) -> usize {
    let sum = md5::compute(name);
    usize::from(u16::from_le_bytes([sum[0], sum[1]])) % units
}

#[cfg(test)]
mod tests {
    use super::unit_by_hash;

    #[test]
    fn names_are_spread_as_split_module_spreads_them() {
        // The MD5 sum of `main` is fad58de7366495db4650cfefac2fcd61: its low 16 bits are 0xd5fa.
        assert_eq!(unit_by_hash("main", 4), 0xd5fa % 4);
        assert_eq!(unit_by_hash("main", 1000), 0xd5fa % 1000);
    }
}
