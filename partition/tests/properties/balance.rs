//! How even units are where no single item is too large for that.
//!
//! A unit can be too heavy by what cannot be divided: a cluster, which is at most a 32nd of an even share where nothing
//! forces it to be larger, with the shared bodies that it needs. In real crates, which have small items to fill up
//! with, four units are within ten percent (1 to 4 % were seen). Random calls have no clusters worth the name, and each
//! unit imports a part of the others: there the bound is what Graham's rule promises for work that is not shared, 4/3
//! (1969).

use pcg_partition::{Graph, Strategy, partition, statistics};
use proptest::prelude::*;

use crate::fixture::{FIXTURES, fixture};
use crate::random;

/// The most that the heaviest unit may be of the mean: in real crates, and in random ones.
const HEAVIEST: f64 = 1.1;
const HEAVIEST_AT_RANDOM: f64 = 4.0 / 3.0;

fn heaviest(graph: &Graph, strategy: Strategy, units: usize) -> f64 {
    let found = statistics(graph, &partition(graph, strategy, units).expect("valid"));
    assert_eq!(found.units.len(), units, "fewer units are no answer to a question of balance");
    found.totals.balance
}

#[test]
fn four_units_of_real_crates_are_balanced() {
    for name in FIXTURES {
        let graph = fixture(name);
        for strategy in [Strategy::Inline, Strategy::Size] {
            let heaviest = heaviest(&graph, strategy, 4);
            assert!(heaviest <= HEAVIEST, "{name}, {strategy}: {heaviest}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_of_many_functions_are_balanced(graph in random::program(400..600), units in 2..7usize) {
        for strategy in [Strategy::Inline, Strategy::Size] {
            let heaviest = heaviest(&graph, strategy, units);
            prop_assert!(heaviest <= HEAVIEST_AT_RANDOM, "{strategy}: {heaviest}");
        }
    }
}
