//! What items lose by being in different units, measured in work.
//!
//! * A local item with an owner stops being internal if a user is elsewhere, and an inlined only call stays a call.
//!   A table stops being folded into its users.
//! * A copied body that few items lead to is simplified once more if they are apart.
//!
//! Both are found by following, for each item with an owner, what it uses through shared bodies.

use super::lists::Lists;
use super::roles::{Role, Roles};
use crate::bundles::DisjointSets;
use crate::graph::{ItemId, ItemKind};
use crate::strategy::Problem;

/// Shared groups followed from one item, nearest first. What is farther away is used by most units anyway.
const FOLLOWED_GROUPS: usize = 64;

/// When an item is tied to this many others, no more shared groups are followed: what it is tied to first is nearest.
const MOST_TIES: usize = 32;

/// A shared group that more items than this lead to is in most units whatever the clusters are.
const WIDEST_GROUP: usize = 16;

/// What any local item loses by being promoted: it has to be emitted, even if every use of it goes away.
const PROMOTION_WORK: u64 = 300;

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
    /// For each shared group that is work, the items with owners that lead to it, up to one more than [`WIDEST_GROUP`].
    groups: Vec<Vec<ItemId>>,
    /// For each item, how many items with owners use it.
    pub(super) users: Vec<u32>,
}

impl Reached {
    pub(super) fn new(problem: &Problem<'_>, roles: &Roles) -> Self {
        let items = problem.graph.items().len();
        let mut this = Self { owned: Vec::new(), groups: vec![Vec::new(); roles.groups().len()], users: vec![0; items] };
        let mut seen = Seen { items: vec![u32::MAX; items], groups: vec![u32::MAX; roles.groups().len()] };
        let local = local_uses(problem, roles);
        for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
            this.follow(problem, roles, &local, id, &mut seen);
        }
        this
    }

    /// Follows what `from` uses through shared bodies, nearest first.
    fn follow(&mut self, problem: &Problem<'_>, roles: &Roles, local: &Lists<ItemId>, from: ItemId, seen: &mut Seen) {
        let mut groups: Vec<u32> = Vec::new();
        let first = self.owned.len();
        for edge in problem.graph.uses(from) {
            let used = edge.to;
            if roles.of(used) != Role::Copied && used != from && seen.is_new(used, from) {
                self.owned.push((from, used));
            }
            groups.extend(roles.needed(problem.graph, from, edge).filter(|group| seen.is_new_group(*group, from)));
        }
        let mut followed = 0;
        while let Some(&group) = groups.get(followed)
            && followed < FOLLOWED_GROUPS
            && self.owned.len() - first < MOST_TIES
        {
            let used = local.of(group as usize).iter().copied().filter(|used| *used != from && seen.is_new(*used, from));
            self.owned.extend(used.map(|used| (from, used)));
            let used = &roles.groups()[group as usize].uses;
            groups.extend(used.iter().copied().filter(|group| seen.is_new_group(*group, from)));
            followed += 1;
        }
        // What is no work (small constants) loses nothing by being in several units.
        for group in groups.into_iter().filter(|group| roles.groups()[*group as usize].copy_work > 0) {
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
            let item = &problem.graph[*used];
            let lost = match item.kind {
                ItemKind::Variable if item.constant => item.bytes,
                _ => problem.forecast.of(*used).import_work,
            };
            let cost = if item.linkage.is_local() { (PROMOTION_WORK + lost) / users } else { 0 };
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

/// For each shared group, the local items with owners that its bodies use.
fn local_uses(problem: &Problem<'_>, roles: &Roles) -> Lists<ItemId> {
    let mut lists = Lists::default();
    for group in roles.groups() {
        let used = group.members.iter().flat_map(|id| problem.graph.uses(*id)).map(|edge| edge.to);
        lists.push(used.filter(|used| roles.of(*used) != Role::Copied && problem.graph[*used].linkage.is_local()));
    }
    lists
}

/// What has been seen from an item: the number of the last item that came by.
struct Seen {
    items: Vec<u32>,
    groups: Vec<u32>,
}

impl Seen {
    fn is_new(&mut self, used: ItemId, from: ItemId) -> bool {
        std::mem::replace(&mut self.items[used.index()], from.0) != from.0
    }

    fn is_new_group(&mut self, group: u32, from: ItemId) -> bool {
        std::mem::replace(&mut self.groups[group as usize], from.0) != from.0
    }
}

/// Replaces items by their sets, drops ties within a set and adds up those between the same two.
pub(super) fn combine(ties: &mut Vec<Tie>, sets: &mut DisjointSets) {
    for tie in ties.iter_mut() {
        let (a, b) = (sets.find(tie.a), sets.find(tie.b));
        (tie.a, tie.b) = (a.min(b), a.max(b));
    }
    ties.retain(|tie| tie.a != tie.b);
    ties.sort_unstable_by_key(|tie| u64::from(tie.a) << 32 | u64::from(tie.b));
    ties.dedup_by(|tie, kept| {
        let same = (tie.a, tie.b) == (kept.a, kept.b);
        if same {
            kept.cost = kept.cost.saturating_add(tie.cost);
        }
        same
    });
}
