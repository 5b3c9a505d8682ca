//! Packs clusters into units and refines the result.
//!
//! The objective is what a build waits for, `makespan + copies`, in units of an even share of the module's work:
//!
//! ```text
//! sum over units of (work / share)^8  +  COPIES * (all work + cut ties) / share
//! ```
//!
//! The eighth power is a smooth stand-in for the maximum: it already falls when the second-heaviest unit gets lighter,
//! where a maximum would give the refinement nothing to follow.

use std::cmp::Reverse;

use super::clusters::Clusters;
use super::loads::{Loads, Prospect};
use super::needs::{Needs, Reach};
use super::roles::Roles;
use crate::strategy::Problem;

/// What work done twice costs beside the makespan. With as many cores as units a copy only matters in the heaviest
/// unit; with fewer, all work counts. 1 is the middle: a copy costs as much again as it adds to its own unit.
const COPIES: f64 = 1.0;

/// The coarsest level is packed with each of these in the place of [`COPIES`], and the best result is refined: the more
/// copies cost, the more a unit is filled with what belongs together before the next one is begun.
const STARTS: [f64; 3] = [1.0, 4.0, 16.0];

/// What a cut tie costs beside a copy of the same work: a cut loses code quality, not time.
const CUTS: f64 = 0.25;

/// Passes over all clusters of a level.
const SWEEPS: usize = 8;

/// A pass that lowers the objective by less than this part of it is the last one of its level.
const LEAST_PROGRESS: f64 = 0.01;

/// The least improvement worth a move, in even shares. It keeps rounding from moving a cluster back and forth.
const LEAST_GAIN: f64 = 1e-7;

/// The unit of each item with an owner, given the levels of clusters, coarsest first.
pub(super) fn pack(problem: &Problem<'_>, roles: &Roles, reach: &Reach, levels: &[Clusters]) -> Vec<Option<usize>> {
    let share = (problem.forecast.total_work() as f64 / problem.units as f64).max(1.0);
    let needs = |clusters| Needs::new(reach, roles, clusters);
    let mut units: Vec<Option<usize>> = vec![None; problem.graph.items().len()];
    let Some((coarsest, finer)) = levels.split_first() else { return units };
    let coarsest_needs = needs(coarsest);
    let starts = STARTS.iter().map(|copies| {
        let mut packing = Packing::new(coarsest, &coarsest_needs, problem.units, share);
        packing.fill(&units, *copies);
        packing
    });
    if let Some(mut best) = starts.min_by(|a, b| a.objective().total_cmp(&b.objective())) {
        best.refine();
        best.write(&mut units);
    }
    for clusters in finer {
        let needs = needs(clusters);
        let mut packing = Packing::new(clusters, &needs, problem.units, share);
        packing.fill(&units, COPIES);
        packing.refine();
        packing.write(&mut units);
    }
    units
}

/// The clusters of one level on their way into units.
struct Packing<'a> {
    clusters: &'a Clusters,
    loads: Loads<'a>,
    prospect: Prospect,
    /// The clusters, heaviest first.
    order: Vec<usize>,
    /// What one unit of work is of the even share of the module's work.
    per_work: f64,
}

impl<'a> Packing<'a> {
    fn new(clusters: &'a Clusters, needs: &'a Needs, units: usize, share: f64) -> Self {
        let loads = Loads::new(needs, clusters, units);
        let mut order: Vec<usize> = (0..clusters.all().len()).collect();
        order.sort_by_key(|cluster| (Reverse(clusters.all()[*cluster].work), *cluster));
        Self { clusters, loads, prospect: Prospect::default(), order, per_work: 1.0 / share }
    }

    /// Puts each cluster where the coarser level has it, or, if there was none, where it costs least.
    fn fill(&mut self, units: &[Option<usize>], copies: f64) {
        for index in 0..self.order.len() {
            let cluster = self.order[index];
            let unit = units[self.clusters.all()[cluster].items[0].index()];
            let unit = unit.unwrap_or_else(|| self.best(cluster, copies).0);
            self.loads.add(cluster, unit);
        }
    }

    /// Moves clusters until none wants to move, or it is not worth while any more.
    fn refine(&mut self) {
        let mut before = self.objective();
        for _ in 0..SWEEPS {
            self.sweep();
            let after = self.objective();
            if before - after <= LEAST_PROGRESS * before {
                break;
            }
            before = after;
        }
    }

    /// Moves each cluster to its best unit.
    fn sweep(&mut self) {
        for index in 0..self.order.len() {
            let cluster = self.order[index];
            let Some(from) = self.loads.unit_of(cluster) else { continue };
            let (to, cost) = self.best(cluster, COPIES);
            if to != from && cost + LEAST_GAIN < self.cost(Some(from), from, COPIES) {
                self.loads.remove(cluster);
                self.loads.add(cluster, to);
            }
        }
    }

    /// The unit where a cluster raises the objective least, wherever it is now, and by how much.
    fn best(&mut self, cluster: usize, copies: f64) -> (usize, f64) {
        self.loads.prospect(cluster, &mut self.prospect);
        let from = self.loads.unit_of(cluster);
        let mut best = (0, f64::INFINITY);
        for unit in 0..self.loads.work().len() {
            let cost = self.cost(from, unit, copies);
            if cost < best.1 {
                best = (unit, cost);
            }
        }
        best
    }

    /// By how much the objective rises if the cluster whose prospect was found last, and that is in `from`, is in `unit`.
    fn cost(&self, from: Option<usize>, unit: usize, copies: f64) -> f64 {
        let added = self.prospect.added[unit];
        let others = self.loads.work()[unit] - if from == Some(unit) { added } else { 0 };
        let [before, after, cut] =
            [others, others + added, self.prospect.cut[unit]].map(|work| work as f64 * self.per_work);
        eighth_power(after) - eighth_power(before) + copies * (after - before + CUTS * cut)
    }

    /// The objective of what has been packed.
    fn objective(&self) -> f64 {
        let units = self.loads.work().iter().map(|work| *work as f64 * self.per_work);
        let work: f64 = units.map(|work| eighth_power(work) + COPIES * work).sum();
        // Every cut tie is seen from both of its ends.
        let cuts: u64 = self.order.iter().map(|cluster| self.loads.cut(*cluster)).sum();
        work + COPIES * CUTS * cuts as f64 * self.per_work / 2.0
    }

    /// Notes the unit of each item.
    fn write(&self, units: &mut [Option<usize>]) {
        for (number, cluster) in self.clusters.all().iter().enumerate() {
            cluster.items.iter().for_each(|id| units[id.index()] = self.loads.unit_of(number));
        }
    }
}

fn eighth_power(x: f64) -> f64 {
    let square = x * x;
    let fourth = square * square;
    fourth * fourth
}
