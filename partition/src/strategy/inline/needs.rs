//! The shared bodies that clusters bring into their units.
//!
//! A cluster's items lead to shared groups, and those to further ones. Packing asks often what a cluster would bring
//! into a unit, so this is worked out once for each level of clusters:
//!
//! 1. **Close**: a unit that has a group has all that the group leads to. So for each cluster all groups are listed that
//!    it leads to, near and far: a unit has a group if and only if it has a cluster that lists it, and nothing has to be
//!    followed any more.
//! 2. **Merge**: groups that the same clusters list, and whose offered members the same clusters define, are always in
//!    the same units. They become one *need*. What only one cluster lists is work of that cluster,
//!    and what is no work (small constants) is left out.
//!
//! Merging halves the lists: what is shared in a crate is mostly shared with all that it leads to.

use super::clusters::Clusters;
use super::lists::Lists;
use super::roles::{Role, Roles, SharedGroup};
use crate::graph::{Graph, ItemId};

/// The most groups that all clusters list together. With more, each cluster lists its nearest ones: everything leads to
/// everything then, and most units have what is left out anyway.
const MOST_LISTED: usize = 4_000_000;

/// A cluster lists so many groups in any case.
const FEWEST_LISTED: usize = 64;

/// An offered item, as its owner and its need see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    /// The other side: the need for the owner, the owner for the need.
    pub(super) other: u32,
    /// The import's work, which the owner's unit does not have.
    pub(super) work: u64,
}

/// What the clusters of one level bring along.
#[derive(Default)]
pub(super) struct Needs {
    /// For each cluster, its work and that of all groups that only it lists.
    pub(super) cluster_work: Vec<u64>,
    /// For each cluster, its needs, ordered.
    pub(super) of_cluster: Lists<u32>,
    /// For each cluster, the needs whose offered items it defines, ordered.
    pub(super) offers: Lists<Offer>,
    /// For each need, its work in a unit that defines none of its offered items.
    pub(super) work: Vec<u64>,
    /// For each need, its offered items by the clusters that define them, each once.
    pub(super) owners: Lists<Offer>,
}

impl Needs {
    pub(super) fn new(reach: &Reach, roles: &Roles, clusters: &Clusters) -> Self {
        let listed = reach.close(clusters.all().iter().map(|cluster| cluster.items.as_slice()), roles.groups().len());
        let mut this = Self {
            cluster_work: clusters.all().iter().map(|cluster| cluster.work).collect(),
            ..Self::default()
        };
        let need = this.merge(roles.groups(), clusters, &listed);
        this.list(&need, &listed);
        this
    }

    /// Makes needs of the groups; for each group, its need, if it is or belongs to one.
    fn merge(&mut self, groups: &[SharedGroup], clusters: &Clusters, listed: &Lists<u32>) -> Vec<Option<u32>> {
        let mut signatures = signatures(groups, clusters, listed);
        signatures.sort_unstable_by_key(|signature| (signature.key, signature.group));
        let mut need = vec![None; groups.len()];
        for twins in signatures.chunk_by(|a, b| a.key == b.key) {
            let copy_work: u64 = twins.iter().map(|twin| groups[twin.group as usize].copy_work).sum();
            let offered = twins.iter().flat_map(|twin| &groups[twin.group as usize].offered);
            let first = twins[0];
            let mut owners: Vec<Offer> = offered
                .filter_map(|(id, work)| Some(Offer { other: clusters.of(*id)? as u32, work: *work }))
                .filter(|owner| !(first.users == 1 && owner.other == first.last_user))
                .collect();
            if first.users == 1 && owners.is_empty() {
                self.cluster_work[first.last_user as usize] += copy_work;
                continue;
            }
            if copy_work == 0 && owners.is_empty() {
                continue;
            }
            owners.sort_unstable_by_key(|owner| owner.other);
            owners.dedup_by(|next, kept| {
                let is_same = next.other == kept.other;
                kept.work += if is_same { next.work } else { 0 };
                is_same
            });
            twins.iter().for_each(|twin| need[twin.group as usize] = Some(self.work.len() as u32));
            self.work.push(copy_work + owners.iter().map(|owner| owner.work).sum::<u64>());
            self.owners.push(owners);
        }
        need
    }

