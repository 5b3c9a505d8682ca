//! Stock rustc's way (`rustc_monomorphize::partitioning`), as a peer to compare with.
//!
//! 1. Inline functions and small leaf functions are copied to where they are used, as are private constants.
//! 2. The other items go to a unit for each source module.
//! 3. Units are merged until there are no more than are wanted: with `n` wanted, the `n`-th largest takes in that smaller
//!    one with which it has most inlined items in common (`merge_codegen_units`).
//! 4. Small functions are offered to the other units, as thin-local LTO would import them.
//!
//! Stock does this on MIR; here sizes are LLVM instructions. Closures, constructors and drop glue, which stock treats
//! as inline functions, carry rustc's inline hint in the module.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::assignment::{Assignment, Offer, Place};
use crate::graph::{InlineAttribute, ItemId, ItemKind};
use crate::strategy::Problem;

/// Leaf functions up to this many instructions are copied: what `cross_crate_inline_threshold` (100 MIR statements)
/// comes to.
const SMALL_LEAF: u32 = 50;

/// Functions up to this many instructions are imported (LLVM's `-import-instr-limit`).
const IMPORT_LIMIT: u32 = 100;

/// Merging takes quadratic time. With more modules than this, neighbours by path are merged beforehand.
const MOST_MODULES: usize = 2048;

pub(super) fn assign(problem: &Problem<'_>) -> Assignment {
    let mut assignment = Assignment::new(problem.graph, problem.units);
    let copied: Vec<bool> = problem.graph.ids().map(|id| is_copied(problem, id)).collect();
    let mut units = units_by_module(problem, &copied);
    merge(problem, &mut units);
    for (number, unit) in units.iter().enumerate() {
        unit.roots.iter().for_each(|id| assignment.places[id.index()] = Place::Unit(number));
    }
    for id in problem.graph.ids() {
        if copied[id.index()] {
            assignment.places[id.index()] = Place::WhereUsed;
        } else {
            if problem.graph[id].instructions <= IMPORT_LIMIT {
                assignment.offers[id.index()] = Offer::ToAll;
            }
        }
    }
    assignment
}

/// Stock's instantiation mode: whether each unit that uses an item has a local copy.
fn is_copied(problem: &Problem<'_>, id: ItemId) -> bool {
    let item = &problem.graph[id];
    let is_leaf = || problem.graph.uses(id).iter().all(|edge| edge.calls == 0);
    let is_inline = match item.inline {
        InlineAttribute::Hint | InlineAttribute::Always => true,
        InlineAttribute::Never => false,
        InlineAttribute::None => item.instructions <= SMALL_LEAF && is_leaf(),
    };
    problem.bundles.may_be_copied(problem.graph, id) && (item.kind == ItemKind::Variable || is_inline)
}

/// A unit while units are merged.
#[derive(Default)]
struct SourceUnit {
    /// Items that it defines.
    roots: Vec<ItemId>,
    /// Items that it copies, ordered.
    inlined: Vec<ItemId>,
    /// Instructions of both.
    size: u64,
}

/// A unit for each source module, in the order of their paths.
fn units_by_module(problem: &Problem<'_>, copied: &[bool]) -> Vec<SourceUnit> {
    let mut modules: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
    for id in problem.graph.ids().filter(|id| !copied[id.index()]) {
        let leader = problem.bundles.leader(id);
        modules.entry(&problem.graph[leader].source).or_default().push(id);
    }
    let count = modules.len();
    let mut units: Vec<SourceUnit> = Vec::new();
    units.resize_with(count.min(MOST_MODULES), SourceUnit::default);
    for (number, roots) in modules.into_values().enumerate() {
        units[number * count.min(MOST_MODULES) / count].roots.extend(roots);
    }
    let mut seen = vec![u32::MAX; copied.len()];
    for (number, unit) in (0..).zip(&mut units) {
        unit.inlined = inlined(problem, copied, &unit.roots, number, &mut seen);
        unit.size = unit.roots.iter().chain(&unit.inlined).map(|id| size(problem, *id)).sum();
    }
    units
}

