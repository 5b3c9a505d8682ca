//! Cargo's order played through with as many cores as there is work.
//!
//! A package starts when the front ends of its dependencies have ended (cargo's pipelining); what is linked ends when
//! the code of all that it is made of is there; procedural macros and what build scripts need have to be complete.

use std::collections::BTreeSet;

use super::costs::Cost;
use super::graph::{Need, PackageGraph};

/// Into how many pieces the code of a split package is taken to be cut. Many cores make more of it, two make less.
const PIECES: f64 = 8.0;

/// When each package is ready for what needs it.
pub(super) struct Schedule {
    /// When the front end starts, and which need of the package decided it.
    starts: Vec<(f64, Option<Need>)>,
    /// When metadata is there.
    metadata: Vec<f64>,
    /// When code is there.
    code: Vec<f64>,
}

impl Schedule {
    /// With the packages in `split` split.
    pub(super) fn new(graph: &PackageGraph, costs: &[Cost], split: &BTreeSet<usize>) -> Self {
        let mut this = Self { starts: Vec::new(), metadata: Vec::new(), code: Vec::new() };
        // Packages come behind what they need.
        for (number, package) in graph.packages.iter().enumerate() {
            let ready =
                |need: &Need| if need.is_complete { this.code[need.package] } else { this.metadata[need.package] };
            let last = package
                .needs
                .iter()
                .copied()
                .max_by(|a, b| ready(a).total_cmp(&ready(b)).then(b.package.cmp(&a.package)));
            let start = last.as_ref().map_or(0.0, ready);
            let pieces = if split.contains(&number) { PIECES } else { 1.0 };
            this.starts.push((start, last));
            this.metadata.push(start + costs[number].front);
            this.code.push(start + costs[number].front + costs[number].code / pieces);
        }
        this
    }

    /// When the last code is there.
    pub(super) fn end(&self) -> f64 {
        self.code.iter().copied().fold(0.0, f64::max)
    }

    /// The packages whose code the end of the build waits for, one after the other from the end.
    pub(super) fn awaited_code(&self) -> Vec<usize> {
        let mut awaited = Vec::new();
        // The package whose code is there last: whatever is linked waits for it.
        let mut next = (0..self.code.len()).max_by(|a, b| self.code[*a].total_cmp(&self.code[*b]).then(b.cmp(a)));
        let mut is_complete = true;
        while let Some(package) = next {
            if is_complete {
                awaited.push(package);
            }
            let need = self.starts[package].1;
            next = need.map(|need| need.package);
            is_complete = need.is_some_and(|need| need.is_complete);
        }
        awaited
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    fn awaited(lines: &[&str], split: &[usize]) -> Vec<usize> {
        let graph = graph(lines);
        let costs: Vec<Cost> = graph.packages.iter().map(|_| Cost::measured(1.0, 2.0)).collect();
        Schedule::new(&graph, &costs, &split.iter().copied().collect()).awaited_code()
    }

    #[test]
    fn dependents_wait_for_metadata_only() {
        assert_eq!(awaited(&["a", "b: a", "c: b"], &[]), [2]);
    }

    #[test]
    fn procedural_macros_have_to_be_complete() {
        assert_eq!(awaited(&["macro?", "b: macro!", "c: b"], &[]), [2, 0]);
    }

    #[test]
    fn what_is_split_is_there_earlier() {
        // `a` ends at 3, `b` at 1 + 1 + 2 / 8.
        assert_eq!(awaited(&["a", "b: a"], &[1]), [0]);
    }
}
