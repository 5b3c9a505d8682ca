//! Functions with the same body, of which the crate needs only one.
//!
//! Generic code makes many of them (`Vec<u32>::push` and `Vec<i32>::push`). Stock LLVM finds them when they have been
//! optimised (`MergeFunctions`); taken together before that, they are optimised once.
//!
//! Which bodies are the same is the back end's finding ([`Item::body`](crate::Item::body)). This module decides which
//! functions to replace: not the large local ones with a single call, which LLVM inlines because there is no other call.
//! A user of a function does the same with any of its twins, so every choice is right.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::forecast::{Forecast, Inlining};
use crate::graph::{BodyId, Edge, Graph, ItemId};
use crate::partitioning::{Partitioning, Unit};

/// Items that are replaced, with the items that stand for them. None of these is replaced itself.
pub type Replacements = BTreeMap<ItemId, ItemId>;

/// Chooses the functions to replace.
pub fn replacements(graph: &Graph) -> Replacements {
    let mut chosen = Replacements::new();
    if graph.items().iter().all(|item| item.body.is_none()) {
        return chosen;
    }
    let forecast = Forecast::new(graph);
    let mut kept: BTreeMap<BodyId, ItemId> = BTreeMap::new();
    for id in graph.ids().filter(|id| forecast.of(*id).inlining != Inlining::OnlyCall) {
        let Some(body) = graph[id].body else { continue };
        match kept.entry(body) {
            Entry::Vacant(entry) => _ = entry.insert(id),
            Entry::Occupied(entry) => _ = chosen.insert(id, *entry.get()),
        }
    }
    chosen
}

/// A graph without its replaced items.
pub struct Reduced {
    /// The graph. Whoever used a replaced item uses the one that stands for it.
    pub graph: Graph,
    /// For each item of the reduced graph, its id in the whole one.
    original: Vec<ItemId>,
    /// For each item of the whole graph, its id in the reduced one: that of its substitute if it is replaced.
    reduced: Vec<ItemId>,
    replaced: Replacements,
}

impl Reduced {
    /// Takes `replaced` out of `graph`.
    pub fn new(graph: &Graph, replaced: Replacements) -> Self {
        let original: Vec<ItemId> = graph.ids().filter(|id| !replaced.contains_key(id)).collect();
        let mut reduced = vec![ItemId(0); graph.items().len()];
        for (number, id) in (0..).zip(&original) {
            reduced[id.index()] = ItemId(number);
        }
        for (id, substitute) in &replaced {
            reduced[id.index()] = reduced[substitute.index()];
        }
        let items = original.iter().map(|id| graph[*id].clone()).collect();
        let edges = original.iter().flat_map(|from| {
            let from_reduced = reduced[from.index()];
            let edge = |edge: &Edge| Edge { to: reduced[edge.to.index()], ..*edge };
            graph.uses(*from).iter().map(edge).map(move |edge| (from_reduced, edge)).collect::<Vec<_>>()
        });
        let graph = Graph::new(graph.name.clone(), items, edges.collect(), graph.has_asm);
        Self { graph, original, reduced, replaced }
    }

    /// A unit of a partitioning of the whole graph as one of the reduced graph.
    pub fn narrow(&self, unit: &Unit) -> Unit {
        translate(unit, &self.reduced)
    }

    /// A partitioning of the reduced graph as one of the whole graph.
    pub fn widen(self, partitioning: Partitioning) -> Partitioning {
        let units = partitioning.units.iter().map(|unit| translate(unit, &self.original)).collect();
        let promoted = partitioning.promoted.iter().map(|id| self.original[id.index()]).collect();
        Partitioning { units, promoted, replaced: self.replaced }
    }
}

/// The same unit with other ids.
fn translate(unit: &Unit, to: &[ItemId]) -> Unit {
    let ids = |ids: &[ItemId]| ids.iter().map(|id| to[id.index()]).collect();
    Unit { defines: ids(&unit.defines), imports: ids(&unit.imports), copies: ids(&unit.copies) }
}

#[cfg(test)]
mod tests {
    use super::{Reduced, replacements};
    use crate::graph::{BodyId, Item, ItemId};
    use crate::testing::{Builder, function, visible};
    use crate::{Strategy, check, partition};

    /// A function with the body that all twins have.
    fn twin(name: &str, instructions: u32) -> Item {
        Item { body: Some(BodyId(1)), ..function(name, instructions) }
    }

    /// Two callers, each with a callee of its own; the callees have the same body.
    fn two_pairs(instructions: u32) -> (Builder, [ItemId; 4]) {
        let mut module = Builder::new();
        let ids = [
            module.add(visible("a", 1000)),
            module.add(visible("b", 1000)),
            module.add(twin("for_a", instructions)),
            module.add(twin("for_b", instructions)),
        ];
        module.call(ids[0], ids[2]);
        module.call(ids[1], ids[3]);
        (module, ids)
    }

    #[test]
    fn the_first_of_several_functions_with_one_body_stands_for_them() {
        let (module, [.., for_a, for_b]) = two_pairs(20);
        assert_eq!(replacements(&module.graph()), [(for_b, for_a)].into());
    }

    #[test]
    fn a_large_function_that_its_only_caller_inlines_is_not_replaced() {
        let (module, _) = two_pairs(1000);
        assert!(replacements(&module.graph()).is_empty());
    }

    #[test]
    fn large_functions_that_stay_calls_are_replaced() {
        let (mut module, [a, b, for_a, for_b]) = two_pairs(1000);
        module.call(a, for_a);
        module.call(b, for_b);
        assert_eq!(replacements(&module.graph()), [(for_b, for_a)].into());
    }

    #[test]
    fn users_of_a_replaced_function_use_the_other_one() {
        let (module, [a, b, for_a, _]) = two_pairs(20);
        let graph = module.graph();
        let reduced = Reduced::new(&graph, replacements(&graph)).graph;
        assert_eq!(reduced.items().len(), 3);
        assert!([a, b].iter().all(|user| reduced.uses(*user)[0].to == for_a));
    }

    #[test]
    fn a_replaced_function_is_in_no_unit() {
        let (mut module, [_, b, for_a, for_b]) = two_pairs(20);
        let last = module.add(function("last", 700));
        module.call(b, last);
        let graph = module.graph();
        let found = partition(&graph, Strategy::Inline, 2).expect("the strategy's answers are valid");
        assert_eq!(check(&graph, &found), Ok(()));
        assert_eq!(found.replaced, [(for_b, for_a)].into());
        let bodies = found.units.iter().flat_map(|unit| unit.defines.iter().chain(&unit.imports).chain(&unit.copies));
        assert!(bodies.clone().all(|id| *id != for_b));
        assert!(bodies.clone().any(|id| *id == last), "ids are those of the whole graph");
    }

    #[test]
    fn one_unit_is_stocks() {
        let (module, _) = two_pairs(20);
        let found = partition(&module.graph(), Strategy::Inline, 1).expect("the strategy's answers are valid");
        assert!(found.replaced.is_empty());
    }
}
