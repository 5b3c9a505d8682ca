//! What items lose by being in different units, measured in work.
//!
//! * A local item with an owner stops being internal if a user is elsewhere, and an inlined only call stays a call.
//! * A copied body that few items lead to is simplified once more if they are apart.
//!
//! Both are found by following, for each item with an owner, what it uses through shared bodies.

use super::roles::{Role, Roles};
use crate::bundles::DisjointSets;
use crate::graph::ItemId;
use crate::strategy::Problem;

/// Shared groups followed from one item, nearest first. What is farther away is used by most units anyway.
const FOLLOWED_GROUPS: usize = 64;

/// When an item is tied to this many others, no more shared groups are followed: what it is tied to first is nearest.
const MOST_TIES: usize = 32;

/// A shared group that more items than this lead to is in most units whatever the clusters are.
const WIDEST_GROUP: usize = 16;

/// Two items with owners, and the work lost if they are in different units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tie {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) cost: u64,
}

/// What each item with an owner uses, directly or through shared bodies.
pub(super) struct Reached {
    /// Items with owners and the items with owners that they use, each pair once. Through shared bodies only local ones
    /// are noted: being away from the others loses nothing.
    pub(super) owned: Vec<(ItemId, ItemId)>,
    /// For each shared group, the items with owners that lead to it, up to one more than [`WIDEST_GROUP`].
    groups: Vec<Vec<ItemId>>,
    /// For each item, how many items with owners use it.
    pub(super) users: Vec<u32>,
}

impl Reached {
    pub(super) fn new(problem: &Problem<'_>, roles: &Roles) -> Self {
        let items = problem.graph.items().len();
        let mut this = Self { owned: Vec::new(), groups: vec![Vec::new(); roles.groups().len()], users: vec![0; items] };
        let mut seen = Seen { items: vec![u32::MAX; items], groups: vec![u32::MAX; roles.groups().len()] };
        for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
            this.follow(problem, roles, id, &mut seen);
        }
        this
    }

    /// Follows what `from` uses through shared bodies, nearest first.
    fn follow(&mut self, problem: &Problem<'_>, roles: &Roles, from: ItemId, seen: &mut Seen) {
        let mut groups: Vec<u32> = Vec::new();
        let mut followed = 0;
        let mut bodies: &[ItemId] = &[from];
        let first = self.owned.len();
        loop {
            for used in bodies.iter().flat_map(|id| problem.graph.uses(*id)).map(|edge| edge.to) {
                let is_owned = roles.of(used) != Role::Copied && used != from;
                let matters = followed == 0 || problem.graph[used].linkage.is_local();
                if is_owned && matters && std::mem::replace(&mut seen.items[used.index()], from.0) != from.0 {
                    self.owned.push((from, used));
                }
                let group = roles.shared(used);
                groups.extend(group.filter(|group| std::mem::replace(&mut seen.groups[*group as usize], from.0) != from.0));
            }
            let is_enough = followed == FOLLOWED_GROUPS || self.owned.len() - first >= MOST_TIES;
            let Some(group) = groups.get(followed).filter(|_| !is_enough) else { break };
            bodies = &roles.groups()[*group as usize].members;
            followed += 1;
        }
        for group in groups {
            let users = &mut self.groups[group as usize];
            if users.len() <= WIDEST_GROUP {
                users.push(from);
            }
        }
        self.owned[first..].iter().for_each(|(_, used)| self.users[used.index()] += 1);
    }

    /// What is lost by cutting between an item and one that it uses.
    pub(super) fn local_ties(&self, problem: &Problem<'_>) -> Vec<Tie> {
        let tie = |(from, used): &(ItemId, ItemId)| {
            let users = u64::from(self.users[used.index()]).max(1);
            let local = problem.graph[*used].linkage.is_local();
            let cost = if local { problem.forecast.of(*used).import_work / users } else { 0 };
            Tie { a: from.0, b: used.0, cost: cost.max(1) }
        };
        self.owned.iter().map(tie).collect()
    }

    /// What is lost by having a shared body twice.
    pub(super) fn shared_ties(&self, roles: &Roles) -> Vec<Tie> {
        let mut ties = Vec::new();
        for (users, group) in self.groups.iter().zip(roles.groups()) {
            if (2..=WIDEST_GROUP).contains(&users.len()) {
                let cost = (group.copy_work / (users.len() as u64 - 1)).max(1);
                ties.extend(users.windows(2).map(|pair| Tie { a: pair[0].0, b: pair[1].0, cost }));
            }
        }
        ties
    }
}

/// What has been seen from an item: the number of the last item that came by.
struct Seen {
    items: Vec<u32>,
    groups: Vec<u32>,
}

/// Replaces items by their sets, drops ties within a set and adds up those between the same two.
pub(super) fn combine(ties: &mut Vec<Tie>, sets: &mut DisjointSets) {
    for tie in ties.iter_mut() {
        let (a, b) = (sets.find(tie.a), sets.find(tie.b));
        (tie.a, tie.b) = (a.min(b), a.max(b));
    }
    ties.retain(|tie| tie.a != tie.b);
    ties.sort_unstable_by_key(|tie| (tie.a, tie.b));
    ties.dedup_by(|tie, kept| {
        let same = (tie.a, tie.b) == (kept.a, kept.b);
        if same {
            kept.cost = kept.cost.saturating_add(tie.cost);
        }
        same
    });
}
