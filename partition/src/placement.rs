//! Derives the complete partitioning from what a strategy decided.
//!
//! A strategy only names owners, items without an owner, and functions worth offering to other units. Everything else
//! follows, the same way for all strategies:
//!
//! 1. A bundle is defined where its leader is. A local always-inline function has no owner: each caller's unit has it.
//! 2. For each unit, the bodies that it owns are followed. What they use is there already, or has no owner and is
//!    copied, or is owned elsewhere and imported (always-inline functions, and offered ones that are called), or stays
//!    a declaration. Copied and imported bodies are followed too.
//! 3. A local item becomes promoted where a unit other than its owner imports it or refers to it, and nowhere else.
//! 4. Items without an owner that only one unit has are defined there; those that nobody has are dead, and go to the
//!    unit with the least work, which defines them and lets LLVM delete them.
//! 5. Empty units are dropped, the others ordered: the assembly's first, then by falling work.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::assignment::{Assignment, Offer, Place};
use crate::bundles::Bundles;
use crate::forecast::Forecast;
use crate::graph::{Edge, Graph, ItemId};
use crate::partitioning::{Partitioning, Unit};
use crate::rules;

/// Derives the partitioning that `assignment` stands for.
pub fn place(graph: &Graph, forecast: &Forecast, bundles: &Bundles, assignment: &Assignment) -> Partitioning {
    let mut owners = owners(graph, bundles, assignment);
    let mut owned = owned_by_unit(&owners, assignment.units.max(1));
    adopt_dead(graph, forecast, &mut owners, &mut owned);
    let follow = Follow { graph, bundles, offers: &assignment.offers, owners: &owners };
    let mut presence = Presence::new(graph);
    let mut promoted = BTreeSet::new();
    let mut units: Vec<Unit> = Vec::new();
    for (number, defines) in owned.into_iter().enumerate() {
        units.push(follow.unit(number, defines, &mut presence, &mut promoted));
    }
    settle_single_copies(graph, &mut units);
    units.retain(|unit| !unit.defines.is_empty());
    order(graph, forecast, bundles, &mut units);
    Partitioning { units, promoted, ..Partitioning::default() }
}

/// The work that LLVM is expected to spend on a unit.
pub fn unit_work(forecast: &Forecast, unit: &Unit) -> u64 {
    let whole = unit.defines.iter().chain(&unit.copies).map(|id| forecast.of(*id).work);
    let imported = unit.imports.iter().map(|id| forecast.of(*id).import_work);
    whole.chain(imported).sum()
}

/// The owner of each item, `None` for those that are copied to where they are used.
fn owners(graph: &Graph, bundles: &Bundles, assignment: &Assignment) -> Vec<Option<usize>> {
    let owner = |id: ItemId| {
        let copyable = bundles.may_be_copied(graph, id);
        match assignment.place(bundles.leader(id)) {
            Place::Unit(_) if copyable && rules::must_be_inlined(&graph[id]) => None,
            Place::WhereUsed if copyable => None,
            Place::WhereUsed => Some(0),
            Place::Unit(unit) => Some(unit),
        }
    };
    graph.ids().map(owner).collect()
}

fn owned_by_unit(owners: &[Option<usize>], units: usize) -> Vec<Vec<ItemId>> {
    let mut owned = vec![Vec::new(); units];
    for (index, owner) in owners.iter().enumerate() {
        if let Some(unit) = owner {
            owned[*unit].push(ItemId(index as u32));
        }
    }
    owned
}

/// Gives items without an owner that no owned item leads to an owner: the unit with the least work.
fn adopt_dead(graph: &Graph, forecast: &Forecast, owners: &mut [Option<usize>], owned: &mut [Vec<ItemId>]) {
    let mut reached: Vec<bool> = owners.iter().map(Option::is_some).collect();
    let mut pending: Vec<ItemId> = owned.iter().flatten().copied().collect();
    while let Some(id) = pending.pop() {
        for edge in graph.uses(id) {
            if !std::mem::replace(&mut reached[edge.to.index()], true) {
                pending.push(edge.to);
            }
        }
    }
    let work = |items: &Vec<ItemId>| items.iter().map(|id| forecast.of(*id).work).sum::<u64>();
    let lightest = (0..owned.len()).filter(|unit| !owned[*unit].is_empty()).min_by_key(|unit| work(&owned[*unit]));
    let adopter = lightest.unwrap_or(0);
    for id in graph.ids().filter(|id| !reached[id.index()]) {
        owners[id.index()] = Some(adopter);
        owned[adopter].push(id);
    }
    owned[adopter].sort_unstable();
}

/// Which bodies the unit at hand has: the number of the unit that last marked an item.
struct Presence(Vec<u32>);

