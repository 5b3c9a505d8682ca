//! How much of what one unit inlines a partitioning still can: its *inline recall*.
//!
//! LLVM can inline a callee only where its body is. A pair of caller and callee that one unit inlines is *available* if
//! each unit that emits the caller, by defining or copying it, has the callee's body too: defined, imported or copied.
//! For a caller that is only copied, that is every unit that has it; units that import the caller do not count, since
//! they do not emit it. Availability is necessary and not sufficient: LLVM may decide differently in another unit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::graph::{Graph, ItemId};
use crate::partitioning::Partitioning;
use crate::truth::Truth;

/// The pairs of caller and callee that one unit inlines, and those among them that are available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InlineRecall {
    /// Pairs whose caller and callee are in the graph.
    pub pairs: usize,
    /// Those of them that are available.
    pub available_pairs: usize,
    /// Inlined call sites of [`InlineRecall::pairs`].
    pub sites: u64,
    /// Those of the available pairs.
    pub available_sites: u64,
    /// Pairs that are left out: caller or callee is not in the graph, such as a function that a pass made.
    pub unknown_pairs: usize,
}

impl InlineRecall {
    /// Measures a valid `partitioning` of `graph` against what LLVM inlined in one unit.
    pub fn new(graph: &Graph, partitioning: &Partitioning, truth: &Truth) -> Self {
        let pairs = KnownPairs::new(graph, truth).with(&partitioning.substitutes(graph));
        let mut available = vec![true; pairs.known.len()];
        let mut present = vec![usize::MAX; graph.items().len()];
        for (number, unit) in partitioning.units.iter().enumerate() {
            let bodies = unit.defines.iter().chain(&unit.imports).chain(&unit.copies);
            bodies.for_each(|id| present[id.index()] = number);
            for caller in unit.defines.iter().chain(&unit.copies) {
                for index in pairs.of(*caller) {
                    available[index] &= present[pairs.known[index].callee.index()] == number;
                }
            }
        }
        let mut this = Self { unknown_pairs: pairs.unknown, ..Self::default() };
        for (pair, available) in pairs.known.iter().zip(available) {
            this.pairs += 1;
            this.sites += u64::from(pair.sites);
            this.available_pairs += usize::from(available);
            this.available_sites += if available { u64::from(pair.sites) } else { 0 };
        }
        this
    }

    /// The share of pairs that are available; 1 if there are none.
    pub fn of_pairs(&self) -> f64 {
        share(self.available_pairs as u64, self.pairs as u64)
    }

    /// The same, where each pair counts as often as it has inlined call sites.
    pub fn of_sites(&self) -> f64 {
        share(self.available_sites, self.sites)
    }
}

/// A part of a whole; all of nothing is 1.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// A pair of a [`Truth`] whose symbols are functions of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KnownPair {
    pub(crate) caller: ItemId,
    pub(crate) callee: ItemId,
    pub(crate) sites: u32,
}

/// A truth's pairs as items of a graph.
pub(crate) struct KnownPairs {
    /// Ordered by caller and callee.
    pub(crate) known: Vec<KnownPair>,
    /// How many pairs have a symbol that is not in the graph.
    pub(crate) unknown: usize,
}

impl KnownPairs {
    pub(crate) fn new(graph: &Graph, truth: &Truth) -> Self {
        let ids: BTreeMap<&str, ItemId> = graph.ids().map(|id| (graph[id].name.as_str(), id)).collect();
        let mut this = Self { known: Vec::new(), unknown: 0 };
        for pair in truth.pairs() {
            match (ids.get(pair.caller), ids.get(pair.callee)) {
                (Some(caller), Some(callee)) => {
                    this.known.push(KnownPair { caller: *caller, callee: *callee, sites: pair.sites });
                }
                _ => this.unknown += 1,
            }
        }
        this.known.sort_unstable();
        this
    }

