//! Local functions with a single user stay with it, and tables with a function that reads them.
//!
//! With an only call that LLVM inlines, one unit would make a single function of the two, however large they are, so
//! there is no limit to what follows its caller: chains of such calls are one cluster. The exception are chains that
//! would be more than a unit, with the shared bodies that they need. A program's `main` may be the head of one: the
//! commands that it calls once each are little by themselves, but need most bodies that there are to share, which others
//! need, too. Where such a chain calls what is large, the call may be cut: beside a large function, a call costs nothing.
//! After that, tables join a reader, before what is tied less.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::clusters::Merging;
use super::needs::Reach;
use super::roles::{Role, Roles};
use super::ties::Reached;
use crate::automatic::WORK_PER_UNIT;
use crate::graph::{ItemId, ItemKind};
use crate::strategy::Problem;

/// A local function and its only user are merged up to this part of a unit, if its call is not inlined for being the
/// only one.
pub(super) const CHAINS_PER_UNIT: u64 = 3;

/// What is merged of a chain that may be cut is at most this part of a unit, as large as a cluster of the coarsest
/// level: after that, its functions are clustered by what they lose, like others.
const CUT_CHAINS_PER_UNIT: u64 = 32;

/// Calls of functions up to this size, in the inliner's units, are never cut: such a function may be called in a loop
/// and take no longer than its call. It is about four times what LLVM inlines with several calls.
const SHORT: u64 = 1000;

/// Merges local functions with their only user, those whose only call gets inlined and large ones first; then tables with
/// a reader.
pub(super) fn merge(merging: &mut Merging, problem: &Problem<'_>, roles: &Roles, reached: &Reached, reach: &Reach) {
    let is_last_call = |used: ItemId| problem.forecast.of(used).last_call;
    let is_chain = |user: ItemId, used: ItemId| match reached.users[used.index()] {
        1 => problem.graph[used].linkage.is_local(),
        // Others have copies of its caller.
        _ => is_last_call(used) && problem.graph.calls(user, used) > 0,
    };
    let mut chains: Vec<(ItemId, ItemId)> = reached.owned.clone();
    chains.retain(|(user, used)| is_chain(*user, *used));
    chains.sort_by_key(|(_, used)| (!is_last_call(*used), Reverse(problem.forecast.of(*used).work), *used));
    let join = |merging: &mut Merging, may_be_cut: &dyn Fn(ItemId) -> bool| {
        for (user, used) in &chains {
            let limit = if may_be_cut(*used) {
                merging.share / CUT_CHAINS_PER_UNIT
            } else if is_last_call(*used) {
                u64::MAX
            } else {
                merging.share / CHAINS_PER_UNIT
            };
            merging.merge(user.0, used.0, limit);
        }
    };
    let mut whole = merging.clone();
    join(&mut whole, &|_| false);
    let is_too_heavy = too_heavy(&mut whole, problem, roles, reach);
    join(merging, &|used| is_too_heavy[used.index()] && problem.forecast.of(used).size > SHORT);
    merge_tables(merging, problem, reached);
}

/// Merges local tables with the largest function that reads them. If the loads from a vtable are folded there, nothing
/// refers to its methods any more, and they need not be emitted.
fn merge_tables(merging: &mut Merging, problem: &Problem<'_>, reached: &Reached) {
    let mut readers: BTreeMap<ItemId, ItemId> = BTreeMap::new();
    for (user, used) in &reached.owned {
        let item = &problem.graph[*used];
        if item.constant && item.linkage.is_local() && problem.graph[*user].kind == ItemKind::Function {
            let largest = readers.entry(*used).or_insert(*user);
            if problem.forecast.of(*user).work > problem.forecast.of(*largest).work {
                *largest = *user;
            }
        }
    }
    for (table, reader) in readers {
        merging.merge(table.0, reader.0, merging.share / CHAINS_PER_UNIT);
    }
}

/// For each item, whether the chain that it is in would be more than a unit, with all that it needs.
fn too_heavy(whole: &mut Merging, problem: &Problem<'_>, roles: &Roles, reach: &Reach) -> Vec<bool> {
    let mut chains: BTreeMap<u32, Vec<ItemId>> = BTreeMap::new();
    for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
        let set = whole.sets.find(id.0);
        // A lighter one would not be cut.
        if whole.work[set as usize] > whole.share / CUT_CHAINS_PER_UNIT {
            chains.entry(set).or_default().push(id);
        }
    }
    let unit = whole.share.max(WORK_PER_UNIT);
    let mut too_heavy = vec![false; problem.graph.items().len()];
    let needed = reach.close(chains.values().map(Vec::as_slice), roles.groups().len());
    for (number, (set, items)) in chains.iter().enumerate() {
        let needed = needed.of(number).iter().map(|group| roles.groups()[*group as usize].work());
        if whole.work[*set as usize] + needed.sum::<u64>() > unit {
            items.iter().for_each(|id| too_heavy[id.index()] = true);
        }
    }
    too_heavy
}
