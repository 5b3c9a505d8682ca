//! Takes shared bodies out of units that have little use for them.
//!
//! A cluster alone gains nothing by leaving a unit as long as others there have the same need, so moving one at a time
//! ends where several ought to leave together. Here all clusters of a unit that have a need go where most of its users
//! are, that unit gives away what it had better not keep, and the result stays if the objective has fallen.

use std::cmp::Reverse;

use super::packing::{COPIES, LEAST_GAIN, Packing};

/// The needs that are looked at, on each level of clusters: those with the most work in copies. With three times as
/// many, forecast work falls by another 0.2 % at most.
const NEEDS: usize = 64;

/// Clusters, and where they were before they were moved.
type Moves = Vec<(usize, usize)>;

impl Packing<'_> {
    /// Withdraws each of the dearest needs from the unit with the least of its users, where that pays.
    pub(super) fn withdraw(&mut self) {
        let dearest = self.loads.most_copied(NEEDS);
        let mut objective = self.objective();
        let mut any = false;
        for users in self.loads.users(&dearest) {
            let Some(moves) = self.gather(&users) else { continue };
            let after = self.objective();
            if after + LEAST_GAIN < objective {
                (objective, any) = (after, true);
            } else {
                self.undo(&moves);
            }
        }
        if any {
            self.refine();
        }
    }

    /// Moves a need's users from the unit with the least of them to the one with the most, and what that one does not
    /// keep to others. `None`, with everything where it was, if one unit has all users or if no work is saved.
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
        let gathered = moves.len();
        for index in 0..self.order.len() {
            let cluster = self.order[index];
            let is_here = self.loads.unit_of(cluster) == Some(most);
            if !is_here || moves[..gathered].iter().any(|(user, _)| *user == cluster) {
                continue;
            }
            let (unit, cost) = self.best(cluster, COPIES);
            if unit != most && cost + LEAST_GAIN < self.cost(Some(most), most, COPIES) {
                moves.push((cluster, most));
                self.loads.shift(cluster, unit);
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
