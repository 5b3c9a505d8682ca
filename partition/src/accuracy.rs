//! How well the inlining forecast agrees with what LLVM inlined.
//!
//! The forecast speaks of edges of the graph: a call is forecast as inlined if its callee's calls are
//! ([`Inlining`]), unless caller and callee are in one strongly connected component. Remarks speak of call sites as
//! they are when the inliner comes by: where `b` was inlined into `a` with its call of `c` still in it, the remark is
//! about `(a, c)`, which is no edge. So the pairs of a truth are told apart:
//!
//! * *direct* pairs are edges, and precision and recall are about them;
//! * *transitive* pairs are not. For them it is only said how many of the callees are forecast as inlined.
//!
//! Functions that LLVM deletes before it comes to inline into them, and calls of which only it finds that they are
//! unreachable, are in the graph and not in the remarks, so a precision of 1 is out of reach.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::components::components;
use crate::forecast::{Forecast, Inlining};
use crate::graph::{Graph, ItemId, ItemKind};
use crate::recall::{KnownPairs, share};
use crate::truth::Truth;

/// Direct pairs of caller and callee: forecast and truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectPairs {
    /// Pairs that LLVM inlined.
    pub inlined: usize,
    /// Their inlined call sites.
    pub inlined_sites: u64,
    /// Pairs that the forecast says are inlined.
    pub forecast: usize,
    /// Pairs that are both.
    pub found: usize,
    /// The inlined call sites of those.
    pub found_sites: u64,
}

/// The agreement of one module's forecast with its truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Callees that are local functions with one call.
    pub only_call: DirectPairs,
    /// All other callees.
    pub several_calls: DirectPairs,
    /// Direct pairs that are inlined and not forecast, whose callee is near enough to the threshold that strategies
    /// make its body available all the same.
    pub missed_but_likely: usize,
    /// Pairs that LLVM inlined and that are no edge of the graph.
    pub transitive: usize,
    /// Those of them whose callee's calls are forecast as inlined.
    pub transitive_found: usize,
    /// Pairs that are left out because a symbol of theirs is not in the graph.
    pub unknown_pairs: usize,
}

impl DirectPairs {
    /// Of the pairs that are forecast, the share that LLVM inlined; 1 if none is forecast.
    pub fn precision(&self) -> f64 {
        share(self.found as u64, self.forecast as u64)
    }

    /// Of the pairs that LLVM inlined, the share that is forecast; 1 if it inlined none.
    pub fn recall(&self) -> f64 {
        share(self.found as u64, self.inlined as u64)
    }

    /// The same, where each pair counts as often as it has inlined call sites.
    pub fn recall_of_sites(&self) -> f64 {
        share(self.found_sites, self.inlined_sites)
    }
}

impl Accuracy {
    /// Compares the forecast for `graph` with what LLVM inlined.
    pub fn new(graph: &Graph, truth: &Truth) -> Self {
        let forecast = Forecast::new(graph);
        let pairs = KnownPairs::new(graph, truth);
        let only_called = only_called(graph);
        let expected = expected(graph, &forecast);
        let mut this = Self { unknown_pairs: pairs.unknown, ..Self::default() };
        for (_, callee) in &expected {
            this.direct(&only_called, *callee).forecast += 1;
        }
        for pair in &pairs.known {
            let callee = forecast.of(pair.callee);
            if graph.calls(pair.caller, pair.callee) == 0 {
                this.transitive += 1;
                this.transitive_found += usize::from(callee.inlining != Inlining::Kept);
                continue;
            }
            let found = expected.contains(&(pair.caller, pair.callee));
            this.missed_but_likely += usize::from(!found && callee.likely);
            let direct = this.direct(&only_called, pair.callee);
            direct.inlined += 1;
            direct.inlined_sites += u64::from(pair.sites);
            direct.found += usize::from(found);
            direct.found_sites += if found { u64::from(pair.sites) } else { 0 };
        }
        this
    }

    /// All direct pairs.
    pub fn all(&self) -> DirectPairs {
        let (a, b) = (&self.only_call, &self.several_calls);
        DirectPairs {
            inlined: a.inlined + b.inlined,
            inlined_sites: a.inlined_sites + b.inlined_sites,
            forecast: a.forecast + b.forecast,
            found: a.found + b.found,
            found_sites: a.found_sites + b.found_sites,
        }
    }

