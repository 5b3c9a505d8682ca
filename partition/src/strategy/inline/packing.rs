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
use super::loads::Loads;
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

/// How many of the lightest units are tried for a cluster, and how many of those that share most with it.
const LIGHTEST: usize = 2;
const MOST_SHARED: usize = 6;

/// Passes over all clusters. Most crates settle in three.
const SWEEPS: usize = 8;

/// The least improvement worth a move, in even shares. It keeps rounding from moving a cluster back and forth.
const LEAST_GAIN: f64 = 1e-7;

/// The unit of each item with an owner, given the levels of clusters, coarsest first.
pub(super) fn pack(problem: &Problem<'_>, roles: &Roles, levels: &[Clusters]) -> Vec<Option<usize>> {
    let share = (problem.forecast.total_work() as f64 / problem.units as f64).max(1.0);
    let packing = |clusters| Packing::new(problem, roles, clusters, share);
    let mut units: Vec<Option<usize>> = vec![None; problem.graph.items().len()];
    let Some((coarsest, finer)) = levels.split_first() else { return units };
    let starts = STARTS.iter().map(|copies| {
        let mut packing = packing(coarsest);
        packing.fill(&units, *copies);
        packing.refine();
        packing
    });
    let best = starts.min_by(|a, b| a.objective().total_cmp(&b.objective()));
    best.iter().for_each(|packing| packing.write(&mut units));
    for clusters in finer {
        let mut packing = packing(clusters);
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
    /// The clusters, heaviest first.
    order: Vec<usize>,
    /// The even share of the module's work.
    share: f64,
}

impl<'a> Packing<'a> {
    fn new(problem: &Problem<'_>, roles: &'a Roles, clusters: &'a Clusters, share: f64) -> Self {
        let loads = Loads::new(problem.graph, roles, clusters, problem.units);
        let mut order: Vec<usize> = (0..clusters.all().len()).collect();
        order.sort_by_key(|cluster| (Reverse(clusters.all()[*cluster].work), *cluster));
        Self { clusters, loads, order, share }
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

    /// Moves clusters until none wants to move.
    fn refine(&mut self) {
        for _ in 0..SWEEPS {
            if !self.sweep() {
                break;
            }
        }
    }

    /// Moves each cluster to its best unit. Whether any moved.
    fn sweep(&mut self) -> bool {
        let mut moved = false;
        for index in 0..self.order.len() {
            let cluster = self.order[index];
            let Some(from) = self.loads.unit_of(cluster) else { continue };
            self.loads.remove(cluster);
            let stay = self.cost(cluster, from, COPIES);
            let (to, cost) = self.best(cluster, COPIES);
            let to = if cost + LEAST_GAIN < stay { to } else { from };
            self.loads.add(cluster, to);
            moved |= to != from;
        }
        moved
    }

    /// The unit where a cluster that is nowhere raises the objective least, and by how much.
    fn best(&mut self, cluster: usize, copies: f64) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for unit in self.candidates(cluster) {
            let cost = self.cost(cluster, unit, copies);
            if cost < best.1 {
                best = (unit, cost);
            }
        }
        best
    }

    /// The units worth trying: the lightest ones, and those that share most with the cluster.
    fn candidates(&self, cluster: usize) -> Vec<usize> {
        let work = self.loads.work();
        let shared = self.loads.shared(cluster);
        let mut units: Vec<usize> = (0..work.len()).collect();
        units.sort_unstable_by_key(|unit| (work[*unit], *unit));
        let mut chosen: Vec<usize> = units.iter().copied().take(LIGHTEST).collect();
        units.sort_unstable_by_key(|unit| (Reverse(shared[*unit]), work[*unit], *unit));
        chosen.extend(units.iter().take(MOST_SHARED).filter(|unit| work[**unit] > 0));
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// By how much the objective rises if a cluster that is nowhere goes to a unit.
    fn cost(&mut self, cluster: usize, unit: usize, copies: f64) -> f64 {
        let before = self.loads.work()[unit] as f64 / self.share;
        let after = self.loads.with(cluster, unit) as f64 / self.share;
        let cut = self.loads.cut(cluster, unit) as f64 / self.share;
        eighth_power(after) - eighth_power(before) + copies * (after - before + CUTS * cut)
    }

    /// The objective of what has been packed.
    fn objective(&self) -> f64 {
        let units = self.loads.work().iter().map(|work| *work as f64 / self.share);
        let work: f64 = units.map(|work| eighth_power(work) + COPIES * work).sum();
        // Every cut tie is seen from both of its ends.
        let cut = |cluster| self.loads.unit_of(cluster).map_or(0, |unit| self.loads.cut(cluster, unit));
        let cuts: u64 = self.order.iter().map(|cluster| cut(*cluster)).sum();
        work + COPIES * CUTS * cuts as f64 / self.share / 2.0
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