/// The copied items that a unit's roots lead to.
fn inlined(problem: &Problem<'_>, copied: &[bool], roots: &[ItemId], number: u32, seen: &mut [u32]) -> Vec<ItemId> {
    let mut found = Vec::new();
    let mut pending = roots.to_vec();
    while let Some(user) = pending.pop() {
        for edge in problem.graph.uses(user).iter().filter(|edge| copied[edge.to.index()]) {
            if std::mem::replace(&mut seen[edge.to.index()], number) != number {
                found.push(edge.to);
                pending.push(edge.to);
            }
        }
    }
    found.sort_unstable();
    found
}

/// What rustc calls the size estimate of an item.
fn size(problem: &Problem<'_>, id: ItemId) -> u64 {
    u64::from(problem.graph[id].instructions.max(1))
}

/// Merges units until there are no more than are wanted.
fn merge(problem: &Problem<'_>, units: &mut Vec<SourceUnit>) {
    let wanted = problem.units;
    let mut in_target = vec![false; problem.graph.items().len()];
    while units.len() > wanted {
        units.sort_by_key(|unit| (Reverse(unit.size), unit.roots.first().copied()));
        units[wanted - 1].inlined.iter().for_each(|id| in_target[id.index()] = true);
        let partner = best_partner(problem, &units[wanted..], &in_target);
        let source = units.swap_remove(wanted + partner);
        let target = &mut units[wanted - 1];
        target.inlined.iter().for_each(|id| in_target[id.index()] = false);
        target.roots.extend(source.roots);
        target.inlined.extend(source.inlined);
        target.inlined.sort_unstable();
        target.inlined.dedup();
        target.size = target.roots.iter().chain(&target.inlined).map(|id| size(problem, *id)).sum();
    }
}

/// The unit that has most inlined items in common with the target.
fn best_partner(problem: &Problem<'_>, units: &[SourceUnit], in_target: &[bool]) -> usize {
    let mut best = (0, 0);
    for (number, unit) in units.iter().enumerate() {
        // Units are ordered by size: none of the others can have more in common.
        if unit.size <= best.1 {
            break;
        }
        let common = unit.inlined.iter().filter(|id| in_target[id.index()]);
        let overlap = common.map(|id| size(problem, *id)).sum();
        if overlap > best.1 {
            best = (number, overlap);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use crate::graph::{InlineAttribute, Item, ItemId};
    use crate::testing::{Builder, function, visible};
    use crate::{Partitioning, Strategy, partition};

    fn cut(module: &Builder, units: usize) -> Partitioning {
        partition(&module.graph(), Strategy::Source, units).expect("the strategy's answers are valid")
    }

    fn from(module: &mut Builder, source: &str, instructions: u32) -> ItemId {
        module.add(Item { source: source.into(), ..visible(&format!("{source}::f{instructions}"), instructions) })
    }

    #[test]
    fn each_source_module_is_a_unit() {
        let mut module = Builder::new();
        let (a, b) = (from(&mut module, "a", 300), from(&mut module, "b", 200));
        let more = from(&mut module, "a", 301);
        let found = cut(&module, 4);
        assert_eq!([&found.units[0].defines[..], &found.units[1].defines[..]], [&[a, more][..], &[b][..]]);
    }

    #[test]
    fn units_that_inline_the_same_are_merged() {
        let mut module = Builder::new();
        let (a, b) = (from(&mut module, "a", 1000), from(&mut module, "b", 500));
        let (c, d) = (from(&mut module, "c", 400), from(&mut module, "d", 300));
        let inline = module.add(Item { inline: InlineAttribute::Hint, ..function("inline", 60) });
        [b, d].into_iter().for_each(|user| module.call(user, inline));
        let found = cut(&module, 2);
        // First `b` takes in `d`, for what both inline; `c` is then what is left beyond two.
        assert!(found.units.iter().any(|unit| unit.defines.starts_with(&[b, c, d])), "{found:?}");
        assert!(found.units.iter().any(|unit| unit.defines == [a]));
    }

    #[test]
    fn inline_functions_are_copied_and_large_ones_are_not() {
        let mut module = Builder::new();
        let users = [from(&mut module, "a", 300), from(&mut module, "b", 200)];
        let inline = module.add(Item { inline: InlineAttribute::Hint, ..function("inline", 500) });
        let large = module.add(Item { source: "a".into(), ..function("large", 500) });
        for user in users {
            module.call(user, inline);
            module.call(user, large);
        }
        let found = cut(&module, 2);
        assert!(found.units.iter().all(|unit| unit.copies == [inline] && unit.imports.is_empty()));
        assert!(found.promoted.contains(&large));
    }
}
