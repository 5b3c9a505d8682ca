//! What a partitioning costs, in numbers for reports.

use serde::{Deserialize, Serialize};

use crate::forecast::Forecast;
use crate::graph::{Graph, ItemId};
use crate::identical::Reduced;
use crate::partitioning::{Partitioning, Unit};
use crate::placement::unit_work;

/// One unit in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitStatistics {
    /// Items that it defines.
    pub defined: usize,
    /// Items that it imports.
    pub imported: usize,
    /// Items that it copies.
    pub copied: usize,
    /// Items among the defined ones that are promoted.
    pub promoted: usize,
    /// Unoptimised instructions of all its bodies.
    pub instructions: u64,
    /// Forecast work (see [`forecast`](crate::forecast)).
    pub weight: u64,
    /// The part of it that is spent on copies.
    pub copied_weight: u64,
    /// The part of it that is spent on imports.
    pub imported_weight: u64,
}

/// All units together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Items of the module.
    pub items: usize,
    /// Unoptimised instructions of the module, each function once.
    pub instructions: u64,
    /// Functions that are replaced by others with the same body.
    pub replaced: usize,
    /// Unoptimised instructions of bodies beyond the first of each function, copied or imported.
    pub copied_instructions: u64,
    /// Pairs of a body and an item that it uses without a body in the same unit.
    pub cut_edges: usize,
    /// Promoted items.
    pub promoted: usize,
    /// Forecast work of all units.
    pub weight: u64,
    /// Forecast work of the module as one unit.
    pub whole_weight: u64,
    /// The heaviest unit's weight over the mean weight: 1 is perfect balance.
    pub balance: f64,
}

/// A partitioning in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// The units, in the partitioning's order.
    pub units: Vec<UnitStatistics>,
    /// All of them together.
    pub totals: Totals,
}

/// Describes `partitioning`, which has to be a valid partitioning of `graph`.
pub fn statistics(graph: &Graph, partitioning: &Partitioning) -> Statistics {
    // Calls of a replaced function are calls of another one, which changes what is expected of it.
    let reduced = Reduced::new(graph, partitioning.replaced.clone());
    let forecast = Forecast::new(&reduced.graph);
    let unit = |unit: &Unit| describe(graph, partitioning, unit, Weights::new(&forecast, &reduced.narrow(unit)));
    let units: Vec<UnitStatistics> = partitioning.units.iter().map(unit).collect();
    let instructions = graph.items().iter().map(|item| u64::from(item.instructions)).sum();
    let replaced = partitioning.replaced.keys().map(|id| u64::from(graph[*id].instructions)).sum::<u64>();
    let weight: u64 = units.iter().map(|unit| unit.weight).sum();
    let heaviest = units.iter().map(|unit| unit.weight).max().unwrap_or(0);
    let totals = Totals {
        items: graph.items().len(),
        instructions,
        replaced: partitioning.replaced.len(),
        copied_instructions: units.iter().map(|unit| unit.instructions).sum::<u64>() + replaced - instructions,
        cut_edges: cuts(graph, partitioning).iter().flatten().sum(),
        promoted: partitioning.promoted.len(),
        weight,
        whole_weight: Forecast::new(graph).total_work(),
        balance: if weight == 0 { 1.0 } else { heaviest as f64 * units.len() as f64 / weight as f64 },
    };
    Statistics { units, totals }
}

/// Forecast work of a unit.
struct Weights {
    whole: u64,
    copied: u64,
    imported: u64,
}

impl Weights {
    /// `unit` has the ids of the graph that the forecast is of.
    fn new(forecast: &Forecast, unit: &Unit) -> Self {
        Self {
            whole: unit_work(forecast, unit),
            copied: unit.copies.iter().map(|id| forecast.of(*id).work).sum(),
            imported: unit.imports.iter().map(|id| forecast.of(*id).import_work).sum(),
        }
    }
}