    /// Lists needs and offers by clusters.
    fn list(&mut self, need: &[Option<u32>], listed: &Lists<u32>) {
        let mut last = vec![u32::MAX; self.work.len()];
        let mut needs = Vec::new();
        for cluster in 0..self.cluster_work.len() {
            needs.clear();
            needs.extend(listed.of(cluster).iter().filter_map(|group| need[*group as usize]));
            needs.retain(|need| std::mem::replace(&mut last[*need as usize], cluster as u32) != cluster as u32);
            needs.sort_unstable();
            self.of_cluster.push(needs.iter().copied());
        }
        let mut offers: Vec<(u32, Offer)> = Vec::new();
        for need in 0..self.work.len() {
            let owners = self.owners.of(need).iter();
            offers.extend(owners.map(|owner| (owner.other, Offer { other: need as u32, work: owner.work })));
        }
        offers.sort_unstable_by_key(|(cluster, offer)| (*cluster, offer.other));
        let mut rest = offers.as_slice();
        for cluster in 0..self.cluster_work.len() as u32 {
            let count = rest.iter().take_while(|(owner, _)| *owner == cluster).count();
            self.offers.push(rest[..count].iter().map(|(_, offer)| *offer));
            rest = &rest[count..];
        }
    }
}

/// Which groups lead to which, without those that lead to no work: the same for all levels.
pub(super) struct Reach {
    /// The groups that each item uses.
    of_items: Lists<u32>,
    /// The groups that each group uses.
    of_groups: Lists<u32>,
}

impl Reach {
    pub(super) fn new(graph: &Graph, roles: &Roles) -> Self {
        // Groups are in post-order: what a group uses comes before it.
        let mut is_work: Vec<bool> = Vec::with_capacity(roles.groups().len());
        let mut this = Self { of_items: Lists::default(), of_groups: Lists::default() };
        for (number, group) in roles.groups().iter().enumerate() {
            this.of_groups.push(group.uses.iter().copied().filter(|used| is_work[*used as usize]));
            let is_leaf = this.of_groups.of(number).is_empty();
            is_work.push(group.copy_work > 0 || !group.offered.is_empty() || !is_leaf);
        }
        for id in graph.ids() {
            let used = graph.uses(id).iter().filter(|_| roles.of(id) != Role::Copied);
            let groups = used.filter_map(|edge| roles.needed(graph, id, edge));
            this.of_items.push(groups.filter(|group| is_work[*group as usize]));
        }
        this
    }

    /// The groups that each cluster leads to, nearest first, given the clusters' items and the number of groups.
    pub(super) fn close<'a>(&self, clusters: impl ExactSizeIterator<Item = &'a [ItemId]>, groups: usize) -> Lists<u32> {
        let most = (MOST_LISTED / clusters.len().max(1)).max(FEWEST_LISTED);
        let mut last = vec![u32::MAX; groups];
        let mut listed = Lists::default();
        let mut groups: Vec<u32> = Vec::new();
        for (number, items) in (0..).zip(clusters) {
            let mut is_new = |group: &u32| std::mem::replace(&mut last[*group as usize], number) != number;
            let used = items.iter().flat_map(|id| self.of_items.of(id.index()));
            groups.clear();
            groups.extend(used.copied().filter(&mut is_new));
            let mut next = 0;
            while next < groups.len() && groups.len() < most {
                groups.extend(self.of_groups.of(groups[next] as usize).iter().copied().filter(&mut is_new));
                next += 1;
            }
            listed.push(groups.iter().copied());
        }
        listed
    }
}

/// Who has a group: the same for groups that are always in the same units.
#[derive(Clone, Copy, Debug)]
struct Signature {
    group: u32,
    /// How many clusters list it, and one of them.
    users: u32,
    last_user: u32,
    /// A sum over the clusters that list it and those that define its offered members.
    key: u64,
}