    /// The pairs of the items that are used in place of callers and callees.
    fn with(mut self, substitutes: &[ItemId]) -> Self {
        for pair in &mut self.known {
            (pair.caller, pair.callee) = (substitutes[pair.caller.index()], substitutes[pair.callee.index()]);
        }
        self.known.sort_unstable();
        self
    }

    /// The positions of a caller's pairs.
    fn of(&self, caller: ItemId) -> std::ops::Range<usize> {
        let first = self.known.partition_point(|pair| pair.caller < caller);
        let count = self.known[first..].iter().take_while(|pair| pair.caller == caller).count();
        first..first + count
    }
}

#[cfg(test)]
mod tests {
    use super::InlineRecall;
    use crate::graph::{Graph, ItemId};
    use crate::partitioning::{Partitioning, Unit};
    use crate::testing::{Builder, function, visible};
    use crate::truth::Truth;

    /// Three functions that call each other in a row.
    fn row() -> (Graph, [ItemId; 3]) {
        let mut module = Builder::new();
        let ids = [module.add(visible("a", 100)), module.add(function("b", 10)), module.add(function("c", 10))];
        module.call(ids[0], ids[1]);
        module.call(ids[1], ids[2]);
        (module.graph(), ids)
    }

    fn recall(graph: &Graph, units: Vec<Unit>, pairs: &[(&str, &str)]) -> InlineRecall {
        let truth = Truth::new("test".into(), pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())));
        InlineRecall::new(graph, &Partitioning { units, ..Partitioning::default() }, &truth)
    }

    fn defines(ids: &[ItemId]) -> Unit {
        Unit { defines: ids.to_vec(), ..Unit::default() }
    }

    #[test]
    fn one_unit_has_all_bodies() {
        let (graph, ids) = row();
        let found = recall(&graph, vec![defines(&ids)], &[("a", "b"), ("b", "c"), ("a", "c"), ("a", "a")]);
        assert_eq!((found.pairs, found.of_pairs(), found.of_sites()), (4, 1.0, 1.0));
    }

    #[test]
    fn a_body_in_another_unit_is_lost_and_weighs_as_much_as_its_call_sites() {
        let (graph, [a, b, c]) = row();
        let units = vec![defines(&[a, b]), defines(&[c])];
        let found = recall(&graph, units, &[("a", "b"), ("a", "b"), ("a", "b"), ("b", "c")]);
        assert_eq!((found.of_pairs(), found.of_sites()), (0.5, 0.75));
    }

    #[test]
    fn imports_and_copies_are_bodies() {
        let (graph, [a, b, c]) = row();
        let first = Unit { defines: vec![a], imports: vec![b], copies: vec![c] };
        let second = Unit { defines: vec![b], imports: vec![], copies: vec![c] };
        assert_eq!(recall(&graph, vec![first, second], &[("a", "b"), ("b", "c"), ("a", "c")]).of_pairs(), 1.0);
    }

    #[test]
    fn a_copied_caller_needs_the_callee_in_every_unit_that_has_it() {
        let (graph, [a, b, c]) = row();
        let first = Unit { defines: vec![a], imports: vec![], copies: vec![b] };
        let second = Unit { defines: vec![c], imports: vec![], copies: vec![b] };
        assert_eq!(recall(&graph, vec![first, second], &[("b", "c")]).available_pairs, 0);
    }

    #[test]
    fn an_imported_caller_needs_nothing() {
        let (graph, [a, b, c]) = row();
        let first = Unit { defines: vec![a], imports: vec![b], copies: vec![] };
        assert_eq!(recall(&graph, vec![first, defines(&[b, c])], &[("b", "c")]).available_pairs, 1);
    }

    #[test]
    fn symbols_of_no_item_are_left_out_and_counted() {
        let (graph, ids) = row();
        let found = recall(&graph, vec![defines(&ids)], &[("a", "b"), ("a", "memcpy"), ("b.specialized", "c")]);
        assert_eq!((found.pairs, found.unknown_pairs), (1, 2));
    }
}
