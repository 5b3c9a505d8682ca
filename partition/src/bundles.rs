//! Items that have to be defined in one unit.
//!
//! Three rules make bundles: the groups of the graph (comdats, aliases, ifuncs, block addresses); the local symbols
//! that the module's assembly names; and an always-inline function that can be neither copied nor imported, which has
//! to be where its callers are. Such a caller then cannot be copied or imported either, since its body would need the
//! callee in yet another unit: it is *tied* to its bundle.

use std::collections::BTreeMap;

use crate::graph::{Graph, GroupId, Item, ItemId};
use crate::rules;

/// The bundles of a graph. Every item is in exactly one; most are alone in theirs.
#[derive(Clone, Debug)]
pub struct Bundles {
    leader: Vec<ItemId>,
    tied: Vec<bool>,
    assembly: Option<ItemId>,
}

impl Bundles {
    /// Finds the bundles of `graph`.
    pub fn new(graph: &Graph) -> Self {
        let mut sets = DisjointSets::new(graph.items().len());
        join_groups(graph, &mut sets);
        let assembly = join_assembly(graph, &mut sets);
        let tied = tie_callers(graph, &mut sets);
        let leader: Vec<ItemId> = graph.ids().map(|id| ItemId(sets.find(id.0))).collect();
        let assembly = assembly.map(|id| leader[id.index()]);
        Self { leader, tied, assembly }
    }

    /// The item with the lowest id in `id`'s bundle: it stands for the bundle.
    pub fn leader(&self, id: ItemId) -> ItemId {
        self.leader[id.index()]
    }

    /// The bundle that goes where the module's assembly goes, if there is one.
    pub fn assembly(&self) -> Option<ItemId> {
        self.assembly
    }

    /// Whether the item's body exists only where its bundle is, for a reason that the item alone does not show.
    pub fn is_tied(&self, id: ItemId) -> bool {
        self.tied[id.index()]
    }

    /// Whether `id` may have internal copies.
    pub fn may_be_copied(&self, graph: &Graph, id: ItemId) -> bool {
        !self.is_tied(id) && rules::may_be_copied(&graph[id])
    }

    /// Whether `id` may be imported.
    pub fn may_be_imported(&self, graph: &Graph, id: ItemId) -> bool {
        !self.is_tied(id) && rules::may_be_imported(&graph[id])
    }
}

fn join_groups(graph: &Graph, sets: &mut DisjointSets) {
    let mut first: BTreeMap<GroupId, ItemId> = BTreeMap::new();
    for id in graph.ids() {
        if let Some(group) = graph[id].group {
            sets.join(first.entry(group).or_insert(id).0, id.0);
        }
    }
}

fn join_assembly(graph: &Graph, sets: &mut DisjointSets) -> Option<ItemId> {
    let mut named = graph.ids().filter(|id| rules::follows_assembly(&graph[*id]));
    let first = named.next()?;
    named.for_each(|id| sets.join(first.0, id.0));
    Some(first)
}

/// Ties the callers of always-inline functions that have only one body, and theirs in turn.
fn tie_callers(graph: &Graph, sets: &mut DisjointSets) -> Vec<bool> {
    let mut tied = vec![false; graph.items().len()];
    let single = |item: &Item| rules::must_be_inlined(item) && !rules::may_be_imported(item);
    let mut work: Vec<ItemId> = graph.ids().filter(|id| single(&graph[*id])).collect();
    if work.is_empty() {
        return tied;
    }
    let users = graph.users();
    while let Some(callee) = work.pop() {
        for (caller, _) in users[callee.index()].iter().filter(|(_, edge)| edge.has_calls()) {
            sets.join(callee.0, caller.0);
            if !tied[caller.index()] && rules::must_be_inlined(&graph[*caller]) {
                work.push(*caller);
            }
            tied[caller.index()] = true;
        }
    }
    tied
}

/// Union-find over item numbers; the lowest number of a set stands for it.
#[derive(Clone, Debug)]
pub(crate) struct DisjointSets {
    parent: Vec<u32>,
}

impl DisjointSets {
    pub(crate) fn new(len: usize) -> Self {
        Self { parent: (0..len as u32).collect() }
    }

    pub(crate) fn find(&mut self, mut element: u32) -> u32 {
        while self.parent[element as usize] != element {
            let grandparent = self.parent[self.parent[element as usize] as usize];
            self.parent[element as usize] = grandparent;
            element = grandparent;
        }
        element
    }

    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::Bundles;
    use crate::graph::{GroupId, InlineAttribute, Item, ItemId, Linkage};
    use crate::testing::{Builder, function, visible};

    #[test]
    fn groups_are_bundles() {
        let mut module = Builder::new();
        let grouped = |name| Item { group: Some(GroupId(7)), ..function(name, 10) };
        let (a, b, c) = (module.add(grouped("a")), module.add(function("b", 10)), module.add(grouped("c")));
        let bundles = Bundles::new(&module.graph());
        assert_eq!([a, b, c].map(|id| bundles.leader(id)), [a, b, a]);
    }

    #[test]
    fn local_symbols_of_the_assembly_are_a_bundle() {
        let mut module = Builder::new();
        let a = module.add(visible("a", 10));
        let b = module.add(Item { named_by_asm: true, ..function("b", 10) });
        let c = module.add(Item { named_by_asm: true, ..function("c", 10) });
        let bundles = Bundles::new(&module.graph());
        assert_eq!([a, b, c].map(|id| bundles.leader(id)), [a, b, b]);
        assert_eq!(bundles.assembly(), Some(b));
    }

    #[test]
    fn callers_are_tied_to_always_inline_functions_that_exist_once() {
        let mut module = Builder::new();
        let always = Item { inline: InlineAttribute::Always, ..function("always", 10) };
        let once = module.add(Item { linkage: Linkage::Weak, ..always.clone() });
        let between = module.add(always);
        let caller = module.add(function("caller", 10));
        let other = module.add(function("other", 10));
        module.call(between, once);
        module.call(caller, between);
        module.call(other, caller);
        let graph = module.graph();
        let bundles = Bundles::new(&graph);
        assert_eq!([once, between, caller, other].map(|id| bundles.leader(id)), [once, once, once, other]);
        assert!(!bundles.may_be_copied(&graph, caller) && !bundles.may_be_imported(&graph, between));
        assert!(bundles.may_be_copied(&graph, other));
    }

    #[test]
    fn references_tie_nothing() {
        let mut module = Builder::new();
        let once = module.add(Item { inline: InlineAttribute::Always, linkage: Linkage::Weak, ..function("once", 10) });
        let user = module.add(function("user", 10));
        module.refer(user, once);
        assert_eq!(Bundles::new(&module.graph()).leader(user), ItemId(1));
    }
}