fn describe(graph: &Graph, partitioning: &Partitioning, unit: &Unit, weights: Weights) -> UnitStatistics {
    UnitStatistics {
        defined: unit.defines.len(),
        imported: unit.imports.len(),
        copied: unit.copies.len(),
        promoted: unit.defines.iter().filter(|id| partitioning.promoted.contains(id)).count(),
        instructions: bodies(unit).map(|id| u64::from(graph[id].instructions)).sum(),
        weight: weights.whole,
        copied_weight: weights.copied,
        imported_weight: weights.imported,
    }
}

fn bodies(unit: &Unit) -> impl Iterator<Item = ItemId> {
    unit.defines.iter().chain(&unit.imports).chain(&unit.copies).copied()
}

/// Between which units edges are cut: `cuts[a][b]` is how many uses there are in bodies of unit `a` of items that have
/// no body there and that unit `b` defines.
pub fn cuts(graph: &Graph, partitioning: &Partitioning) -> Vec<Vec<usize>> {
    let units = &partitioning.units;
    let mut owner = vec![usize::MAX; graph.items().len()];
    for (number, unit) in units.iter().enumerate() {
        unit.defines.iter().for_each(|id| owner[id.index()] = number);
    }
    let substitutes = partitioning.substitutes(graph);
    let mut present = vec![usize::MAX; graph.items().len()];
    let mut cuts = vec![vec![0; units.len()]; units.len()];
    for (number, unit) in units.iter().enumerate() {
        bodies(unit).for_each(|id| present[id.index()] = number);
        for edge in bodies(unit).flat_map(|id| graph.uses(id)) {
            let used = substitutes[edge.to.index()].index();
            if present[used] != number {
                cuts[number][owner[used]] += 1;
            }
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::{cuts, statistics};
    use crate::graph::ItemId;
    use crate::partitioning::{Partitioning, Unit};
    use crate::testing::{Builder, function, visible};

    #[test]
    fn bodies_beyond_the_first_are_counted_as_copied() {
        let mut module = Builder::new();
        let (a, b) = (module.add(visible("a", 100)), module.add(visible("b", 50)));
        let (copied, promoted) = (module.add(function("copied", 10)), module.add(function("promoted", 20)));
        for user in [a, b] {
            module.call(user, copied);
            module.call(user, promoted);
        }
        let units = vec![
            Unit { defines: vec![a, promoted], copies: vec![copied], imports: vec![] },
            Unit { defines: vec![b], copies: vec![copied], imports: vec![ItemId(3)] },
        ];
        let partitioning = Partitioning { units, promoted: [promoted].into(), ..Partitioning::default() };
        let found = statistics(&module.graph(), &partitioning);
        let counts = |unit: usize| {
            let unit = found.units[unit];
            (unit.defined, unit.imported, unit.copied, unit.promoted, unit.instructions)
        };
        assert_eq!((counts(0), counts(1)), ((2, 0, 1, 1, 130), (1, 1, 1, 0, 80)));
        assert_eq!((found.totals.instructions, found.totals.copied_instructions), (180, 30));
        assert_eq!((found.totals.cut_edges, found.totals.promoted), (0, 1));
        let parts = |unit: usize| (found.units[unit].copied_weight, found.units[unit].imported_weight);
        assert!(parts(0).0 > 0 && parts(0).0 == parts(1).0 && parts(0).1 == 0 && parts(1).1 > 0, "{found:?}");
        assert!(found.totals.balance >= 1.0 && found.totals.weight > found.totals.whole_weight);
    }

    #[test]
    fn cuts_are_counted_from_the_user_to_the_owner() {
        let mut module = Builder::new();
        let (a, b, c) = (module.add(visible("a", 10)), module.add(visible("b", 10)), module.add(visible("c", 10)));
        [(a, b), (a, c), (b, a)].into_iter().for_each(|(user, used)| module.call(user, used));
        let unit = |defines: &[ItemId]| Unit { defines: defines.to_vec(), ..Unit::default() };
        let partitioning = Partitioning { units: vec![unit(&[a]), unit(&[b, c])], ..Partitioning::default() };
        assert_eq!(cuts(&module.graph(), &partitioning), [[0, 2], [1, 0]]);
        assert_eq!(statistics(&module.graph(), &partitioning).totals.cut_edges, 3);
    }
}
