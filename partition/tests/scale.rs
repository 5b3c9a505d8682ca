//! Time in proportion to the program: one of rustc's size takes about a second, where anything quadratic would take hours.
//!
//! The limits are several times what a busy machine needs; `cargo bench -p pcg-partition` measures.

#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/program.rs"]
mod program;

use std::time::{Duration, Instant};

use pcg_partition::{Graph, Strategy, partition};

/// As many functions as the largest crates have; fewer without optimisation.
const FUNCTIONS: usize = if cfg!(debug_assertions) { 10_000 } else { 200_000 };

/// For any strategy.
const LIMIT: Duration = Duration::from_secs(30);

/// For the default strategy.
const INLINE_LIMIT: Duration = Duration::from_secs(15);

/// How much more than in proportion to `n log n` a program of four times the size may take: it no longer fits the caches.
const SLACK: f64 = 2.5;

fn time(graph: &Graph, strategy: Strategy, units: usize) -> Duration {
    let start = Instant::now();
    let found = partition(graph, strategy, units).expect("the strategies' answers are valid");
    assert_eq!(found.units.len(), units, "{strategy}");
    start.elapsed()
}

#[test]
fn large_programs_take_seconds() {
    let graph = program::program(&fixture::FIXTURES.map(fixture::fixture), FUNCTIONS);
    for &strategy in Strategy::ALL {
        let limit = if strategy == Strategy::Inline { INLINE_LIMIT } else { LIMIT };
        for units in [4, 16, 64] {
            let time = time(&graph, strategy, units);
            assert!(time < limit, "{strategy} with {units} units took {time:?}");
            println!("{strategy}, {units} units: {time:?}");
        }
    }
}

#[test]
fn time_grows_hardly_faster_than_the_program() {
    let crates = fixture::FIXTURES.map(fixture::fixture);
    let [small, large] = [FUNCTIONS / 4, FUNCTIONS].map(|functions| {
        let graph = program::program(&crates, functions);
        let times = (0..3).map(|_| time(&graph, Strategy::Inline, 16));
        times.min().map_or(0.0, |time| time.as_secs_f64())
    });
    let n_log_n = |functions: usize| functions as f64 * (functions as f64).log2();
    let expected = small * n_log_n(FUNCTIONS) / n_log_n(FUNCTIONS / 4);
    assert!(large < SLACK * expected, "{FUNCTIONS} functions took {large} s, a quarter of them {small} s");
}
