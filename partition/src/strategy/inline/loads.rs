//! The work of each unit while clusters come and go.
//!
//! A unit's work is that of its clusters and of every need ([`Needs`]) of theirs, each once. How many clusters of a unit
//! have a need is counted, so that a cluster can leave again. An offered item is no extra work in the unit that defines
//! it.
//!
//! What a cluster would add to *each* unit is found in one go: it is the work of the cluster and its needs, less what a
//! unit has already, and the units that have a need are the bits of a few words.

use super::clusters::{Cluster, Clusters};
use super::needs::Needs;

/// Where clusters are, and what that means for the units.
pub(super) struct Loads<'a> {
    needs: &'a Needs,
    clusters: &'a [Cluster],
    /// For each need and each unit, need by need, how many clusters of the unit have it.
    users: Vec<u32>,
    /// For each need, the set of units that have it.
    units: UnitSets,
    unit_of: Vec<Option<usize>>,
    work: Vec<u64>,
}

/// What a cluster would mean for each unit.
#[derive(Debug, Default)]
pub(super) struct Prospect {
    /// The work that each unit would have beside what it has.
    pub(super) added: Vec<u64>,
    /// The work lost by being away from clusters in other units than this one.
    pub(super) cut: Vec<u64>,
}

impl<'a> Loads<'a> {
    pub(super) fn new(needs: &'a Needs, clusters: &'a Clusters, units: usize) -> Self {
        let clusters = clusters.all();
        Self {
            needs,
            clusters,
            users: vec![0; units * needs.work.len()],
            units: UnitSets::new(needs, units),
            unit_of: vec![None; clusters.len()],
            work: vec![0; units],
        }
    }

    /// The work of each unit.
    pub(super) fn work(&self) -> &[u64] {
        &self.work
    }

    /// Where a cluster is.
    pub(super) fn unit_of(&self, cluster: usize) -> Option<usize> {
        self.unit_of[cluster]
    }

    /// The work lost because a cluster is away from clusters in other units.
    pub(super) fn cut(&self, cluster: usize) -> u64 {
        let unit = self.unit_of[cluster];
        let away = |other: &u32| self.unit_of[*other as usize].is_some_and(|other| Some(other) != unit);
        self.clusters[cluster].ties.iter().filter(|(other, _)| away(other)).map(|(_, cost)| cost).sum()
    }

    /// Finds what a cluster would mean for each unit. Its own unit is looked at as if it was not there.
    pub(super) fn prospect(&self, cluster: usize, prospect: &mut Prospect) {
        let Prospect { added, cut } = prospect;
        let own_unit = self.unit_of[cluster];
        let own_needs = self.needs.of_cluster.of(cluster);
        let mut whole = self.needs.cluster_work[cluster];
        // First what each unit saves, then what is left of the whole: differences wrap in between.
        added.clear();
        added.resize(self.work.len(), 0u64);
        for &need in own_needs {
            let Entry { work, has_owners, .. } = self.units.entries[need as usize];
            whole = whole.wrapping_add(work);
            let saved_by_all = self.units.add_to_members(need, own_unit, work, added);
            whole = whole.wrapping_sub(saved_by_all);
            if !has_owners {
                continue;
            }
            for owner in self.needs.owners.of(need as usize).iter().filter(|owner| owner.other as usize != cluster) {
                if let Some(unit) = self.unit_of[owner.other as usize]
                    && !self.units.contains(need, own_unit, unit)
                {
                    added[unit] = added[unit].wrapping_add(owner.work);
                }
            }
        }
        for offer in self.needs.offers.of(cluster) {
            let is_own = own_needs.binary_search(&offer.other).is_ok();
            let saved_by_all = match is_own {
                true => offer.work,
                false => self.units.add_to_members(offer.other, None, offer.work, added),
            };
            whole = whole.wrapping_sub(saved_by_all);
        }
        added.iter_mut().for_each(|saved| *saved = whole.wrapping_sub(*saved));
        let ties = &self.clusters[cluster].ties;
        let placed = |(other, cost): &(u32, u64)| self.unit_of[*other as usize].map(|unit| (unit, *cost));
        cut.clear();
        cut.resize(self.work.len(), 0u64);
        let mut all = 0;
        for (unit, cost) in ties.iter().filter_map(placed) {
            cut[unit] += cost;
            all += cost;
        }
        cut.iter_mut().for_each(|near| *near = all - *near);
    }

