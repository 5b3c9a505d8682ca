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

/// What a cut tie costs beside a copy of the same work: a cut loses code quality, not time.
const CUTS: f64 = 0.25;

/// Passes over all clusters. Most crates settle in three.
const SWEEPS: usize = 8;

/// The least improvement worth a move, in even shares. It keeps rounding from moving a cluster back and forth.
const LEAST_GAIN: f64 = 1e-7;

/// The unit of each item with an owner, given the levels of clusters, coarsest first.
pub(super) fn pack(problem: &Problem<'_>, roles: &Roles, levels: &[Clusters]) -> Vec<Option<usize>> {
    let share = (problem.forecast.total_work() as f64 / problem.units as f64).max(1.0);
    let mut units: Vec<Option<usize>> = vec![None; problem.graph.items().len()];
    for clusters in levels {
        let mut loads = Loads::new(problem.graph, roles, clusters, problem.units);
        let mut order: Vec<usize> = (0..clusters.all().len()).collect();
        order.sort_by_key(|cluster| (Reverse(clusters.all()[*cluster].work), *cluster));
        for &cluster in &order {
            let unit = units[clusters.all()[cluster].items[0].index()];
            let unit = unit.unwrap_or_else(|| best(&mut loads, cluster, share).0);
            loads.add(cluster, unit);
        }
        for _ in 0..SWEEPS {
            if !sweep(&mut loads, &order, share) {
                break;
            }
        }
        for (number, cluster) in clusters.all().iter().enumerate() {
            cluster.items.iter().for_each(|id| units[id.index()] = loads.unit_of(number));
        }
    }
    units
}

/// Moves each cluster to its best unit. Whether any moved.
fn sweep(loads: &mut Loads<'_>, order: &[usize], share: f64) -> bool {
    let mut moved = false;
    for &cluster in order {
        let Some(from) = loads.unit_of(cluster) else { continue };
        loads.remove(cluster);
        let stay = cost(loads, cluster, from, share);
        let (to, cost) = best(loads, cluster, share);
        let to = if cost + LEAST_GAIN < stay { to } else { from };
        loads.add(cluster, to);
        moved |= to != from;
    }
    moved
}

/// The unit where a cluster that is nowhere raises the objective least, and by how much.
fn best(loads: &mut Loads<'_>, cluster: usize, share: f64) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    let mut seen_empty = false;
    for unit in 0..loads.units() {
        // One empty unit is as good as another.
        if loads.work()[unit] == 0 && std::mem::replace(&mut seen_empty, true) {
            continue;
        }
        let cost = cost(loads, cluster, unit, share);
        if cost < best.1 {
            best = (unit, cost);
        }
    }
    best
}

/// By how much the objective rises if a cluster that is nowhere goes to a unit.
fn cost(loads: &mut Loads<'_>, cluster: usize, unit: usize, share: f64) -> f64 {
    let before = loads.work()[unit] as f64 / share;
    let cut = loads.cut(cluster, unit) as f64 / share;
    loads.add(cluster, unit);
    let after = loads.work()[unit] as f64 / share;
    loads.remove(cluster);
    eighth_power(after) - eighth_power(before) + COPIES * (after - before + CUTS * cut)
}

fn eighth_power(x: f64) -> f64 {
    let square = x * x;
    let fourth = square * square;
    fourth * fourth
}
