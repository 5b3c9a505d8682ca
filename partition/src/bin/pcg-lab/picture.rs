//! The picture of a partitioning: a row for each unit, with its work as a bar and its line of the cut as a matrix.
//!
//! ```text
//! title, legend
//! unit 0  |███ own ███▒ copied ▒░ imported ░|   |· 3 1 ·|
//! unit 1  |██████▒▒░                    ┊   |   |2 · · 5|
//!                         even share ┊
//! ```
//!
//! Bars share one scale, and a red line is at the even share of one unit's work: what is beyond it is what copies and
//! imbalance cost. A cell of the matrix is darker the more uses lead from bodies of the row's unit to items that the
//! column's unit defines; uses that stay in a unit are not cut and have no cell.

use pcg_partition::{Graph, Strategy, UnitStatistics, cuts};

use crate::cut::Cut;
use crate::svg::{Anchor, Area, Drawing};
use crate::table::{percent, ratio};

const OWN: &str = "#3b6ea8";
const COPIED: &str = "#e08a2e";
const IMPORTED: &str = "#7fb069";
const INK: &str = "#222";
const FAINT: &str = "#888";
const SHARE: &str = "#b3262a";
const EMPTY_CELL: &str = "#f4f4f4";
const OWN_CELL: &str = "#ddd";

/// The darkest cell of the matrix, and the lightest, as red, green and blue.
const MOST_CUT: [f64; 3] = [90.0, 20.0, 90.0];
const LEAST_CUT: [f64; 3] = [236.0, 222.0, 236.0];

const MARGIN: f64 = 24.0;
/// The height of title and legend.
const HEAD: f64 = 112.0;
/// The height of what is below the rows.
const FOOT: f64 = 40.0;
/// Space for the units' numbers before their bars and before the matrix.
const LABELS: f64 = 36.0;
const BARS: f64 = 560.0;
/// The least width of the matrix with what stands above it.
const LEAST_MATRIX: f64 = 400.0;
/// The height of all rows, as far as rows may be as high or as low as it takes.
const ROWS: f64 = 704.0;
const LOWEST_ROW: f64 = 11.0;
const HIGHEST_ROW: f64 = 56.0;
/// The least height of a row whose cells have room for numbers.
const NUMBERED_ROW: f64 = 26.0;

/// What there is to draw.
pub(crate) struct Picture<'a> {
    graph: &'a Graph,
    strategy: Strategy,
    cut: &'a Cut,
    /// The height of a unit's row, and the width of a unit's column.
    row: f64,
    /// The work at the right end of the bars' scale.
    scale: f64,
}

impl<'a> Picture<'a> {
    pub(crate) fn new(graph: &'a Graph, strategy: Strategy, cut: &'a Cut) -> Self {
        let units = cut.statistics.units.len() as f64;
        let heaviest = cut.statistics.units.iter().map(|unit| unit.weight).max().unwrap_or(0) as f64;
        let share = cut.statistics.totals.whole_weight as f64 / units;
        Self {
            graph,
            strategy,
            cut,
            row: (ROWS / units).clamp(LOWEST_ROW, HIGHEST_ROW).floor(),
            scale: heaviest.max(share).max(1.0),
        }
    }

    /// The picture as an SVG document.
    pub(crate) fn svg(&self) -> String {
        let mut drawing = Drawing::default();
        self.head(&mut drawing);
        self.bars(&mut drawing);
        self.share(&mut drawing);
        self.matrix(&mut drawing);
        let rows = self.row * self.units().len() as f64;
        let width = self.matrix_left() + rows.max(LEAST_MATRIX) + MARGIN;
        let title = format!("{}, {}, {} units", self.graph.name, self.strategy, self.units().len());
        drawing.finish(width, HEAD + rows + FOOT + MARGIN, &title)
    }

    fn units(&self) -> &[UnitStatistics] {
        &self.cut.statistics.units
    }

    fn top(&self, unit: usize) -> f64 {
        HEAD + self.row * unit as f64
    }

    fn bars_left(&self) -> f64 {
        MARGIN + LABELS
    }

    fn matrix_left(&self) -> f64 {
        self.bars_left() + BARS + 2.0 * LABELS
    }

    /// The font size of numbers beside rows.
    fn number_size(&self) -> f64 {
        (self.row * 0.72).clamp(8.0, 13.0)
    }

    /// The base line of a text in the middle of a row.
    fn base_line(&self, unit: usize) -> f64 {
        self.top(unit) + self.row / 2.0 + self.number_size() * 0.36
    }

