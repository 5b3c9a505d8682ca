//! What tests of packing begin with.

use super::clusters::{Clusters, levels};
use super::needs::{Needs, Reach};
use super::roles::Roles;
use crate::bundles::Bundles;
use crate::forecast::Forecast;
use crate::graph::Graph;
use crate::strategy::Problem;

/// Hands over the finest clusters of a module for so many units, and what they need.
pub(super) fn with_finest<T>(
    graph: &Graph,
    units: usize,
    what: impl FnOnce(&Problem<'_>, &Roles, Clusters, Needs) -> T,
) -> T {
    let (forecast, bundles) = (Forecast::new(graph), Bundles::new(graph));
    let problem = Problem { graph, forecast: &forecast, bundles: &bundles, units };
    let roles = Roles::new(&problem);
    let clusters = levels(&problem, &roles).pop().expect("there are levels");
    let needs = Needs::new(&Reach::new(graph, &roles), &roles, &clusters);
    what(&problem, &roles, clusters, needs)
}
