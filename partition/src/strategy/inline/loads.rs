//! The work of each unit while clusters come and go.
//!
//! A unit's work is that of its clusters and of every shared group that they lead to, each once. Groups bring their own
//! groups along; how many present users a group has in a unit is counted, so that a cluster can leave again, and a
//! move costs time only for what it changes. (Counting is enough because groups are components: their uses have no
//! cycles.) An offered item is no extra work in the unit that defines it.

use super::clusters::{Cluster, Clusters};
use super::roles::Roles;

/// Where clusters are, and what that means for the units.
pub(super) struct Loads<'a> {
    roles: &'a Roles,
    clusters: &'a [Cluster],
    /// For each cluster, the groups that its items use, each once.
    needs: Vec<Vec<u32>>,
    /// For each cluster, the offered items that it defines: the group and the import's work.
    offers: Vec<Vec<(u32, u64)>>,
    /// Present users of each group in each unit, group by group.
    users: Vec<u32>,
    /// Work on each group in a unit that defines none of its offered items.
    group_work: Vec<u64>,
    /// For groups with offered items, the work of imports that each unit does not need because it defines the item.
    spared: Vec<Vec<u64>>,
    unit_of: Vec<Option<usize>>,
    work: Vec<u64>,
    /// The number of the last [`Loads::with`], and for each group the last one that came by.
    visit: u32,
    visited: Vec<u32>,
    /// Groups to follow, empty between calls.
    pending: Vec<u32>,
}

impl<'a> Loads<'a> {
    pub(super) fn new(graph: &crate::Graph, roles: &'a Roles, clusters: &'a Clusters, units: usize) -> Self {
        let groups = roles.groups();
        let group_work = |group: &super::roles::SharedGroup| {
            group.copy_work + group.offered.iter().map(|(_, work)| work).sum::<u64>()
        };
        let mut this = Self {
            roles,
            clusters: clusters.all(),
            needs: Vec::new(),
            offers: vec![Vec::new(); clusters.all().len()],
            users: vec![0; units * groups.len()],
            group_work: groups.iter().map(group_work).collect(),
            spared: groups.iter().map(|group| vec![0; if group.offered.is_empty() { 0 } else { units }]).collect(),
            unit_of: vec![None; clusters.all().len()],
            work: vec![0; units],
            visit: 0,
            visited: vec![0; groups.len()],
            pending: Vec::new(),
        };
        for cluster in clusters.all() {
            let used = cluster.items.iter().flat_map(|id| graph.uses(*id));
            let mut needs: Vec<u32> = used.filter_map(|edge| roles.shared(edge.to)).collect();
            needs.sort_unstable();
            needs.dedup();
            this.needs.push(needs);
        }
        for (number, group) in groups.iter().enumerate() {
            for (id, work) in &group.offered {
                if let Some(cluster) = clusters.of(*id) {
                    this.offers[cluster].push((number as u32, *work));
                }
            }
        }
        this
    }

    /// The work of each unit.
    pub(super) fn work(&self) -> &[u64] {
        &self.work
    }

    /// Where a cluster is.
    pub(super) fn unit_of(&self, cluster: usize) -> Option<usize> {
        self.unit_of[cluster]
    }

    /// The work lost by having `cluster` in `unit`, away from clusters in other units.
    pub(super) fn cut(&self, cluster: usize, unit: usize) -> u64 {
        let away = |other: &u32| self.unit_of[*other as usize].is_some_and(|other| other != unit);
        self.clusters[cluster].ties.iter().filter(|(other, _)| away(other)).map(|(_, cost)| cost).sum()
    }

    /// For each unit, roughly the work that `cluster` shares with it: groups that it uses and that are there already,
    /// and ties to clusters there.
    pub(super) fn shared(&self, cluster: usize) -> Vec<u64> {
        let mut shared = vec![0; self.work.len()];
        for &group in &self.needs[cluster] {
            let first = self.slot(group, 0);
            let work = self.group_work[group as usize];
            for (users, shared) in self.users[first..first + self.work.len()].iter().zip(&mut shared) {
                *shared += if *users > 0 { work } else { 0 };
            }
        }
        for (other, cost) in &self.clusters[cluster].ties {
            if let Some(unit) = self.unit_of[*other as usize] {
                shared[unit] += cost;
            }
        }
        shared
    }

