//! How long partitioning takes for programs of 25,000 to 200,000 functions made from real graphs.
//!
//! `cargo bench -p pcg-partition` takes the graphs of `tests/fixtures`; `PCG_BENCH_GRAPHS` names others, as a list of
//! files that `pcg-rustc --pcg-dump-graph` saved, separated by `:`.

#[path = "../tests/support/fixture.rs"]
mod fixture;
#[path = "../tests/support/program.rs"]
mod program;

use std::env;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use pcg_partition::{Graph, Strategy, partition};

/// The graphs that programs are made from.
fn crates() -> Vec<Graph> {
    match env::var_os("PCG_BENCH_GRAPHS") {
        Some(paths) => env::split_paths(&paths).map(|path| fixture::load(&path)).collect(),
        None => fixture::FIXTURES.map(fixture::fixture).into(),
    }
}

fn scale(criterion: &mut Criterion) {
    let crates = crates();
    let mut group = criterion.benchmark_group("inline");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_millis(500));
    for functions in [25_000, 50_000, 100_000, 200_000] {
        let graph = program::program(&crates, functions);
        group.throughput(Throughput::Elements(functions as u64));
        for units in [16, 64] {
            group.bench_function(BenchmarkId::new(format!("{units} units"), functions), |bencher| {
                bencher.iter(|| partition(black_box(&graph), Strategy::Inline, units));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, scale);
criterion_main!(benches);
