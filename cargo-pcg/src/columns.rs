//! Tables for people.

use comfy_table::{CellAlignment, Table, presets};

/// A column: what stands above it, and which side its cells are on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column {
    /// Words begin at the left.
    Words(&'static str),
    /// Numbers end at the right.
    Numbers(&'static str),
}

impl Column {
    fn header(self) -> &'static str {
        match self {
            Self::Words(header) | Self::Numbers(header) => header,
        }
    }

    fn alignment(self) -> CellAlignment {
        match self {
            Self::Words(_) => CellAlignment::Left,
            Self::Numbers(_) => CellAlignment::Right,
        }
    }
}

/// The table, without a line end behind it.
pub(crate) fn table<const N: usize>(columns: [Column; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(columns.map(Column::header)).add_rows(rows);
    for (column, cells) in columns.into_iter().zip(table.column_iter_mut()) {
        cells.set_cell_alignment(column.alignment());
    }
    table.trim_fmt()
}
