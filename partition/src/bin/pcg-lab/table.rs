//! Tables for people.

use comfy_table::{CellAlignment, Table, presets};
use pcg_partition::{Graph, Statistics, UnitStatistics};

/// One line per unit, then what all of them cost beside one unit.
pub(crate) fn units(graph: &Graph, statistics: &Statistics) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["unit", "defined", "imported", "copied", "promoted", "instructions", "work"]);
    for (number, unit) in statistics.units.iter().enumerate() {
        table.add_row(row(number.to_string(), unit));
    }
    table.column_iter_mut().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    format!("{}\n{}\n", table.trim_fmt(), summary(graph, statistics))
}

fn row(name: String, unit: &UnitStatistics) -> [String; 7] {
    [
        name,
        unit.defined.to_string(),
        unit.imported.to_string(),
        unit.copied.to_string(),
        unit.promoted.to_string(),
        unit.instructions.to_string(),
        unit.weight.to_string(),
    ]
}

fn summary(graph: &Graph, statistics: &Statistics) -> String {
    let totals = &statistics.totals;
    let ratio = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    format!(
        "{}: {} items, {} instructions and {:.1} % copied, work {:.3} of one unit's, heaviest unit {:.3} of the mean, \
         {} cut edges, {} promoted",
        graph.name,
        totals.items,
        totals.instructions,
        100.0 * ratio(totals.copied_instructions, totals.instructions),
        ratio(totals.weight, totals.whole_weight),
        totals.balance,
        totals.cut_edges,
        totals.promoted,
    )
}