impl Presence {
    fn new(graph: &Graph) -> Self {
        Self(vec![u32::MAX; graph.items().len()])
    }

    /// Marks `id` as present in `unit`; whether it was not before.
    fn insert(&mut self, id: ItemId, unit: usize) -> bool {
        std::mem::replace(&mut self.0[id.index()], unit as u32) != unit as u32
    }

    fn contains(&self, id: ItemId, unit: usize) -> bool {
        self.0[id.index()] == unit as u32
    }
}

/// What a unit has a body for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    /// It is defined or copied.
    Emitted,
    /// It is there to be inlined, and then dropped.
    Imported,
}

/// An item with a body in the unit at hand.
#[derive(Clone, Copy, Debug)]
struct User {
    id: ItemId,
    body: Body,
}

/// A unit while its bodies are followed.
struct Growth {
    number: usize,
    unit: Unit,
    /// Bodies whose uses have not been followed.
    pending: Vec<User>,
}

/// Follows what a unit's bodies use.
struct Follow<'a> {
    graph: &'a Graph,
    bundles: &'a Bundles,
    offers: &'a [Offer],
    owners: &'a [Option<usize>],
}

impl Follow<'_> {
    /// The unit that owns `defines`, with all that it copies and imports. Local items of other units that it refers to
    /// are added to `promoted`.
    fn unit(
        &self,
        number: usize,
        defines: Vec<ItemId>,
        presence: &mut Presence,
        promoted: &mut BTreeSet<ItemId>,
    ) -> Unit {
        let pending = defines.iter().map(|id| User { id: *id, body: Body::Emitted }).collect();
        let mut growth = Growth { number, unit: Unit { defines, ..Unit::default() }, pending };
        for id in &growth.unit.defines {
            presence.insert(*id, number);
        }
        while let Some(user) = growth.pending.pop() {
            for edge in self.graph.uses(user.id) {
                self.follow(user, edge, &mut growth, presence);
                let elsewhere = self.owners[edge.to.index()].is_some_and(|owner| owner != number);
                if elsewhere && self.graph[edge.to].linkage.is_local() {
                    promoted.insert(edge.to);
                }
            }
        }
        let mut unit = growth.unit;
        unit.imports.sort_unstable();
        unit.copies.sort_unstable();
        unit
    }

    /// Brings the used item's body into the unit if it belongs there.
    fn follow(&self, user: User, edge: &Edge, growth: &mut Growth, presence: &mut Presence) {
        let number = growth.number;
        let (bodies, body) = match self.owners[edge.to.index()] {
            None => (&mut growth.unit.copies, Body::Emitted),
            Some(_) if !presence.contains(edge.to, number) && self.imports(user, edge) => {
                (&mut growth.unit.imports, Body::Imported)
            }
            Some(_) => return,
        };
        if presence.insert(edge.to, number) {
            bodies.push(edge.to);
            growth.pending.push(User { id: edge.to, body });
        }
    }

    /// Whether a unit that uses an item of another unit in this way imports it.
    fn imports(&self, user: User, edge: &Edge) -> bool {
        let is_offered = match self.offers[edge.to.index()] {
            Offer::Never => false,
            Offer::ToEmitted => user.body == Body::Emitted,
            Offer::ToAll => true,
        };
        rules::may_call(self.graph, user.id, edge)
            && self.bundles.may_be_imported(self.graph, edge.to)
            && (is_offered || rules::must_be_inlined(&self.graph[edge.to]))
    }
}

/// Turns copies that exist in one unit only into definitions.
fn settle_single_copies(graph: &Graph, units: &mut [Unit]) {
    let mut count = vec![0u32; graph.items().len()];
    for id in units.iter().flat_map(|unit| &unit.copies) {
        count[id.index()] += 1;
    }
    for unit in units {
        let (single, several) = unit.copies.iter().partition(|id| count[id.index()] == 1);
        let single: Vec<ItemId> = single;
        unit.copies = several;
        unit.defines.extend(single);
        unit.defines.sort_unstable();
    }
}

/// Brings the units in order. An empty module is one empty unit.
fn order(graph: &Graph, forecast: &Forecast, bundles: &Bundles, units: &mut Vec<Unit>) {
    let has_assembly = |unit: &Unit| bundles.assembly().is_some_and(|id| unit.defines.binary_search(&id).is_ok());
    units.sort_by_cached_key(|unit| {
        (!has_assembly(unit), Reverse(unit_work(forecast, unit)), unit.defines.first().copied())
    });
    if units.is_empty() {
        debug_assert!(graph.items().is_empty());
        units.push(Unit::default());
    }
}

#[cfg(test)]
mod tests {
    use super::place;
    use crate::assignment::{Assignment, Offer, Place};
    use crate::bundles::Bundles;
    use crate::check::check;
    use crate::forecast::Forecast;
    use crate::graph::{GroupId, InlineAttribute, Item, ItemId};
    use crate::partitioning::Partitioning;
    use crate::testing::{Builder, constant, function, variable, visible};
    use Place::{Unit, WhereUsed};