    /// Title, figures and legend.
    fn head(&self, drawing: &mut Drawing) {
        let totals = &self.cut.statistics.totals;
        drawing.text((MARGIN, MARGIN + 10.0), Anchor::Start, 20.0, INK, &self.graph.name);
        let figures = format!(
            "strategy {}, {} units · work {:.3} of one unit's · heaviest unit {:.3} of the mean · {} of the instructions \
             copied or imported · {} cut edges · {} promoted",
            self.strategy,
            self.units().len(),
            ratio(totals.weight, totals.whole_weight),
            totals.balance,
            percent(ratio(totals.copied_instructions, totals.instructions)),
            totals.cut_edges,
            totals.promoted,
        );
        drawing.text((MARGIN, MARGIN + 32.0), Anchor::Start, 13.0, FAINT, &figures);
        let y = HEAD - 30.0;
        let mut x = self.bars_left();
        for (fill, name) in [(OWN, "own"), (COPIED, "copied"), (IMPORTED, "imported")] {
            drawing.area(Area { x, y: y - 10.0, width: 12.0, height: 12.0 }, fill, "");
            drawing.text((x + 17.0, y), Anchor::Start, 13.0, INK, name);
            x += 30.0 + 8.0 * name.len() as f64;
        }
        drawing.text((x, y), Anchor::Start, 13.0, FAINT, "forecast work of each unit");
        let cut = "uses that are cut: from the row's unit to the column's";
        drawing.text((self.matrix_left(), y), Anchor::Start, 13.0, FAINT, cut);
    }

    /// A bar for each unit.
    fn bars(&self, drawing: &mut Drawing) {
        let height = self.row - (self.row * 0.2).clamp(1.0, 6.0);
        for (number, unit) in self.units().iter().enumerate() {
            let own = unit.weight - unit.copied_weight - unit.imported_weight;
            let y = self.top(number) + (self.row - height) / 2.0;
            let mut x = self.bars_left();
            let parts = [(OWN, own, unit.defined, "own"), (COPIED, unit.copied_weight, unit.copied, "copied")];
            let imported = (IMPORTED, unit.imported_weight, unit.imported, "imported");
            for (fill, work, items, name) in parts.into_iter().chain([imported]) {
                let width = work as f64 / self.scale * BARS;
                let hint = format!("unit {number}: {items} {name} items, work {work}");
                drawing.area(Area { x, y, width, height }, fill, &hint);
                x += width;
            }
            let label = (self.bars_left() - 8.0, self.base_line(number));
            drawing.text(label, Anchor::End, self.number_size(), INK, &number.to_string());
        }
    }

    /// The line at one unit's work over the number of units.
    fn share(&self, drawing: &mut Drawing) {
        let share = self.cut.statistics.totals.whole_weight as f64 / self.units().len() as f64;
        let x = self.bars_left() + share / self.scale * BARS;
        let bottom = self.top(self.units().len());
        drawing.line((x, HEAD - 6.0), (x, bottom + 6.0), SHARE);
        let text = format!("even share of one unit's work: {share:.0}");
        let anchor = if x > self.bars_left() + BARS / 2.0 { Anchor::End } else { Anchor::Start };
        drawing.text((x, bottom + 22.0), anchor, 13.0, SHARE, &text);
    }

    /// The cut, a cell for each pair of units.
    fn matrix(&self, drawing: &mut Drawing) {
        let cuts = cuts(self.graph, &self.cut.partitioning);
        let most = cuts.iter().flatten().copied().max().unwrap_or(0);
        for (from, row) in cuts.iter().enumerate() {
            let label = (self.matrix_left() - 8.0, self.base_line(from));
            drawing.text(label, Anchor::End, self.number_size(), INK, &from.to_string());
            for (to, count) in row.iter().enumerate() {
                self.cell(drawing, (from, to), *count, most);
            }
        }
        let y = self.top(cuts.len()) + 4.0 + self.number_size();
        // Where columns are narrow, every fourth has its number.
        let step = if self.row < 16.0 { 4 } else { 1 };
        for unit in (0..cuts.len()).step_by(step) {
            let x = self.matrix_left() + self.row * (unit as f64 + 0.5);
            drawing.text((x, y), Anchor::Middle, self.number_size(), INK, &unit.to_string());
        }
    }

    fn cell(&self, drawing: &mut Drawing, (from, to): (usize, usize), count: usize, most: usize) {
        let (x, y) = (self.matrix_left() + self.row * to as f64, self.top(from));
        let side = self.row - 1.0;
        let area = Area { x, y, width: side, height: side };
        // The root tells few uses from none, and many from most.
        let strength = (count as f64 / most.max(1) as f64).sqrt();
        match count {
            _ if from == to => drawing.area(area, OWN_CELL, ""),
            0 => drawing.area(area, EMPTY_CELL, ""),
            _ => drawing.area(area, &shade(strength), &format!("{count} uses in unit {from} of items of unit {to}")),
        }
        if self.row >= NUMBERED_ROW && count > 0 {
            let ink = if strength > 0.5 { "#fff" } else { INK };
            let size = (self.row / 3.2).min(13.0);
            let at = (x + side / 2.0, y + side / 2.0 + size * 0.36);
            drawing.text(at, Anchor::Middle, size, ink, &count.to_string());
        }
    }
}

/// A colour between the lightest and the darkest cell.
fn shade(strength: f64) -> String {
    let channel = |index: usize| LEAST_CUT[index] + (MOST_CUT[index] - LEAST_CUT[index]) * strength;
    format!("rgb({:.0},{:.0},{:.0})", channel(0), channel(1), channel(2))
}
