//! Clusters of items that had better be in one unit.
//!
//! Agglomerative: clusters that lose most by being apart (their [`ties`](super::ties)), relative to their size, are
//! merged first, in rounds; a round merges each cluster at most once, so that clusters grow evenly. Merging stops at
//! several sizes on the way, which gives the levels: packing begins with large clusters and ends with small ones.

use super::chains::{self, CHAINS_PER_UNIT};
use super::needs::Reach;
use super::roles::{Role, Roles};
use super::ties::{Reached, Tie, combine};
use crate::bundles::DisjointSets;
use crate::graph::ItemId;
use crate::strategy::Problem;

/// The levels, finest first: a cluster is at most this part of a unit's even share. The coarsest moves what belongs
/// together, the finest balances.
const PARTS_PER_UNIT: [u64; 3] = [512, 128, 32];

/// The most clusters of a level: with many units, clusters are a larger part of each.
const MOST_PARTS: u64 = 8192;

/// A cluster with this part of another one's work joins it even if that is as large as clusters of the level may be.
/// Alone it would be packed with whatever is beside it in the module.
const ABSORBED: u64 = 64;

/// When merging by cost is through, what follows each other in the module is put together up to this part of a
/// cluster: neighbours use the same things, and packing takes time in proportion to the clusters.
const NEIGHBOURS: u64 = 4;

/// Rounds of merging. Each about halves the number of clusters that still have partners.
const ROUNDS: usize = 24;

/// A round that merges less than one of so many ties is the last one of its level.
const LEAST_MERGED: usize = 200;

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

/// Builds the levels of clusters, coarsest first. Each cluster of a level is part of one cluster of the level before.
pub(super) fn levels(problem: &Problem<'_>, roles: &Roles, reach: &Reach) -> Vec<Clusters> {
    let mut merging = Merging::new(problem, roles);
    let reached = Reached::new(problem, roles);
    chains::merge(&mut merging, problem, roles, &reached, reach);
    let mut local = reached.local_ties(problem);
    let mut ties = local.clone();
    ties.extend(reached.shared_ties(roles));
    let mut levels = Vec::new();
    let most = (MOST_PARTS / merging.units).max(1);
    let mut parts = PARTS_PER_UNIT.map(|parts| parts.min(most)).to_vec();
    parts.dedup();
    for parts in parts {
        let limit = merging.share / parts;
        for _ in 0..ROUNDS {
            let merged = merging.round(&mut ties, limit);
            if merged * LEAST_MERGED <= ties.len() {
                break;
            }
        }
        merging.neighbours(problem, roles, limit / NEIGHBOURS);
        levels.push(merging.clusters(problem, roles, &mut local));
    }
    levels.reverse();
    levels
}

/// Clusters while they grow.
#[derive(Clone)]
pub(super) struct Merging {
    pub(super) sets: DisjointSets,
    /// For each set's representative, its work.
    pub(super) work: Vec<u64>,
    /// The most work that one unit should have.
    pub(super) share: u64,
    units: u64,
}

impl Merging {
    fn new(problem: &Problem<'_>, roles: &Roles) -> Self {
        let items = problem.graph.items().len();
        let mut this = Self {
            sets: DisjointSets::new(items),
            work: vec![0; items],
            share: problem.forecast.total_work() / problem.units as u64,
            units: problem.units as u64,
        };
        for id in problem.graph.ids().filter(|id| roles.of(*id) != Role::Copied) {
            let leader = this.sets.find(problem.bundles.leader(id).0);
            this.sets.join(id.0, leader);
            this.work[leader as usize] += problem.forecast.of(id).work;
        }
        this
    }

    /// Merges two sets if the result has at most `limit` work.
    pub(super) fn merge(&mut self, a: u32, b: u32, limit: u64) -> bool {
        let (a, b) = (self.sets.find(a), self.sets.find(b));
        let total = self.work[a as usize] + self.work[b as usize];
        if a == b || total > limit {
            return false;
        }
        self.sets.join(a, b);
        self.work[self.sets.find(a) as usize] = total;
        true
    }

    /// Merges the clusters that lose most by being apart, each at most once, and says how many there were.
    fn round(&mut self, ties: &mut Vec<Tie>, limit: u64) -> usize {
        combine(ties, &mut self.sets);
        let fits = |tie: &Tie| {
            let (a, b) = (self.work[tie.a as usize], self.work[tie.b as usize]);
            let is_absorbed = a.min(b) * ABSORBED <= a.max(b) && a + b <= self.share / CHAINS_PER_UNIT;
            a + b <= limit || is_absorbed
        };
        let rating = |tie: &Tie| {
            let product = (1 + self.work[tie.a as usize]) as f64 * (1 + self.work[tie.b as usize]) as f64;
            tie.cost as f64 / product
        };
        // Ratings are positive, so their bits are in the order of their values; ties are ordered by their clusters.
        let candidates = (0u32..).zip(ties.iter()).filter(|(_, tie)| fits(tie));
        let mut best: Vec<(u64, u32)> = candidates.map(|(index, tie)| (!rating(tie).to_bits(), index)).collect();
        best.sort_unstable();
        let mut merged = vec![false; self.work.len()];
        let mut count = 0;
        for (_, index) in best {
            let Tie { a, b, .. } = ties[index as usize];
            if !merged[a as usize] && !merged[b as usize] && self.merge(a, b, self.share) {
                (merged[a as usize], merged[b as usize]) = (true, true);
                count += 1;
            }
        }
        count
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

#[cfg(test)]
mod tests {
    use super::super::testing::Prepared;
    use crate::testing::{Builder, constant, function, visible};

    #[test]
    fn a_vtable_is_with_the_function_that_reads_it_rather_than_with_its_methods() {
        let mut module = Builder::new();
        (0..640).for_each(|number| _ = module.add(visible(&format!("f{number}"), 1000)));
        let (reader, vtable) = (module.add(visible("reader", 1500)), module.add(constant("vtable", 2000)));
        let getter = module.add(function("getter", 200));
        module.call(reader, getter);
        for user in [reader, getter] {
            module.refer(user, vtable);
        }
        for number in 0..60 {
            let method = module.add(function(&format!("method{number}"), 200));
            module.refer(vtable, method);
        }
        for level in Prepared::new(&module, 4).levels {
            assert_eq!(level.of(vtable), level.of(reader));
        }
    }
}
