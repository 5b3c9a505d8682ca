//! Clusters of items that had better be in one unit.
//!
//! Agglomerative: clusters that lose most by being apart, relative to their size, are merged first, in rounds; a round
//! merges each cluster at most once, so that clusters grow evenly. What two clusters lose is measured in work:
//!
//! * a local item with an owner stops being internal if a user is elsewhere, and an inlined only call stays a call;
//! * a copied body that few clusters need is simplified once more if they are apart.
//!
//! Both are found by following, for each item with an owner, what it uses through shared bodies.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::roles::{Role, Roles};
use crate::bundles::DisjointSets;
use crate::forecast::Inlining;
use crate::graph::{Edge, ItemId};
use crate::strategy::Problem;

/// The levels, finest first: a cluster is at most this part of a unit's even share. The coarsest moves what belongs
/// together, the finest balances.
const PARTS_PER_UNIT: [u64; 3] = [256, 64, 16];

/// The same for a local function with its only user: apart, they lose an inlined call.
const CHAINS_PER_UNIT: u64 = 3;

/// When merging by cost is through, what follows each other in the module is put together up to this part of a
/// cluster: neighbours use the same things, and packing takes time in proportion to the clusters.
const NEIGHBOURS: u64 = 4;

/// Shared groups followed from one item, nearest first. What is farther away is used by most units anyway.
const FOLLOWED_GROUPS: usize = 64;

/// A shared group that more items than this lead to is in most units whatever the clusters are.
const WIDEST_GROUP: usize = 16;

/// Rounds of merging. Each about halves the number of clusters that still have partners.
const ROUNDS: usize = 24;

/// The clusters of a module's items with owners.
pub(super) struct Clusters {
    of: Vec<Option<u32>>,
    clusters: Vec<Cluster>,
}

/// Items that stay together.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    /// The items, in order.
    pub(super) items: Vec<ItemId>,
    /// Work on them, without the shared bodies that they need.
    pub(super) work: u64,
    /// Other clusters, ordered, with the work lost by being in another unit than they.
    pub(super) ties: Vec<(u32, u64)>,
}

impl Clusters {
    /// The cluster of an item; `None` for copied items.
    pub(super) fn of(&self, id: ItemId) -> Option<usize> {
        self.of[id.index()].map(|cluster| cluster as usize)
    }

    pub(super) fn all(&self) -> &[Cluster] {
        &self.clusters
    }
}

/// Two items with owners, and the work lost if they are in different units.
#[derive(Clone, Copy, Debug)]
struct Tie {
    a: u32,
    b: u32,
    cost: u64,
}

/// Builds the levels of clusters, coarsest first. Each cluster of a level is part of one cluster of the level before.
pub(super) fn levels(problem: &Problem<'_>, roles: &Roles) -> Vec<Clusters> {
    let mut merging = Merging::new(problem, roles);
    let reached = Reached::new(problem, roles);
    merging.chains(problem, &reached);
    let mut local = reached.local_ties(problem);
    let mut ties = local.clone();
    ties.extend(reached.shared_ties(roles));
    let mut levels = Vec::new();
    for parts in PARTS_PER_UNIT {
        let limit = merging.share / parts;
        for _ in 0..ROUNDS {
            if !merging.round(&mut ties, limit) {
                break;
            }
        }
        merging.neighbours(problem, roles, limit / NEIGHBOURS);
        levels.push(merging.clusters(problem, roles, &mut local));
    }
    levels.reverse();
    levels
}

/// For each item with an owner, the items with owners that it uses, directly or through shared bodies.
struct Reached {
    /// `(user, edge)`, ordered, each pair once.
    owned: Vec<(ItemId, Edge)>,
    /// For each shared group, the items with owners that lead to it, up to one more than [`WIDEST_GROUP`].
    groups: Vec<Vec<ItemId>>,
    /// For each item, how many items with owners use it.
    users: Vec<u32>,
}

