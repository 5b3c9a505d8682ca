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
    /// Present users of each group in each unit, unit by unit.
    users: Vec<u32>,
    /// Work on each group in a unit that defines none of its offered items.
    group_work: Vec<u64>,
    /// Work of imports that a unit does not need because it defines the item, unit by unit.
    spared: Vec<u64>,
    unit_of: Vec<Option<usize>>,
    work: Vec<u64>,
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
            spared: vec![0; units * groups.len()],
            unit_of: vec![None; clusters.all().len()],
            work: vec![0; units],
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

    pub(super) fn units(&self) -> usize {
        self.work.len()
    }

    pub(super) fn clusters(&self) -> usize {
        self.clusters.len()
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

    /// Puts a cluster that is nowhere into a unit.
    pub(super) fn add(&mut self, cluster: usize, unit: usize) {
        self.unit_of[cluster] = Some(unit);
        self.work[unit] += self.clusters[cluster].work;
        for index in 0..self.offers[cluster].len() {
            let (group, work) = self.offers[cluster][index];
            let slot = self.slot(group, unit);
            self.spared[slot] += work;
            if self.users[slot] > 0 {
                self.work[unit] -= work;
            }
        }
        let mut pending = self.needs[cluster].clone();
        while let Some(group) = pending.pop() {
            let slot = self.slot(group, unit);
            self.users[slot] += 1;
            if self.users[slot] == 1 {
                self.work[unit] += self.group_work[group as usize] - self.spared[slot];
                pending.extend(&self.roles.groups()[group as usize].uses);
            }
        }
    }

    /// Takes a cluster out of its unit.
    pub(super) fn remove(&mut self, cluster: usize) {
        let Some(unit) = self.unit_of[cluster].take() else { return };
        let mut pending = self.needs[cluster].clone();
        while let Some(group) = pending.pop() {
            let slot = self.slot(group, unit);
            self.users[slot] -= 1;
            if self.users[slot] == 0 {
                self.work[unit] -= self.group_work[group as usize] - self.spared[slot];
                pending.extend(&self.roles.groups()[group as usize].uses);
            }
        }
        for index in 0..self.offers[cluster].len() {
            let (group, work) = self.offers[cluster][index];
            let slot = self.slot(group, unit);
            self.spared[slot] -= work;
            if self.users[slot] > 0 {
                self.work[unit] += work;
            }
        }
        self.work[unit] -= self.clusters[cluster].work;
    }

    fn slot(&self, group: u32, unit: usize) -> usize {
        unit * self.group_work.len() + group as usize
    }
}
