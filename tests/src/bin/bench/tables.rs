//! The tables that `bench` prints.

use pcg_tests::benchmark::Series;
use pcg_tests::measure::median;
use pcg_tests::ratios::Ratios;
use pcg_tests::table::Table;

use crate::figures::{Figures, PCG_4, PCG_16, PCG_DEFAULT, STOCK_1, STOCK_16};
use crate::forecast::CORES;

/// A column of ratios: its title, and a crate's value.
type Column<'a> = (&'a str, &'a dyn Fn(&Figures) -> f64);
/// A column that has no mean.
type Note<'a> = (&'a str, &'a dyn Fn(&Figures) -> String);

fn ratios(results: &[Figures], columns: &[Column<'_>], notes: &[Note<'_>]) -> String {
    let titles: Vec<String> = columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    let more: Vec<String> = notes.iter().map(|(title, _)| (*title).to_owned()).collect();
    let mut table = Ratios::new("crate", &titles, &more, 2);
    for result in results {
        let ratios = columns.iter().map(|(_, value)| value(result)).collect();
        let notes = notes.iter().map(|(_, value)| value(result)).collect();
        table.row(result.subject.name(), result.subject.set, ratios, notes);
    }
    table.markdown()
}

/// What matters most to a user, for the README.
pub(crate) fn overview(results: &[Figures]) -> String {
    let columns: &[Column<'_>] = &[
        ("pcg 4 / best stock, wall", &|one| one.wall(PCG_4)),
        ("pcg default / best stock, wall", &|one| one.wall(PCG_DEFAULT)),
        ("pcg 4 / stock 1, CPU", &|one| one.cpu(PCG_4)),
        ("pcg 4 / stock 1, .text", &|one| one.text(PCG_4)),
        ("stock 16 / stock 1, .text", &|one| one.text(STOCK_16)),
    ];
    ratios(results, columns, &[])
}

/// Wall time over stock's best setting, processor time over stock's single unit.
pub(crate) fn time(results: &[Figures]) -> String {
    let columns: &[Column<'_>] = &[
        ("pcg 4 / best stock, wall", &|one| one.wall(PCG_4)),
        ("pcg default / best stock, wall", &|one| one.wall(PCG_DEFAULT)),
        ("pcg 4 / stock 1, CPU", &|one| one.cpu(PCG_4)),
        ("pcg default / stock 1, CPU", &|one| one.cpu(PCG_DEFAULT)),
        ("stock 16 / stock 1, CPU", &|one| one.cpu(STOCK_16)),
    ];
    ratios(results, columns, &[("pcg 4, overhead", &|one| percent(one.of(PCG_4).overhead()))])
}

/// Code size over stock's single unit, and what inlining was kept.
pub(crate) fn code(results: &[Figures]) -> String {
    let columns: &[Column<'_>] = &[
        ("pcg 4 / stock 1, .text", &|one| one.text(PCG_4)),
        ("pcg 16 / stock 1, .text", &|one| one.text(PCG_16)),
        ("stock 16 / stock 1, .text", &|one| one.text(STOCK_16)),
    ];
    let notes: &[Note<'_>] = &[
        ("inline recall, 4 units", &|one| percent(one.recall[0])),
        ("inline recall, 16 units", &|one| percent(one.recall[1])),
    ];
    ratios(results, columns, notes)
}

/// Peak memory over stock's with 16 units.
pub(crate) fn memory(results: &[Figures]) -> String {
    let over = |one: &Figures, variant| one.memory(variant) as f64 / one.memory(STOCK_16) as f64;
    let columns: &[Column<'_>] = &[
        ("pcg 4 / stock 16, memory", &|one| over(one, PCG_4)),
        ("pcg default / stock 16, memory", &|one| over(one, PCG_DEFAULT)),
        ("stock 1 / stock 16, memory", &|one| over(one, STOCK_1)),
    ];
    ratios(results, columns, &[("stock 16, MiB", &|one| (one.memory(STOCK_16) >> 20).to_string())])
}

/// LLVM's part of the large crates on more cores; `None` if no large crate was measured.
pub(crate) fn forecast(results: &[Figures]) -> Option<String> {
    let makespan = format!("makespan on {CORES} cores, s");
    let header = ["crate", "units", "LLVM in 1 unit, s", "all units, s", "longest unit, s", &makespan, "efficiency"];
    let mut table = Table::new(&header);
    let mut rows = 0;
    for result in results {
        let Some(forecast) = &result.forecast else { continue };
        rows += 1;
        let seconds = [forecast.single, forecast.total, forecast.longest, forecast.makespan];
        let start = [result.subject.name().to_owned(), forecast.units.to_string()].into_iter();
        let cells = start.chain(seconds.iter().map(|seconds| format!("{seconds:.2}")));
        table.row(&cells.chain([format!("{:.2}", forecast.efficiency())]).collect::<Vec<_>>());
    }
    (rows > 0).then(|| table.markdown())
}

/// Medians with their range, one column for each variant that took turns.
pub(crate) fn seconds(results: &[Figures], what: &str, values: impl Fn(&Series) -> Vec<f64>) -> String {
    let names = results[0].timed.iter().map(|series| series.variant.name());
    let mut table = Table::new(&std::iter::once(format!("{what} s")).chain(names).collect::<Vec<_>>());
    for result in results {
        let cells = result.timed.iter().map(|series| {
            let values = values(series);
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(0.0, f64::max);
            format!("{:.2} ({least:.2} to {most:.2})", median(&values))
        });
        table.row(&std::iter::once(result.subject.name().to_owned()).chain(cells).collect::<Vec<_>>());
    }
    table.markdown()
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