impl Reached {
    fn new(problem: &Problem<'_>, roles: &Roles) -> Self {
        let items = problem.graph.items().len();
        let mut this = Self { owned: Vec::new(), groups: vec![Vec::new(); roles.groups().len()], users: vec![0; items] };
        let mut seen = vec![u32::MAX; roles.groups().len()];
        for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
            this.follow(problem, roles, id, &mut seen);
        }
        this
    }

    fn follow(&mut self, problem: &Problem<'_>, roles: &Roles, from: ItemId, seen: &mut [u32]) {
        let mut owned: BTreeMap<ItemId, Edge> = BTreeMap::new();
        let mut groups: Vec<u32> = Vec::new();
        let mut next = 0;
        let mut bodies = vec![from];
        loop {
            for edge in bodies.iter().flat_map(|id| problem.graph.uses(*id)) {
                if roles.of(edge.to) != Role::Copied && edge.to != from {
                    let total = owned.entry(edge.to).or_insert(Edge { calls: 0, references: 0, ..*edge });
                    total.calls = total.calls.saturating_add(edge.calls);
                    total.references = total.references.saturating_add(edge.references);
                }
                if let Some(group) = roles.shared(edge.to).filter(|group| seen[*group as usize] != from.0) {
                    seen[group as usize] = from.0;
                    groups.push(group);
                }
            }
            let Some(group) = groups.get(next).filter(|_| next < FOLLOWED_GROUPS) else { break };
            bodies.clone_from(&roles.groups()[*group as usize].members);
            next += 1;
        }
        for group in groups {
            let users = &mut self.groups[group as usize];
            if users.len() <= WIDEST_GROUP {
                users.push(from);
            }
        }
        owned.keys().for_each(|used| self.users[used.index()] += 1);
        self.owned.extend(owned.into_values().map(|edge| (from, edge)));
    }

    /// What is lost by cutting between an item and a local one that it uses.
    fn local_ties(&self, problem: &Problem<'_>) -> Vec<Tie> {
        let tie = |(from, edge): &(ItemId, Edge)| {
            let users = u64::from(self.users[edge.to.index()]).max(1);
            let local = problem.graph[edge.to].linkage.is_local();
            let cost = if local { problem.forecast.of(edge.to).import_work / users } else { 0 };
            Tie { a: from.0, b: edge.to.0, cost: cost.max(1) }
        };
        self.owned.iter().map(tie).collect()
    }

    /// What is lost by having a shared body twice.
    fn shared_ties(&self, roles: &Roles) -> Vec<Tie> {
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

/// Clusters while they grow.
struct Merging {
    sets: DisjointSets,
    /// For each set's representative, its work.
    work: Vec<u64>,
    /// The most work that one unit should have.
    share: u64,
}

impl Merging {
    fn new(problem: &Problem<'_>, roles: &Roles) -> Self {
        let items = problem.graph.items().len();
        let mut this = Self {
            sets: DisjointSets::new(items),
            work: vec![0; items],
            share: problem.forecast.total_work() / problem.units as u64,
        };
        for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
            let leader = this.sets.find(problem.bundles.leader(id).0);
            this.sets.join(id.0, leader);
            this.work[leader as usize] += problem.forecast.of(id).work;
        }
        this
    }

    /// Merges two sets if the result has at most `limit` work.
    fn merge(&mut self, a: u32, b: u32, limit: u64) -> bool {
        let (a, b) = (self.sets.find(a), self.sets.find(b));
        let total = self.work[a as usize] + self.work[b as usize];
        if a == b || total > limit {
            return false;
        }
        self.sets.join(a, b);
        self.work[self.sets.find(a) as usize] = total;
        true
    }

    /// Merges local functions with their only user, largest first.
    fn chains(&mut self, problem: &Problem<'_>, reached: &Reached) {
        let only = |edge: &Edge| reached.users[edge.to.index()] == 1 && problem.graph[edge.to].linkage.is_local();
        let mut chains: Vec<&(ItemId, Edge)> = reached.owned.iter().filter(|(_, edge)| only(edge)).collect();
        chains.sort_by_key(|(_, edge)| {
            let forecast = problem.forecast.of(edge.to);
            (forecast.inlining != Inlining::OnlyCall, Reverse(forecast.work), edge.to)
        });
        for (from, edge) in chains {
            self.merge(from.0, edge.to.0, self.share / CHAINS_PER_UNIT);
        }
    }

    /// Merges the clusters that lose most by being apart, each at most once. Whether there were any.
    fn round(&mut self, ties: &mut Vec<Tie>, limit: u64) -> bool {
        combine(ties, &mut self.sets);
        let fits = |tie: &&Tie| self.work[tie.a as usize] + self.work[tie.b as usize] <= limit;
        let rating = |tie: &Tie| {
            let product = (1 + self.work[tie.a as usize]) as f64 * (1 + self.work[tie.b as usize]) as f64;
            tie.cost as f64 / product
        };
        let mut best: Vec<(f64, u32, u32)> = ties.iter().filter(fits).map(|tie| (rating(tie), tie.a, tie.b)).collect();
        best.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
        let mut merged = vec![false; self.work.len()];
        let mut any = false;
        for (_, a, b) in best {
            if !merged[a as usize] && !merged[b as usize] && self.merge(a, b, limit) {
                (merged[a as usize], merged[b as usize]) = (true, true);
                any = true;
            }
        }
        any
    }

    /// Puts small clusters that follow each other in the module together.
    fn neighbours(&mut self, problem: &Problem<'_>, roles: &Roles, limit: u64) {
        let mut last: Option<u32> = None;
        for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
            let set = self.sets.find(id.0);
            if self.work[set as usize] > limit {
                continue;
            }
            if !last.is_some_and(|last| self.merge(last, set, limit)) {
                last = Some(set);
            }
        }
    }

    /// Numbers the clusters by their first items.
    fn clusters(&mut self, problem: &Problem<'_>, roles: &Roles, ties: &mut Vec<Tie>) -> Clusters {
        let mut number: Vec<Option<u32>> = vec![None; self.work.len()];
        let mut of = vec![None; self.work.len()];
        let mut clusters: Vec<Cluster> = Vec::new();
        for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
            let set = self.sets.find(id.0) as usize;
            let cluster = *number[set].get_or_insert_with(|| {
                clusters.push(Cluster { work: self.work[set], ..Cluster::default() });
                clusters.len() as u32 - 1
            });
            of[id.index()] = Some(cluster);
            clusters[cluster as usize].items.push(id);
        }
        combine(ties, &mut self.sets);
        for tie in ties {
            let (Some(a), Some(b)) = (number[tie.a as usize], number[tie.b as usize]) else { continue };
            clusters[a as usize].ties.push((b, tie.cost));
            clusters[b as usize].ties.push((a, tie.cost));
        }
        clusters.iter_mut().for_each(|cluster| cluster.ties.sort_unstable());
        Clusters { of, clusters }
    }
}

/// Replaces items by their sets, drops ties within a set and adds up those between the same two.
fn combine(ties: &mut Vec<Tie>, sets: &mut DisjointSets) {
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