    /// Puts a cluster that is nowhere into a unit.
    pub(super) fn add(&mut self, cluster: usize, unit: usize) {
        let mut work = self.work[unit] + self.needs.cluster_work[cluster];
        for offer in self.needs.offers.of(cluster) {
            work -= if self.users[self.slot(offer.other, unit)] > 0 { offer.work } else { 0 };
        }
        self.unit_of[cluster] = Some(unit);
        for &need in self.needs.of_cluster.of(cluster) {
            let slot = self.slot(need, unit);
            self.users[slot] += 1;
            self.units.set(need, unit, self.users[slot]);
            if self.users[slot] == 1 {
                work += self.needed(need, unit);
            }
        }
        self.work[unit] = work;
    }

    /// Takes a cluster out of its unit.
    pub(super) fn remove(&mut self, cluster: usize) {
        let Some(unit) = self.unit_of[cluster] else { return };
        let mut work = self.work[unit] - self.needs.cluster_work[cluster];
        for &need in self.needs.of_cluster.of(cluster) {
            let slot = self.slot(need, unit);
            self.users[slot] -= 1;
            self.units.set(need, unit, self.users[slot]);
            if self.users[slot] == 0 {
                work -= self.needed(need, unit);
            }
        }
        self.unit_of[cluster] = None;
        for offer in self.needs.offers.of(cluster) {
            work += if self.users[self.slot(offer.other, unit)] > 0 { offer.work } else { 0 };
        }
        self.work[unit] = work;
    }

    /// The work that a need is in a unit.
    fn needed(&self, need: u32, unit: usize) -> u64 {
        let owners = self.needs.owners.of(need as usize).iter();
        let spared = owners.filter(|owner| self.unit_of[owner.other as usize] == Some(unit)).map(|owner| owner.work);
        self.needs.work[need as usize] - spared.sum::<u64>()
    }

    fn slot(&self, need: u32, unit: usize) -> usize {
        need as usize * self.work.len() + unit
    }
}

/// For each need, the units that have it, as bits: so that a cluster can be looked at as if it was not in its unit, units
/// with one user are told from those with several.
struct UnitSets {
    entries: Vec<Entry>,
    /// For each need, the pairs of words for units beyond the first 64.
    more: Vec<[u64; 2]>,
    words_per_set: usize,
    units: usize,
}

/// All that is looked at for each need of each cluster, in one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Entry {
    /// The first 64 units with the need, and those of them where several clusters have it.
    words: [u64; 2],
    /// The need's work.
    work: u64,
    /// How many units have the need.
    members: u32,
    /// Whether the need has offered items.
    has_owners: bool,
}

const WORD: usize = u64::BITS as usize;

impl UnitSets {
    fn new(needs: &Needs, units: usize) -> Self {
        let words_per_set = units.div_ceil(WORD).max(1);
        let entry = |(need, work): (usize, &u64)| {
            let has_owners = !needs.owners.of(need).is_empty();
            Entry { words: [0; 2], work: *work, members: 0, has_owners }
        };
        let entries: Vec<Entry> = needs.work.iter().enumerate().map(entry).collect();
        Self { more: vec![[0; 2]; entries.len() * (words_per_set - 1)], entries, words_per_set, units }
    }

    /// Where the pair of words for `number * 64` and the following units is in `more`.
    fn more(&self, need: u32, number: usize) -> usize {
        need as usize * (self.words_per_set - 1) + number - 1
    }

    /// Notes how many clusters of a unit have a need.
    fn set(&mut self, need: u32, unit: usize, users: u32) {
        let bit = 1 << (unit % WORD);
        let position = (unit >= WORD).then(|| self.more(need, unit / WORD));
        let Entry { words, members, .. } = &mut self.entries[need as usize];
        let words = position.map_or(words, |position| &mut self.more[position]);
        let before = words[0];
        for (word, is_in) in words.iter_mut().zip([users > 0, users > 1]) {
            *word = if is_in { *word | bit } else { *word & !bit };
        }
        *members = *members + words[0].count_ones() - before.count_ones();
    }

    /// One word of the set of units that have a need, where a user of it in `own` does not count.
    fn word(&self, need: u32, own: Option<usize>, number: usize) -> u64 {
        let [some, several] = match number {
            0 => self.entries[need as usize].words,
            _ => self.more[self.more(need, number)],
        };
        match own {
            Some(own) if own / WORD == number => {
                let bit = 1 << (own % WORD);
                some & !bit | several & bit
            }
            _ => some,
        }
    }

    fn contains(&self, need: u32, own: Option<usize>, unit: usize) -> bool {
        self.word(need, own, unit / WORD) >> (unit % WORD) & 1 == 1
    }