    /// Places a module's items; the answer is valid in every test.
    fn placed(module: &Builder, places: &[Place], offered: &[ItemId]) -> Partitioning {
        let graph = module.graph();
        let mut assignment = Assignment { places: places.to_vec(), ..Assignment::new(&graph, 4) };
        offered.iter().for_each(|id| assignment.offers[id.index()] = Offer::ToAll);
        let partitioning = place(&graph, &Forecast::new(&graph), &Bundles::new(&graph), &assignment);
        assert_eq!(check(&graph, &partitioning), Ok(()));
        partitioning
    }

    /// Two visible functions that use one other item. The larger caller's unit comes first.
    fn two_callers(callee: Item) -> (Builder, [ItemId; 3]) {
        let mut module = Builder::new();
        let (a, b, c) = (module.add(visible("a", 200)), module.add(visible("b", 100)), module.add(callee));
        module.call(a, c);
        module.call(b, c);
        (module, [a, b, c])
    }

    #[test]
    fn items_without_an_owner_are_copied_to_their_users() {
        let (module, [a, b, c]) = two_callers(function("c", 10));
        let found = placed(&module, &[Unit(0), Unit(1), WhereUsed], &[]);
        assert_eq!([&found.units[0].defines, &found.units[1].defines], [&[a], &[b]]);
        assert_eq!([&found.units[0].copies, &found.units[1].copies], [&[c], &[c]]);
        assert!(found.promoted.is_empty());
    }

    #[test]
    fn copies_bring_what_they_use() {
        let (mut module, [_, _, table]) = two_callers(constant("vtable", 32));
        let (method, text) = (module.add(function("method", 10)), module.add(constant("text", 8)));
        let state = module.add(variable("state", 8));
        module.refer(table, method);
        module.refer(method, text);
        module.refer(method, state);
        let places = [Unit(0), Unit(1), WhereUsed, WhereUsed, WhereUsed, Unit(0)];
        let found = placed(&module, &places, &[]);
        assert!(found.units.iter().all(|unit| unit.copies == [table, method, text]));
        assert!(found.promoted.contains(&state), "unit 1's copy of the method refers to it");
    }

    #[test]
    fn a_copy_in_one_unit_only_is_a_definition() {
        let mut module = Builder::new();
        let (a, b, c) = (module.add(visible("a", 200)), module.add(visible("b", 100)), module.add(function("c", 10)));
        module.call(b, c);
        let found = placed(&module, &[Unit(0), Unit(1), WhereUsed], &[]);
        assert_eq!([&found.units[0].defines[..], &found.units[1].defines[..]], [&[a][..], &[b, c][..]]);
    }

    #[test]
    fn a_call_that_is_never_reached_brings_no_body() {
        let offered_to_b = |dead: bool| {
            let mut module = Builder::new();
            let (a, b) = (module.add(visible("a", 200)), module.add(visible("b", 100)));
            let c = module.add(function("c", 10));
            module.call(a, c);
            if dead {
                module.dead_call(b, c)
            } else {
                module.call(b, c)
            }
            placed(&module, &[Unit(0), Unit(1), Unit(0)], &[c])
        };
        assert_eq!(offered_to_b(false).units[1].imports, [ItemId(2)]);
        let dead = offered_to_b(true);
        assert!(dead.units[1].imports.is_empty());
        assert!(dead.promoted.contains(&ItemId(2)), "it is still named there");
    }

    #[test]
    fn a_local_item_used_in_its_unit_only_stays_local() {
        let (module, _) = two_callers(function("c", 10));
        assert!(placed(&module, &[Unit(0), Unit(0), Unit(0)], &[]).promoted.is_empty());
    }

    #[test]
    fn a_local_item_used_elsewhere_is_promoted() {
        let (module, [_, _, c]) = two_callers(function("c", 1000));
        let found = placed(&module, &[Unit(0), Unit(1), Unit(0)], &[]);
        assert_eq!(found.promoted.iter().collect::<Vec<_>>(), [&c]);
    }

    #[test]
    fn a_visible_item_is_never_promoted() {
        let (module, _) = two_callers(visible("c", 1000));
        assert!(placed(&module, &[Unit(0), Unit(1), Unit(0)], &[]).promoted.is_empty());
    }

