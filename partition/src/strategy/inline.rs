//! pcg's own strategy: a unit has every body that LLVM would inline in it, and nothing else twice.
//!
//! 1. **Roles** ([`roles`]): local functions that the forecast sees inlined everywhere are copied to where they are
//!    used; other functions that get inlined have an owner and are offered to their other callers; the rest has an
//!    owner.
//! 2. **Clusters** ([`clusters`]): items with owners are merged as long as a cluster stays small beside a unit: a local
//!    function with its only caller first, then by the work that cutting between two clusters would cost.
//! 3. **Packing** ([`packing`]): heaviest cluster first, each goes where `makespan + copies` grows least.
//! 4. **Refinement** ([`packing`]): clusters move while the same objective falls.
//!
//! The graph is cut where one unit would keep a call anyway: at visible functions, at functions whose address is
//! taken, at large functions with several callers.

mod clusters;
mod loads;
mod packing;
mod roles;

use crate::assignment::{Assignment, Place};
use crate::strategy::Problem;
use roles::{Role, Roles};

pub(super) fn assign(problem: &Problem<'_>) -> Assignment {
    let roles = Roles::new(problem);
    let units = packing::pack(problem, &roles, &clusters::levels(problem, &roles));
    let mut assignment = Assignment::new(problem.graph, problem.units);
    for id in problem.graph.ids() {
        match roles.of(id) {
            Role::Copied => assignment.places[id.index()] = Place::WhereUsed,
            Role::Offered => assignment.offered[id.index()] = true,
            Role::Owned => {}
        }
        if let Some(unit) = units[id.index()] {
            assignment.places[id.index()] = Place::Unit(unit);
        }
    }
    assignment
}