/// The signatures of all groups that are listed.
fn signatures(groups: &[SharedGroup], clusters: &Clusters, listed: &Lists<u32>) -> Vec<Signature> {
    let none = |group: usize| Signature { group: group as u32, users: 0, last_user: 0, key: 0 };
    let mut signatures: Vec<Signature> = (0..groups.len()).map(none).collect();
    for cluster in 0..clusters.all().len() {
        let mixed = mix(cluster);
        for &group in listed.of(cluster) {
            let signature = &mut signatures[group as usize];
            signature.users += 1;
            signature.last_user = cluster as u32;
            signature.key = signature.key.wrapping_add(mixed);
        }
    }
    for (signature, group) in signatures.iter_mut().zip(groups) {
        let mut owners: Vec<usize> = group.offered.iter().filter_map(|(id, _)| clusters.of(*id)).collect();
        owners.sort_unstable();
        owners.dedup();
        let mixed = owners.into_iter().map(|owner| mix(clusters.all().len() + owner));
        signature.key = mixed.fold(signature.key, u64::wrapping_add);
    }
    signatures.retain(|signature| signature.users > 0);
    signatures
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014). Sums of mixed numbers are equal for equal sets, and for others
/// so rarely that it does not matter: units would be estimated a little too light or heavy.
fn mix(number: usize) -> u64 {
    let mut mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Prepared;
    use super::Needs;
    use crate::forecast::Forecast;
    use crate::graph::ItemId;
    use crate::testing::{Builder, constant, function, visible};

    /// The needs of the finest clusters, and the cluster of each of `items`.
    fn needs(module: &Builder, items: &[ItemId]) -> (Needs, Vec<usize>) {
        let prepared = Prepared::new(module, 2);
        let clusters = prepared.finest();
        (prepared.needs(), items.iter().map(|id| clusters.of(*id).expect("they have owners")).collect())
    }

    /// Two visible functions that are too large to be put together.
    fn two(module: &mut Builder) -> [ItemId; 2] {
        ["a", "b"].map(|name| module.add(visible(name, 1000)))
    }

    #[test]
    fn what_is_always_together_is_one_need() {
        let mut module = Builder::new();
        let users = two(&mut module);
        let (near, far) = (module.add(function("near", 8)), module.add(function("far", 9)));
        users.into_iter().for_each(|user| module.call(user, near));
        module.call(near, far);
        let forecast = Forecast::new(&module.graph());
        let (needs, clusters) = needs(&module, &users);
        assert_eq!(needs.work, [forecast.of(near).work + forecast.of(far).work]);
        assert!(clusters.iter().all(|cluster| needs.of_cluster.of(*cluster) == [0]));
    }

    #[test]
    fn what_only_one_cluster_leads_to_is_its_own_work() {
        let mut module = Builder::new();
        let users = two(&mut module);
        let alone = module.add(function("alone", 8));
        module.call(users[0], alone);
        module.call(alone, users[1]);
        let forecast = Forecast::new(&module.graph());
        let (needs, clusters) = needs(&module, &users);
        assert!(needs.work.is_empty());
        let work = [users[0], alone].map(|id| forecast.of(id).work).iter().sum::<u64>();
        assert_eq!(needs.cluster_work[clusters[0]], work);
    }

    #[test]
    fn what_is_no_work_is_no_need() {
        let mut module = Builder::new();
        let users = two(&mut module);
        let text = module.add(constant("text", 8));
        users.into_iter().for_each(|user| module.refer(user, text));
        assert!(needs(&module, &users).0.work.is_empty());
    }

    #[test]
    fn offered_items_are_known_to_their_owners() {
        let mut module = Builder::new();
        let users = two(&mut module);
        let offered = module.add(visible("offered", 20));
        users.into_iter().for_each(|user| module.call(user, offered));
        let forecast = Forecast::new(&module.graph());
        let (needs, clusters) = needs(&module, &[users[0], users[1], offered]);
        let owner = needs.owners.of(0)[0];
        assert_eq!((owner.other as usize, owner.work), (clusters[2], forecast.of(offered).import_work));
        assert_eq!(needs.offers.of(clusters[2])[0].other, 0);
    }
}
