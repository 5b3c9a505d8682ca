//! What holds for every graph and every strategy.

mod balance;
#[path = "../support/fixture.rs"]
mod fixture;
mod random;
mod stability;

use pcg_partition::file::{read_graph, write_graph};
use pcg_partition::{Strategy, automatic_units, check, partition, statistics};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_partitioning_is_valid(graph in random::graph(60), units in 1..9usize) {
        for &strategy in Strategy::ALL {
            let partitioning = partition(&graph, strategy, units);
            prop_assert!(partitioning.is_ok(), "{strategy}: {partitioning:?}");
        }
    }

    #[test]
    fn there_are_at_most_as_many_units_as_wanted(graph in random::graph(40), units in 1..9usize) {
        for &strategy in Strategy::ALL {
            let found = partition(&graph, strategy, units).expect("valid").units.len();
            prop_assert!((1..=units).contains(&found), "{strategy}: {found}");
        }
    }

    #[test]
    fn the_same_question_gets_the_same_answer(graph in random::graph(60), units in 1..9usize) {
        for &strategy in Strategy::ALL {
            let (first, second) = (partition(&graph, strategy, units), partition(&graph, strategy, units));
            prop_assert_eq!(first.expect("valid"), second.expect("valid"));
        }
    }

    #[test]
    fn units_are_ordered_by_falling_work(graph in random::graph(60), units in 1..9usize) {
        for &strategy in Strategy::ALL {
            let partitioning = partition(&graph, strategy, units).expect("valid");
            let weights: Vec<u64> = statistics(&graph, &partitioning).units.iter().map(|unit| unit.weight).collect();
            prop_assert!(weights[1..].is_sorted_by(|a, b| a >= b), "{strategy}: {weights:?}");
        }
    }

    #[test]
    fn one_unit_has_everything_once(graph in random::graph(60)) {
        for &strategy in Strategy::ALL {
            let partitioning = partition(&graph, strategy, 1).expect("valid");
            prop_assert_eq!(&partitioning.units[0].defines, &graph.ids().collect::<Vec<_>>());
            prop_assert!(partitioning.promoted.is_empty());
        }
    }

    #[test]
    fn a_partitioning_of_one_graph_is_not_one_of_another(graph in random::graph(40), other in random::graph(40)) {
        prop_assume!(graph.items().len() != other.items().len());
        let partitioning = partition(&graph, Strategy::Inline, 4).expect("valid");
        prop_assert!(check(&other, &partitioning).is_err());
    }

    #[test]
    fn graphs_survive_saving(graph in random::graph(60)) {
        let mut bytes = Vec::new();
        write_graph(&graph, &mut bytes).expect("memory takes everything");
        prop_assert_eq!(read_graph(bytes.as_slice()).expect("own files are readable"), graph);
    }

    #[test]
    fn the_automatic_number_of_units_has_bounds(graph in random::graph(60)) {
        prop_assert!((1..=48).contains(&automatic_units(&graph)));
    }
}