    #[test]
    fn offered_functions_are_imported_where_they_are_called() {
        let (mut module, [_, b, c]) = two_callers(function("c", 1000));
        let vtable = module.add(Item { unnamed_addr: false, ..constant("vtable", 32) });
        module.refer(vtable, c);
        let found = placed(&module, &[Unit(0), Unit(1), Unit(0), Unit(2)], &[c]);
        assert_eq!((&found.units[1].defines[..], &found.units[1].imports[..]), (&[b][..], &[c][..]));
        assert!(found.units[0].imports.is_empty() && found.units[2].imports.is_empty());
        assert!(found.promoted.contains(&c));
    }

    #[test]
    fn functions_that_a_body_passes_on_are_imported_as_if_it_called_them() {
        let mut module = Builder::new();
        let (a, b) = (module.add(visible("a", 200)), module.add(visible("b", 100)));
        let closure = module.add(function("closure", 50));
        module.refer(a, closure);
        let found = placed(&module, &[Unit(0), Unit(1), Unit(1)], &[closure]);
        assert_eq!((&found.units[0].defines[..], &found.units[0].imports[..]), (&[a][..], &[closure][..]));
        assert_eq!(found.units[1].defines, [b, closure]);
    }

    #[test]
    fn what_may_be_inlined_is_not_imported_for_what_may_be_inlined() {
        let (mut module, [_, b, c]) = two_callers(function("c", 1000));
        let likely = module.add(function("likely", 60));
        module.call(c, likely);
        let graph = module.graph();
        let mut assignment =
            Assignment { places: vec![Unit(0), Unit(1), Unit(0), Unit(2)], ..Assignment::new(&graph, 4) };
        assignment.offers[c.index()] = Offer::ToAll;
        assignment.offers[likely.index()] = Offer::ToEmitted;
        let found = place(&graph, &Forecast::new(&graph), &Bundles::new(&graph), &assignment);
        let unit_of = |id| found.units.iter().find(|unit| unit.defines.contains(&id)).expect("it has an owner");
        assert_eq!(unit_of(b).imports, [c], "`c` is here to be inlined");
        assert_eq!(unit_of(c).imports, [likely], "`c` is emitted here");
    }

    #[test]
    fn what_an_imported_body_refers_to_is_promoted() {
        let (mut module, [_, _, c]) = two_callers(visible("c", 1000));
        let helper = module.add(function("helper", 2000));
        module.call(c, helper);
        let found = placed(&module, &[Unit(0), Unit(1), Unit(0), Unit(0)], &[c]);
        assert_eq!(found.promoted.iter().collect::<Vec<_>>(), [&helper]);
    }

    #[test]
    fn local_always_inline_functions_are_copied_whoever_owns_them() {
        let (module, [_, _, c]) = two_callers(Item { inline: InlineAttribute::Always, ..function("c", 1000) });
        let found = placed(&module, &[Unit(0), Unit(1), Unit(0)], &[]);
        assert!(found.units.iter().all(|unit| unit.copies == [c]));
    }

    #[test]
    fn visible_always_inline_functions_are_imported_without_an_offer() {
        let (module, [_, _, c]) = two_callers(Item { inline: InlineAttribute::Always, ..visible("c", 1000) });
        assert_eq!(placed(&module, &[Unit(0), Unit(1), Unit(0)], &[]).units[1].imports, [c]);
    }

    #[test]
    fn a_bundle_follows_its_leader() {
        let mut module = Builder::new();
        let grouped = |name| Item { group: Some(GroupId(0)), ..visible(name, 10) };
        let (a, b) = (module.add(grouped("a")), module.add(grouped("b")));
        assert_eq!(placed(&module, &[Unit(0), Unit(1)], &[]).units[0].defines, [a, b]);
    }

    #[test]
    fn the_assembly_comes_first_and_then_the_heaviest() {
        let mut module = Builder::new();
        module.has_asm = true;
        let light = module.add(Item { named_by_asm: true, ..function("named", 1) });
        let (heavy, middle) = (module.add(visible("heavy", 100)), module.add(visible("middle", 50)));
        let found = placed(&module, &[Unit(0), Unit(2), Unit(1)], &[]);
        let order: Vec<ItemId> = found.units.iter().map(|unit| unit.defines[0]).collect();
        assert_eq!(order, [light, heavy, middle]);
    }

    #[test]
    fn dead_items_get_an_owner() {
        let mut module = Builder::new();
        let (a, b) = (module.add(visible("a", 100)), module.add(visible("b", 10)));
        let (dead, helper) = (module.add(function("dead", 5)), module.add(function("helper", 5)));
        module.call(dead, helper);
        module.call(helper, dead);
        let found = placed(&module, &[Unit(0), Unit(1), WhereUsed, WhereUsed], &[]);
        assert_eq!([&found.units[0].defines[..], &found.units[1].defines[..]], [&[a][..], &[b, dead, helper][..]]);
    }

    #[test]
    fn an_empty_module_is_one_empty_unit() {
        assert_eq!(placed(&Builder::new(), &[], &[]).units.len(), 1);
    }
}