    /// Adds `work` to the sums of the units that have a need. If these are most units, the work is taken from the others
    /// instead and returned: it has to be added to all.
    fn add_to_members(&self, need: u32, own: Option<usize>, work: u64, sums: &mut [u64]) -> u64 {
        let is_dense = 2 * self.entries[need as usize].members as usize > self.units;
        for (number, sums) in sums.chunks_mut(WORD).enumerate() {
            let word = self.word(need, own, number);
            let all = u64::MAX >> (WORD - sums.len());
            let mut rest = if is_dense { !word & all } else { word };
            while rest != 0 {
                let sum = &mut sums[rest.trailing_zeros() as usize];
                *sum = if is_dense { sum.wrapping_sub(work) } else { sum.wrapping_add(work) };
                rest &= rest - 1;
            }
        }
        if is_dense { work } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::needs::Needs;
    use super::super::testing::Prepared;
    use super::{Loads, Prospect, UnitSets};
    use crate::assignment::{Assignment, Place};
    use crate::placement::{place, unit_work};
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
    fn a_prospect_gives_the_work_of_adding_a_cluster_and_removing_it_restores_all() {
        let prepared = Prepared::new(&module(), 2);
        let (needs, clusters) = (prepared.needs(), prepared.finest());
        let mut loads = Loads::new(&needs, clusters, 2);
        let number = clusters.all().len();
        assert!(number > 2 && !needs.work.is_empty(), "{number}");
        let (mut before, mut prospect) = (Vec::new(), Prospect::default());
        for cluster in 0..number {
            before.push(loads.work().to_vec());
            loads.prospect(cluster, &mut prospect);
            for unit in [1, 0] {
                loads.add(cluster, unit);
                assert_eq!(loads.work()[unit], before[cluster][unit] + prospect.added[unit]);
                assert_eq!(loads.cut(cluster), prospect.cut[unit]);
                let mut again = Prospect::default();
                loads.prospect(cluster, &mut again);
                assert_eq!((&again.added, &again.cut), (&prospect.added, &prospect.cut), "it does not see itself");
                loads.remove(cluster);
            }
            loads.add(cluster, cluster % 2);
        }
        for cluster in (0..number).rev() {
            loads.remove(cluster);
            assert_eq!(loads.work(), before[cluster]);
        }
    }

    #[test]
    fn the_work_of_units_is_that_of_the_finished_partitioning() {
        let prepared = Prepared::new(&module(), 3);
        let (needs, clusters) = (prepared.needs(), prepared.finest());
        let Prepared { graph, forecast, bundles, roles, .. } = &prepared;
        let mut loads = Loads::new(&needs, clusters, 3);
        let mut assignment = Assignment::new(graph, 3);
        for id in graph.ids() {
            assignment.places[id.index()] = clusters.of(id).map_or(Place::WhereUsed, |cluster| Place::Unit(cluster % 3));
            assignment.offers[id.index()] = roles.of(id).offer();
        }
        (0..clusters.all().len()).for_each(|cluster| loads.add(cluster, cluster % 3));
        let partitioning = place(graph, forecast, bundles, &assignment);
        let mut work = loads.work().to_vec();
        work.sort_unstable_by_key(|work| std::cmp::Reverse(*work));
        assert!(partitioning.units.iter().any(|unit| !unit.imports.is_empty() && !unit.copies.is_empty()));
        assert_eq!(work, partitioning.units.iter().map(|unit| unit_work(forecast, unit)).collect::<Vec<_>>());
    }

    /// Two needs without offered items.
    fn two_needs() -> Needs {
        let mut needs = Needs { work: vec![1; 2], ..Needs::default() };
        (0..2).for_each(|_| needs.owners.push([]));
        needs
    }

    #[test]
    fn sets_have_room_for_any_number_of_units() {
        let mut sets = UnitSets::new(&two_needs(), 130);
        [(129, 1), (0, 2), (63, 1), (64, 3)].into_iter().for_each(|(unit, users)| sets.set(1, unit, users));
        let members = |own| (0..130).filter(|unit| sets.contains(1, own, *unit)).collect::<Vec<_>>();
        assert_eq!(members(None), [0, 63, 64, 129]);
        assert_eq!((members(Some(64)), members(Some(129))), (vec![0, 63, 64, 129], vec![0, 63, 64]));
        let mut sums = vec![0; 130];
        assert_eq!(sets.add_to_members(1, Some(63), 5, &mut sums), 0);
        assert_eq!((sums[0], sums[63], sums[64], sums.iter().sum::<u64>()), (5, 0, 5, 15));
    }

    #[test]
    fn sets_with_most_units_are_added_up_by_the_others() {
        let mut sets = UnitSets::new(&two_needs(), 70);
        (0..69).for_each(|unit| sets.set(0, unit, 1));
        let mut sums = vec![0; 70];
        let to_all = sets.add_to_members(0, None, 5, &mut sums);
        let totals: Vec<u64> = sums.iter().map(|sum| sum.wrapping_add(to_all)).collect();
        assert_eq!((to_all, totals[..69].iter().all(|sum| *sum == 5), totals[69]), (5, true, 0));
    }
}