    fn direct(&mut self, only_called: &[bool], callee: ItemId) -> &mut DirectPairs {
        if only_called[callee.index()] { &mut self.only_call } else { &mut self.several_calls }
    }
}

/// Whether each item is a local function whose only use is one call.
fn only_called(graph: &Graph) -> Vec<bool> {
    let mut uses = vec![(0u64, 0u64); graph.items().len()];
    for edge in graph.ids().flat_map(|id| graph.uses(id)) {
        let (calls, references) = &mut uses[edge.to.index()];
        *calls += u64::from(edge.calls);
        *references += u64::from(edge.references);
    }
    graph.ids().map(|id| graph[id].linkage.is_local() && uses[id.index()] == (1, 0)).collect()
}

/// The calls that the forecast says are inlined.
fn expected(graph: &Graph, forecast: &Forecast) -> BTreeSet<(ItemId, ItemId)> {
    let mut component = vec![usize::MAX; graph.items().len()];
    for (number, members) in
        components(graph, |id| graph[id].kind == ItemKind::Function, |_, _| true).iter().enumerate()
    {
        members.iter().for_each(|id| component[id.index()] = number);
    }
    let mut expected = BTreeSet::new();
    for caller in graph.ids().filter(|id| graph[*id].kind == ItemKind::Function) {
        for edge in graph.uses(caller).iter().filter(|edge| edge.calls > 0) {
            let inlined = forecast.of(edge.to).inlining != Inlining::Kept;
            if inlined && component[caller.index()] != component[edge.to.index()] {
                expected.insert((caller, edge.to));
            }
        }
    }
    expected
}

#[cfg(test)]
mod tests {
    use super::{Accuracy, DirectPairs};
    use crate::graph::{Graph, InlineAttribute, Item};
    use crate::testing::{Builder, function, visible};
    use crate::truth::Truth;

    /// `a` calls `b` and `large`, `b` calls `small`; `only` has one call, from `a`; `r` calls itself.
    fn module() -> Graph {
        let mut module = Builder::new();
        let (a, b) = (module.add(visible("a", 500)), module.add(visible("b", 50)));
        let (large, small) = (module.add(visible("large", 5000)), module.add(visible("small", 10)));
        let only = module.add(function("only", 1000));
        let r = module.add(Item { inline: InlineAttribute::Always, ..visible("r", 10) });
        for (user, used) in [(a, b), (a, large), (b, small), (a, only), (r, r)] {
            module.call(user, used);
        }
        module.graph()
    }

    fn accuracy(pairs: &[(&str, &str)]) -> Accuracy {
        let sites = pairs.iter().map(|(caller, callee)| ((*caller).into(), (*callee).into()));
        Accuracy::new(&module(), &Truth::new("test".into(), sites))
    }

    #[test]
    fn direct_pairs_are_found_missed_or_wrong() {
        let found = accuracy(&[("a", "b"), ("a", "b"), ("a", "large"), ("a", "only")]);
        let expected = DirectPairs { inlined: 2, inlined_sites: 3, forecast: 2, found: 1, found_sites: 2 };
        assert_eq!(found.several_calls, expected, "`small` is forecast and not inlined, `large` the other way round");
        assert_eq!((found.only_call.forecast, found.only_call.found), (1, 1));
        let all = found.all();
        assert_eq!((all.precision(), all.recall(), all.recall_of_sites()), (2.0 / 3.0, 2.0 / 3.0, 0.75));
    }

    #[test]
    fn calls_within_a_component_are_not_forecast() {
        assert_eq!(accuracy(&[("r", "r")]).several_calls.found, 0);
    }

    #[test]
    fn pairs_that_are_no_edge_are_transitive() {
        let found = accuracy(&[("a", "small"), ("b", "large"), ("a", "gone")]);
        assert_eq!((found.transitive, found.transitive_found, found.unknown_pairs), (2, 1, 1));
        assert_eq!(found.all().inlined, 0);
    }

    #[test]
    fn nothing_is_perfect_agreement_with_nothing() {
        let empty = Accuracy::new(&Builder::new().graph(), &Truth::default());
        assert_eq!((empty.all().precision(), empty.all().recall()), (1.0, 1.0));
    }
}