    /// The work that a unit would have with a cluster that is nowhere.
    pub(super) fn with(&mut self, cluster: usize, unit: usize) -> u64 {
        self.visit += 1;
        let mut work = self.work[unit] + self.clusters[cluster].work;
        let mut pending = std::mem::take(&mut self.pending);
        let mut next: &[u32] = &self.needs[cluster];
        loop {
            for &group in next {
                let slot = self.slot(group, unit);
                if self.users[slot] == 0 && self.visited[group as usize] != self.visit {
                    self.visited[group as usize] = self.visit;
                    work += self.needed(group, unit);
                    pending.push(group);
                }
            }
            let Some(group) = pending.pop() else { break };
            next = &self.roles.groups()[group as usize].uses;
        }
        self.pending = pending;
        for &(group, spared) in &self.offers[cluster] {
            let is_there = self.users[self.slot(group, unit)] > 0 || self.visited[group as usize] == self.visit;
            work -= if is_there { spared } else { 0 };
        }
        work
    }

    /// Puts a cluster that is nowhere into a unit.
    pub(super) fn add(&mut self, cluster: usize, unit: usize) {
        self.unit_of[cluster] = Some(unit);
        self.work[unit] += self.clusters[cluster].work;
        for &(group, spared) in &self.offers[cluster] {
            self.spared[group as usize][unit] += spared;
            self.work[unit] -= if self.users[self.slot(group, unit)] > 0 { spared } else { 0 };
        }
        let mut next: &[u32] = &self.needs[cluster];
        let mut pending = std::mem::take(&mut self.pending);
        loop {
            for &group in next {
                let slot = self.slot(group, unit);
                self.users[slot] += 1;
                if self.users[slot] == 1 {
                    self.work[unit] += self.needed(group, unit);
                    pending.push(group);
                }
            }
            let Some(group) = pending.pop() else { break };
            next = &self.roles.groups()[group as usize].uses;
        }
        self.pending = pending;
    }

    /// Takes a cluster out of its unit.
    pub(super) fn remove(&mut self, cluster: usize) {
        let Some(unit) = self.unit_of[cluster].take() else { return };
        let mut next: &[u32] = &self.needs[cluster];
        let mut pending = std::mem::take(&mut self.pending);
        loop {
            for &group in next {
                let slot = self.slot(group, unit);
                self.users[slot] -= 1;
                if self.users[slot] == 0 {
                    self.work[unit] -= self.needed(group, unit);
                    pending.push(group);
                }
            }
            let Some(group) = pending.pop() else { break };
            next = &self.roles.groups()[group as usize].uses;
        }
        self.pending = pending;
        for &(group, spared) in &self.offers[cluster] {
            self.spared[group as usize][unit] -= spared;
            self.work[unit] += if self.users[self.slot(group, unit)] > 0 { spared } else { 0 };
        }
        self.work[unit] -= self.clusters[cluster].work;
    }

    /// The work that a group is in a unit.
    fn needed(&self, group: u32, unit: usize) -> u64 {
        let spared = self.spared[group as usize].get(unit).copied().unwrap_or(0);
        self.group_work[group as usize] - spared
    }

    fn slot(&self, group: u32, unit: usize) -> usize {
        group as usize * self.work.len() + unit
    }
}

#[cfg(test)]
mod tests {
    use super::super::clusters::levels;
    use super::super::roles::Roles;
    use super::Loads;
    use crate::bundles::Bundles;
    use crate::forecast::Forecast;
    use crate::strategy::Problem;
    use crate::testing::{Builder, constant, function, visible};

    /// A module in which several visible functions share chains of small ones.
    fn module() -> Builder {
        let mut module = Builder::new();
        let shared: Vec<_> = (0..6).map(|i| module.add(function(&format!("shared{i}"), 8))).collect();
        let text = module.add(constant("text", 100));
        let offered = module.add(visible("offered", 20));
        shared.windows(2).for_each(|pair| module.call(pair[0], pair[1]));
        module.refer(shared[4], text);
        module.call(shared[5], shared[4]);
        module.call(offered, shared[3]);
        for (number, callee) in shared.iter().enumerate() {
            let user = module.add(visible(&format!("user{number}"), 100));
            module.call(user, *callee);
            module.call(user, offered);
        }
        module
    }

    #[test]
    fn trying_a_cluster_gives_the_work_of_adding_it_and_removing_it_restores_all() {
        let graph = module().graph();
        let (forecast, bundles) = (Forecast::new(&graph), Bundles::new(&graph));
        let problem = Problem { graph: &graph, forecast: &forecast, bundles: &bundles, units: 2 };
        let roles = Roles::new(&problem);
        let clusters = levels(&problem, &roles).pop().expect("there are levels");
        let mut loads = Loads::new(&graph, &roles, &clusters, 2);
        let number = clusters.all().len();
        assert!(number > 2, "{number}");
        let mut before = Vec::new();
        for cluster in 0..number {
            before.push(loads.work().to_vec());
            let expected = loads.with(cluster, cluster % 2);
            loads.add(cluster, cluster % 2);
            assert_eq!(loads.work()[cluster % 2], expected);
        }
        for cluster in (0..number).rev() {
            loads.remove(cluster);
            assert_eq!(loads.work(), before[cluster]);
        }
    }
}
