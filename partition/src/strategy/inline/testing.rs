//! What the steps of the strategy have found before packing, for their unit tests.

use super::clusters::{Clusters, levels};
use super::needs::{Needs, Reach};
use super::roles::Roles;
use crate::bundles::Bundles;
use crate::forecast::Forecast;
use crate::graph::Graph;
use crate::strategy::Problem;
use crate::testing::Builder;

/// All that packing is given.
pub(super) struct Prepared {
    pub(super) graph: Graph,
    pub(super) forecast: Forecast,
    pub(super) bundles: Bundles,
    pub(super) roles: Roles,
    /// Coarsest first.
    pub(super) levels: Vec<Clusters>,
    reach: Reach,
}

impl Prepared {
    pub(super) fn new(module: &Builder, units: usize) -> Self {
        let graph = module.graph();
        let (forecast, bundles) = (Forecast::new(&graph), Bundles::new(&graph));
        let problem = Problem { graph: &graph, forecast: &forecast, bundles: &bundles, units };
        let roles = Roles::new(&problem);
        let reach = Reach::new(&graph, &roles);
        let levels = levels(&problem, &roles, &reach);
        Self { graph, forecast, bundles, roles, levels, reach }
    }

    /// The smallest clusters.
    pub(super) fn finest(&self) -> &Clusters {
        self.levels.last().expect("there are levels")
    }

    /// What they need.
    pub(super) fn needs(&self) -> Needs {
        Needs::new(&self.reach, &self.roles, self.finest())
    }
}
