//! Cuts one crate's module into codegen units that LLVM can optimise in parallel without losing what one unit gives.
//!
//! The input is a [`Graph`]: every definition of the module once, with its size, its attributes and what it uses. The
//! output is a [`Partitioning`]: for each unit the items that it *defines* (emitted here and nowhere else), those that
//! it *imports* (bodies for inlining, `available_externally`) and those that it *copies* (internal to it), and for the
//! whole module the local items to *promote* (hidden symbols until the units' objects are joined again).
//!
//! # How this differs from its siblings
//!
//! * rustc's `partitioning.rs` works on MIR before there is any LLVM IR: it decides by attributes and MIR size which
//!   items become local copies, and leaves the rest of inlining to thin-local LTO, which optimises every unit twice.
//!   Here the call graph is exact, each item exists once, and a forecast of LLVM's inliner says which bodies a unit
//!   needs. There is no second round.
//! * LLVM's `SplitModule` keeps every body in one place. Either all local items become external, which loses inlining,
//!   or a local item stays with all of its users, which puts nearly the whole crate into one unit.
//! * `AMDGPUSplitModule` clusters kernels with everything that they reach. A Rust crate has no such roots: most of what
//!   is visible reaches most of what is not.
//!
//! # Phases
//!
//! 1. **Forecast** ([`forecast`]): bottom-up over the call graph's strongly connected components, how large each
//!    function gets and whether LLVM will inline it.
//! 2. **Assignment** ([`assignment`], [`strategy`]): a strategy gives each item an owner, or says that it is copied to
//!    where it is used, and which functions to offer for inlining in other units.
//! 3. **Placement** ([`placement`]): derives the complete partitioning from that. The rules about copies, imports,
//!    promotion, groups and assembly are followed here, in one place for all strategies.
//! 4. **Check** ([`check()`]): proves the result against the same rules, written down a second time and independently,
//!    before anybody uses it.
//!
//! How good an answer is, is measured apart from that: [`statistics()`] and [`cuts()`] (work, copies, cut edges),
//! [`schedules()`] (makespan, with the back end's [`Queue`]), and, beside what LLVM did with the crate as one unit ([`truth`]), [`InlineRecall`] and
//! [`Accuracy`]. The `pcg-lab` program shows all of them for saved graphs ([`mod@file`]).
//!
//! | word | meaning |
//! |---|---|
//! | item | a definition of the module: function, variable, alias or ifunc |
//! | owner | the unit that defines an item |
//! | bundle | items that have to be defined in one unit |
//! | body | an item in a unit, whether defined, imported or copied |
//! | size | instructions of a function when the inliner is through with it |
//! | work | what LLVM spends on a body, in unoptimised instructions (see [`forecast`]) |
//!
//! Everything is deterministic: the same graph, strategy and number of units give the same answer on every machine.
#![forbid(unsafe_code)]

mod accuracy;
pub mod assignment;
mod automatic;
pub mod bundles;
mod check;
mod components;
pub mod file;
pub mod forecast;
mod graph;
pub mod identical;
mod partitioning;
pub mod placement;
mod queue;
mod recall;
pub mod rules;
mod schedule;
mod statistics;
pub mod strategy;
#[cfg(test)]
mod testing;
pub mod truth;

pub use accuracy::{Accuracy, DirectPairs};
pub use automatic::automatic_units;
pub use check::{CheckError, check};
pub use graph::*;
pub use partitioning::*;
pub use queue::{Queue, Task};
pub use recall::InlineRecall;
pub use schedule::{Schedule, Steps, makespan, schedules};
pub use statistics::{Statistics, Totals, UnitStatistics, cuts, statistics};
pub use strategy::{Strategy, UnknownStrategy};

/// Why a graph could not be partitioned.
#[derive(Debug, thiserror::Error)]
pub enum PartitionError {
    /// Zero units were asked for.
    #[error("a crate needs at least one codegen unit")]
    NoUnits,
    /// The strategy's answer breaks a rule. This is a defect of pcg, not of the crate.
    #[error("strategy `{strategy}` made a partitioning that is not valid")]
    Invalid {
        /// The strategy that made it.
        strategy: Strategy,
        /// The rule that is broken.
        source: CheckError,
    },
}

/// Cuts `graph` into at most `units` units, none of them empty (an empty graph gives one empty unit).
///
/// # Errors
///
/// [`PartitionError::NoUnits`] if `units` is zero; [`PartitionError::Invalid`] if the checker rejects the answer.
pub fn partition(graph: &Graph, strategy: Strategy, units: usize) -> Result<Partitioning, PartitionError> {
    if units == 0 {
        return Err(PartitionError::NoUnits);
    }
    if units > 1 {
        let reduced = identical::Reduced::new(graph, identical::replacements(graph));
        let partitioning = cut(&reduced.graph, strategy, units)?;
        return Ok(reduced.widen(partitioning));
    }
    cut(graph, strategy, units)
}

/// As [`partition`], without replacing anything.
fn cut(graph: &Graph, strategy: Strategy, units: usize) -> Result<Partitioning, PartitionError> {
    let units = units.min(graph.items().len().max(1));
    let forecast = forecast::Forecast::new(graph);
    let bundles = bundles::Bundles::new(graph);
    let assignment = if units == 1 {
        assignment::Assignment::whole(graph)
    } else {
        strategy.assign(&strategy::Problem { graph, forecast: &forecast, bundles: &bundles, units })
    };
    let partitioning = placement::place(graph, &forecast, &bundles, &assignment);
    check(graph, &partitioning).map_err(|source| PartitionError::Invalid { strategy, source })?;
    Ok(partitioning)
}
