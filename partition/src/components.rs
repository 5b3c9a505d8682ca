//! Strongly connected components of a part of the call graph, callees first.

use crate::graph::{Edge, Graph, ItemId};

/// The components of the subgraph of `graph` that has the items which `keep` selects and the edges which `follow`
/// selects, in post-order: a component comes after everything that it uses. Members are ordered by id.
///
/// Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972) on the graph's own edges, with a stack of
/// its own: call chains of a large crate are deeper than a thread's.
pub(crate) fn components(
    graph: &Graph,
    keep: impl Fn(ItemId) -> bool,
    follow: impl Fn(ItemId, &Edge) -> bool,
) -> Vec<Vec<ItemId>> {
    let state = |id| if keep(id) { UNSEEN } else { DONE };
    let mut search = Search {
        graph,
        low: graph.ids().map(state).collect(),
        open: Vec::new(),
        path: Vec::new(),
        components: Vec::new(),
    };
    graph.ids().for_each(|root| search.visit(root, &follow));
    search.components
}

/// Not reached yet.
const UNSEEN: u32 = u32::MAX;

/// In a component already, or not in the subgraph: nothing can be learned from it.
const DONE: u32 = u32::MAX - 1;

/// A depth-first search.
struct Search<'a> {
    graph: &'a Graph,
    /// For each item, [`UNSEEN`], [`DONE`], or the smallest position in `open` that it is known to lead to.
    low: Vec<u32>,
    /// Items whose component is not complete yet, in the order in which they were reached.
    open: Vec<ItemId>,
    /// The items from the root to where the search is.
    path: Vec<Step<'a>>,
    components: Vec<Vec<ItemId>>,
}

/// An item on the path of the search.
struct Step<'a> {
    id: ItemId,
    /// Its position in `open`.
    position: u32,
    /// Uses that have not been followed.
    rest: &'a [Edge],
}

impl Search<'_> {
    /// Finds all components that an item leads to and that are not known.
    fn visit(&mut self, root: ItemId, follow: impl Fn(ItemId, &Edge) -> bool) {
        if self.low[root.index()] != UNSEEN {
            return;
        }
        self.enter(root);
        while let Some(step) = self.path.last_mut() {
            let Some((edge, rest)) = step.rest.split_first() else {
                self.leave();
                continue;
            };
            step.rest = rest;
            if !follow(step.id, edge) {
                continue;
            }
            match self.low[edge.to.index()] {
                UNSEEN => self.enter(edge.to),
                DONE => {}
                low => {
                    let own = &mut self.low[step.id.index()];
                    *own = low.min(*own);
                }
            }
        }
    }

    fn enter(&mut self, id: ItemId) {
        let position = self.open.len() as u32;
        self.low[id.index()] = position;
        self.open.push(id);
        self.path.push(Step { id, position, rest: self.graph.uses(id) });
    }

    /// Goes back from an item whose uses are all followed. If it leads to nothing before itself, all that has been
    /// reached since is its component.
    fn leave(&mut self) {
        let Some(Step { id, position, .. }) = self.path.pop() else { return };
        let low = self.low[id.index()];
        if low == position {
            let mut component = self.open.split_off(position as usize);
            component.iter().for_each(|member| self.low[member.index()] = DONE);
            component.sort_unstable();
            self.components.push(component);
        }
        if let Some(user) = self.path.last() {
            let user = &mut self.low[user.id.index()];
            *user = low.min(*user);
        }
    }
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
        let found = components(&module.graph(), |_| true, |_, _| true);
        assert_eq!(found, [vec![ids[3]], vec![ids[1], ids[2]], vec![ids[0]]]);
    }

    #[test]
    fn long_call_chains_need_no_stack() {
        let mut module = Builder::new();
        let ids: Vec<ItemId> = (0..200_000).map(|i| module.add(function(&format!("f{i}"), 10))).collect();
        ids.windows(2).for_each(|pair| module.call(pair[0], pair[1]));
        assert_eq!(components(&module.graph(), |_| true, |_, _| true).len(), ids.len());
    }
}
