//! Strongly connected components of a part of the call graph, callees first.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::graph::{Graph, ItemId};

/// The components of the subgraph of `graph` that `keep` selects, in post-order: a component comes after everything
/// that it uses. Members are ordered by id.
///
/// Kosaraju's algorithm, because petgraph's version of it needs no recursion: call chains of a large crate are deeper
/// than a stack.
pub(crate) fn components(graph: &Graph, keep: impl Fn(ItemId) -> bool) -> Vec<Vec<ItemId>> {
    let mut subgraph = DiGraph::<ItemId, ()>::new();
    let nodes: Vec<Option<NodeIndex>> = graph.ids().map(|id| keep(id).then(|| subgraph.add_node(id))).collect();
    for from in graph.ids() {
        let Some(user) = nodes[from.index()] else { continue };
        for used in graph.uses(from).iter().filter_map(|edge| nodes[edge.to.index()]) {
            subgraph.add_edge(user, used, ());
        }
    }
    let mut components: Vec<Vec<ItemId>> = kosaraju_scc(&subgraph)
        .into_iter()
        .map(|component| component.into_iter().map(|node| subgraph[node]).collect())
        .collect();
    components.iter_mut().for_each(|component: &mut Vec<ItemId>| component.sort_unstable());
    components
}

#[cfg(test)]
mod tests {
    use super::components;
    use crate::graph::ItemId;
    use crate::testing::{Builder, function};

    #[test]
    fn callees_come_before_their_callers() {
        let mut module = Builder::new();
        let ids: Vec<ItemId> = (0..4).map(|i| module.add(function(&format!("f{i}"), 10))).collect();
        module.call(ids[0], ids[1]);
        module.call(ids[1], ids[2]);
        module.call(ids[2], ids[1]);
        module.call(ids[2], ids[3]);
        let found = components(&module.graph(), |_| true);
        assert_eq!(found, [vec![ids[3]], vec![ids[1], ids[2]], vec![ids[0]]]);
    }

    #[test]
    fn long_call_chains_need_no_stack() {
        let mut module = Builder::new();
        let ids: Vec<ItemId> = (0..200_000).map(|i| module.add(function(&format!("f{i}"), 10))).collect();
        ids.windows(2).for_each(|pair| module.call(pair[0], pair[1]));
        assert_eq!(components(&module.graph(), |_| true).len(), ids.len());
    }
}
