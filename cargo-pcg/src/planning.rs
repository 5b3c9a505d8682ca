//! Which crates of a build are split: with the whole build in view.
//!
//! A crate that others are compiled beside loses nothing by staying in one unit, which stock rustc compiles with the
//! least work. A crate that the build waits for gains by being split. So:
//!
//! 1. Each package gets a cost: from the reports of earlier builds where there is one, from how much code its
//!    sources hold otherwise ([`costs`], [`sources`]).
//! 2. Cargo's order is played through with as many cores as there is work ([`schedule`]). While the end of the build
//!    waits for the code generation of a package that could be split, that package is split, and the order is played
//!    through again; as long as the build ends so much sooner that it is worth it.
//! 3. A package with more than a [`LARGE`] part of all work is split, too: with fewer cores it may be the last one,
//!    alone.
//!
//! The plan does not depend on the machine. How many threads work on a split crate is the jobserver's to say.

pub(crate) mod build;
mod costs;
pub(crate) mod graph;
mod schedule;
mod sources;

use std::collections::BTreeSet;

use pcg_interface::build_plan::{BuildPlan, Units};
use serde::Serialize;

use costs::Cost;
use graph::PackageGraph;
use schedule::Schedule;

/// A package with this part of the build's work is split in any case. Half of it cost 0.8 % of the time of a build on
/// two cores and gained nothing on sixteen, where cargo's order was played through with the times of ripgrep and bat.
const LARGE: f64 = 1.0 / 8.0;

/// How much sooner the build has to end for a share of its work that is split: a split crate takes some percent more
/// work, and on a machine with few cores it gains nothing.
const SPLIT_PRICE: f64 = 0.25;

/// Code generation of less than this is not worth splitting: seconds.
const LEAST_CODE: f64 = 0.5;

/// Why a package has its number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// The build waits for it.
    CriticalPath,
    /// It is a large part of the build.
    Large,
    /// Its code is not worth splitting.
    Small,
    /// Others are compiled beside it.
    Beside,
    /// Only build scripts and procedural macros need it.
    Host,
}

impl Why {
    /// For people.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::CriticalPath => "the build waits for it",
            Self::Large => "it is a large part of the build",
            Self::Small => "too small to be worth splitting",
            Self::Beside => "others are compiled beside it",
            Self::Host => "only build scripts and procedural macros need it",
        }
    }

    /// Whether the package is split.
    pub(crate) fn is_split(self) -> bool {
        matches!(self, Self::CriticalPath | Self::Large)
    }
}

/// What is decided for one package of the graph, in the graph's order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) why: Why,
    pub(crate) cost: Cost,
}

impl Decision {
    pub(crate) fn units(&self) -> Units {
        if self.why.is_split() { Units::AUTOMATIC } else { Units::WHOLE }
    }
}

/// Decides for each package.
pub(crate) fn decide(graph: &PackageGraph, costs: &[Cost]) -> Vec<Decision> {
    let critical = critical(graph, costs);
    let all: f64 = costs.iter().map(Cost::total).sum();
    let why = |package: usize| match costs[package] {
        _ if graph.packages[package].is_host => Why::Host,
        cost if cost.code < LEAST_CODE => Why::Small,
        _ if critical.contains(&package) => Why::CriticalPath,
        cost if cost.total() >= LARGE * all => Why::Large,
        _ => Why::Beside,
    };
    (0..costs.len()).map(|package| Decision { why: why(package), cost: costs[package] }).collect()
}

