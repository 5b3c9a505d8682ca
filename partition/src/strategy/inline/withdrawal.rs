//! Takes shared bodies out of units that have little use for them.
//!
//! A cluster alone gains nothing by leaving a unit as long as others there have the same need, so moving one at a time
//! ends where several ought to leave together. Here all clusters of a unit that have a need go where most of its users
//! are, that unit gives away what it had better not keep, and the result stays if the objective has fallen.

use std::cmp::Reverse;

use super::packing::{LEAST_GAIN, LEAST_PROGRESS, Packing};

/// The needs that are looked at, on each level of clusters: those with the most work in copies. With three times as
/// many, forecast work falls by another 0.2 % at most.
const NEEDS: usize = 64;

/// Clusters, and where they were before they were moved.
type Moves = Vec<(usize, usize)>;

impl Packing<'_> {
    /// Withdraws each of the dearest needs from the unit with the least of its users, where that pays.
    pub(super) fn withdraw(&mut self) {
        let before = self.objective();
        let mut objective = before;
        for users in self.loads.users_of_most_copied(NEEDS) {
            let Some(moves) = self.gather(&users) else { continue };
            let after = self.objective();
            if after + LEAST_GAIN < objective {
                objective = after;
            } else {
                self.undo(&moves);
            }
        }
        if before - objective > LEAST_PROGRESS * before {
            self.refine();
        }
    }

    /// Moves a need's users from the unit with the least of them to the one with the most, and what that one had better
    /// not keep beside them to others. `None`, with everything where it was, if one unit has all users or if no work is
    /// saved.
    fn gather(&mut self, users: &[usize]) -> Option<Moves> {
        let before = self.all_work();
        let (least, most) = self.extremes(users)?;
        let mut moves: Moves =
            users.iter().filter(|user| self.loads.unit_of(**user) == Some(least)).map(|user| (*user, least)).collect();
        moves.iter().for_each(|(user, _)| self.loads.shift(*user, most));
        if self.all_work() >= before {
            self.undo(&moves);
            return None;
        }
        for index in 0..self.order.len() {
            let cluster = self.order[index];
            let may_go = self.loads.unit_of(cluster) == Some(most) && users.binary_search(&cluster).is_err();
            if may_go && self.settle(cluster) {
                moves.push((cluster, most));
            }
        }
        Some(moves)
    }

    /// The units whose clusters among `users` have the least and the most work; `None` if all are in one.
    fn extremes(&self, users: &[usize]) -> Option<(usize, usize)> {
        let mut work: Vec<Option<u64>> = vec![None; self.loads.work().len()];
        for user in users {
            if let Some(unit) = self.loads.unit_of(*user) {
                *work[unit].get_or_insert(0) += self.clusters.all()[*user].work;
            }
        }
        let with_users = || work.iter().enumerate().filter_map(|(unit, work)| Some(((*work)?, unit)));
        let most = with_users().max_by_key(|(work, unit)| (*work, Reverse(*unit)))?.1;
        let least = with_users().filter(|(_, unit)| *unit != most).min()?.1;
        Some((least, most))
    }

    fn all_work(&self) -> u64 {
        self.loads.work().iter().sum()
    }

    fn undo(&mut self, moves: &[(usize, usize)]) {
        moves.iter().rev().for_each(|(cluster, unit)| self.loads.shift(*cluster, *unit));
    }
}

#[cfg(test)]
mod tests {
    use super::super::clusters::Clusters;
    use super::super::packing::Packing;
    use super::super::testing::with_finest;
    use crate::graph::ItemId;
    use crate::testing::{Builder, function, visible};

    /// Packs a module whose items with owners are clusters of their own into two units, as `units` says, and hands it
    /// over.
    fn packed(module: &Builder, units: &[(ItemId, usize)], what: impl Fn(&mut Packing<'_>, &Clusters)) {
        with_finest(&module.graph(), 2, |problem, _, clusters, needs| {
            let mut packing = Packing::new(&clusters, &needs, 2, problem.forecast.total_work() as f64 / 2.0);
            for (id, unit) in units {
                packing.loads.add(clusters.of(*id).expect("it has an owner"), *unit);
            }
            assert_eq!(units.len(), clusters.all().len(), "each is a cluster");
            what(&mut packing, &clusters);
        });
    }

    /// Four users of one small function, and others that do not use it: half of them in each unit.
    fn halves(module: &mut Builder, others: usize) -> Vec<(ItemId, usize)> {
        let shared = module.add(function("shared", 50));
        let functions = (0..4 + others).map(|number| (module.add(visible(&format!("f{number}"), 1000)), number % 2));
        let units: Vec<(ItemId, usize)> = functions.collect();
        units[..4].iter().for_each(|(user, _)| module.call(*user, shared));
        units
    }

    #[test]
    fn users_of_a_body_leave_a_unit_together_though_none_would_alone() {
        let mut module = Builder::new();
        let units = halves(&mut module, 4);
        packed(&module, &units, |packing, clusters| {
            let place = |packing: &Packing<'_>, id: ItemId| packing.loads.unit_of(clusters.of(id).expect("an owner"));
            packing.refine();
            assert!(units.iter().all(|(id, unit)| place(packing, *id) == Some(*unit)), "nobody moves alone");
            let before = packing.all_work();
            packing.withdraw();
            let users: Vec<_> = units[..4].iter().map(|(id, _)| place(packing, *id)).collect();
            assert!(users.iter().all(|unit| *unit == users[0]), "{users:?}");
            assert!(packing.all_work() < before);
            let work = packing.loads.work();
            assert!(work[0].abs_diff(work[1]) < 100, "the unit gave others away: {work:?}");
        });
    }

    #[test]
    fn what_does_not_pay_is_undone() {
        let mut module = Builder::new();
        // There is nothing that could be given away in return.
        let units = halves(&mut module, 0);
        packed(&module, &units, |packing, clusters| {
            let before = packing.loads.work().to_vec();
            packing.withdraw();
            assert_eq!(packing.loads.work(), before);
            let place = |id: ItemId| packing.loads.unit_of(clusters.of(id).expect("an owner"));
            assert!(units.iter().all(|(id, unit)| place(*id) == Some(*unit)));
        });
    }
}
