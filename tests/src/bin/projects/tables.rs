//! The tables of BENCHMARKING.md.

use pcg_tests::measure::{Cost, geometric_mean, median};
use pcg_tests::table::Table;

use crate::project::{Results, Way};

impl Results {
    fn median(&self, way: Way, of: fn(&Cost) -> f64) -> f64 {
        let number = Way::ALL.iter().position(|other| *other == way).unwrap_or(0);
        median(&self.runs[number].iter().map(of).collect::<Vec<_>>())
    }

    fn wall(&self, way: Way, over: Way) -> f64 {
        self.median(way, |cost| cost.wall) / self.median(over, |cost| cost.wall)
    }

    fn cpu(&self, way: Way, over: Way) -> f64 {
        self.median(way, |cost| cost.cpu) / self.median(over, |cost| cost.cpu)
    }

    fn text(&self, way: Way, over: Way) -> f64 {
        let bytes = |way| Way::ALL.iter().position(|other| *other == way).map_or(0, |number| self.text[number]);
        bytes(way) as f64 / bytes(over) as f64
    }
}

/// A column: its title, and the ratio that it shows of each project.
type Column = (&'static str, fn(&Results) -> f64);

const COLUMNS: [Column; 8] = [
    ("pcg first / default, wall", |it| it.wall(Way::PcgFirst, Way::StockDefault)),
    ("pcg again / default, wall", |it| it.wall(Way::PcgAgain, Way::StockDefault)),
    ("pcg first / 1 unit, wall", |it| it.wall(Way::PcgFirst, Way::StockOne)),
    ("pcg again / 1 unit, wall", |it| it.wall(Way::PcgAgain, Way::StockOne)),
    ("pcg again / default, CPU", |it| it.cpu(Way::PcgAgain, Way::StockDefault)),
    ("pcg again / 1 unit, CPU", |it| it.cpu(Way::PcgAgain, Way::StockOne)),
    ("pcg again / 1 unit, .text", |it| it.text(Way::PcgAgain, Way::StockOne)),
    ("default / 1 unit, .text", |it| it.text(Way::StockDefault, Way::StockOne)),
];

/// Ratios, with their geometric means and the worst of each.
pub(crate) fn ratios(results: &[Results]) -> String {
    let mut table = Table::new(&["project"].into_iter().chain(COLUMNS.map(|(title, _)| title)).collect::<Vec<_>>());
    let row = |name: &str, figures: &dyn Fn(&Column) -> f64| {
        [name.to_owned()]
            .into_iter()
            .chain(COLUMNS.iter().map(|column| format!("{:.2}", figures(column))))
            .collect::<Vec<_>>()
    };
    for result in results {
        table.row(&row(result.subject.package, &|(_, ratio)| ratio(result)));
    }
    let all = |ratio: fn(&Results) -> f64| results.iter().map(ratio).collect::<Vec<_>>();
    table.row(&row("geometric mean", &|(_, ratio)| geometric_mean(&all(*ratio))));
    table.row(&row("worst", &|(_, ratio)| all(*ratio).into_iter().fold(0.0, f64::max)));
    table.markdown()
}

/// The seconds behind them.
pub(crate) fn seconds(results: &[Results]) -> String {
    let header = ["project", "what it stands for"].into_iter().map(str::to_owned);
    let ways = Way::ALL.iter().map(|way| format!("{}, wall (CPU) s", way.name()));
    let mut table = Table::new(&header.chain(ways).collect::<Vec<_>>());
    for result in results {
        let cells = [result.subject.package.to_owned(), result.subject.what.to_owned()].into_iter();
        let seconds = Way::ALL.map(|way| {
            format!("{:.1} ({:.1})", result.median(way, |cost| cost.wall), result.median(way, |cost| cost.cpu))
        });
        table.row(&cells.chain(seconds).collect::<Vec<_>>());
    }
    table.markdown()
}