/// The packages whose code generation the end of the build waits for. They are split one after the other, each time
/// the most expensive one that the end then waits for. It ends where the build gains most beside what is split for it.
fn critical(graph: &PackageGraph, costs: &[Cost]) -> BTreeSet<usize> {
    let all: f64 = costs.iter().map(Cost::total).sum();
    let is_worth_splitting = |package: &usize| !graph.packages[*package].is_host && costs[*package].code >= LEAST_CODE;
    let whole = Schedule::new(graph, costs, &BTreeSet::new()).end();
    let (mut split, mut best, mut least) = (BTreeSet::new(), BTreeSet::new(), f64::INFINITY);
    loop {
        let schedule = Schedule::new(graph, costs, &split);
        let share = split.iter().map(|package| costs[*package].total()).sum::<f64>() / all;
        let price = schedule.end() / whole + SPLIT_PRICE * share;
        if price < least {
            (best, least) = (split.clone(), price);
        }
        let awaited = schedule.awaited_code().into_iter().filter(is_worth_splitting);
        let rest = awaited.filter(|package| !split.contains(package));
        match rest.max_by(|a, b| costs[*a].code.total_cmp(&costs[*b].code).then(b.cmp(a))) {
            Some(package) => _ = split.insert(package),
            None => return best,
        }
    }
}

/// The file that `pcg-rustc` follows. Packages with a number of their own are left to it.
pub(crate) fn plan(graph: &PackageGraph, decisions: &[Decision], is_set: impl Fn(&str) -> bool) -> BuildPlan {
    let packages = graph.packages.iter().zip(decisions).filter(|(package, _)| !is_set(&package.name));
    BuildPlan::new(packages.map(|(package, decision)| (&*package.name, &*package.version, decision.units())))
}

#[cfg(test)]
mod tests {
    use super::graph::tests::graph;
    use super::*;

    fn decide(lines: &[&str], costs: &[(f64, f64)]) -> Vec<Why> {
        let costs: Vec<Cost> = costs.iter().map(|(front, code)| Cost::measured(*front, *code)).collect();
        super::decide(&graph(lines), &costs).iter().map(|decision| decision.why).collect()
    }

    #[test]
    fn a_monolith_at_the_end_is_split_and_what_comes_before_is_not() {
        let found = decide(&["a", "b", "c", "main: a b c"], &[(1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (20.0, 30.0)]);
        assert_eq!(found, [Why::Beside, Why::Beside, Why::Beside, Why::CriticalPath]);
    }

    /// Costs of some packages and of 20 more that need nothing.
    fn among_others(lines: &[&str], costs: &[(f64, f64)]) -> Vec<Why> {
        let others: Vec<String> = (0..20).map(|number| format!("other{number}")).collect();
        let lines: Vec<&str> = lines.iter().copied().chain(others.iter().map(String::as_str)).collect();
        let costs: Vec<_> = costs.iter().copied().chain(others.iter().map(|_| (1.0, 1.5))).collect();
        decide(&lines, &costs)
    }

    #[test]
    fn a_long_library_is_split_and_what_ends_before_it_is_not() {
        let found = among_others(&["a", "long", "main!: a long"], &[(1.0, 2.0), (1.0, 30.0), (0.5, 0.6)]);
        assert_eq!(found[..4], [Why::Beside, Why::CriticalPath, Why::Beside, Why::Beside]);
    }

    #[test]
    fn two_that_end_at_the_same_time_are_both_split() {
        let found = among_others(&["a", "b"], &[(1.0, 20.0), (1.0, 20.0)]);
        assert_eq!(found[..3], [Why::CriticalPath, Why::CriticalPath, Why::Beside]);
    }

    #[test]
    fn what_ends_early_and_is_large_is_split_for_machines_with_few_cores() {
        let found = among_others(&["a", "b", "end: b"], &[(1.0, 19.0), (30.0, 0.1), (9.0, 0.1)]);
        assert_eq!(found[0], Why::Large);
    }

    #[test]
    fn small_packages_and_those_for_the_host_stay_whole() {
        let found = decide(&["tiny", "macro?", "main: tiny macro"], &[(0.1, 0.1), (9.0, 9.0), (0.1, 0.2)]);
        assert_eq!(found, [Why::Small, Why::Host, Why::Small]);
    }

    #[test]
    fn packages_with_a_number_of_their_own_are_not_in_the_plan() {
        let graph = graph(&["a", "b"]);
        let decisions = super::decide(&graph, &[Cost::measured(1.0, 9.0), Cost::measured(0.1, 0.1)]);
        let plan = plan(&graph, &decisions, |name| name == "b");
        assert_eq!(plan, BuildPlan::new([("a", "1.0.0", Units::AUTOMATIC)]));
    }
}
