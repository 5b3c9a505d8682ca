//! Largest first into the lightest unit, blind to calls: what balance alone gives.
//!
//! Graham's longest-processing-time rule over the bundles, by forecast work. Only private constants are copied, since
//! a constant in another unit costs more than its copy.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::assignment::{Assignment, Place};
use crate::graph::{ItemId, ItemKind};
use crate::strategy::Problem;

pub(super) fn assign(problem: &Problem<'_>) -> Assignment {
    let mut assignment = Assignment::new(problem.graph, problem.units);
    let mut bundles: BTreeMap<ItemId, u64> = BTreeMap::new();
    for id in problem.graph.ids() {
        if problem.graph[id].kind == ItemKind::Variable && problem.bundles.may_be_copied(problem.graph, id) {
            assignment.places[id.index()] = Place::WhereUsed;
        } else {
            *bundles.entry(problem.bundles.leader(id)).or_default() += problem.forecast.of(id).work;
        }
    }
    let mut largest_first: Vec<(u64, ItemId)> = bundles.into_iter().map(|(leader, work)| (work, leader)).collect();
    largest_first.sort_unstable_by_key(|(work, leader)| (Reverse(*work), *leader));
    let mut lightest: BinaryHeap<Reverse<(u64, usize)>> = (0..problem.units).map(|unit| Reverse((0, unit))).collect();
    for (work, leader) in largest_first {
        let Some(Reverse((load, unit))) = lightest.pop() else { break };
        assignment.places[leader.index()] = Place::Unit(unit);
        lightest.push(Reverse((load + work, unit)));
    }
    assignment
}

#[cfg(test)]
mod tests {
    use crate::testing::{Builder, visible};
    use crate::{Strategy, partition, statistics};

    #[test]
    fn the_largest_functions_are_spread_first() {
        let mut module = Builder::new();
        let sizes = [700, 100, 600, 200, 500, 300];
        sizes.into_iter().enumerate().for_each(|(i, size)| _ = module.add(visible(&format!("f{i}"), size)));
        let graph = module.graph();
        let found = statistics(&graph, &partition(&graph, Strategy::Size, 3).expect("valid"));
        assert!(found.units.iter().all(|unit| unit.instructions == 800), "{found:?}");
    }
}
