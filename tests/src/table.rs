//! Tables in Markdown that are as readable in a terminal.

use std::path::Path;

use anyhow::{Context, Result};

/// A table: the first row is the header, the first column is text, the others are figures.
#[derive(Debug, Clone)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table without rows.
    pub fn new<S: ToString>(header: &[S]) -> Self {
        Self(vec![header.iter().map(ToString::to_string).collect()])
    }

    /// Adds a row.
    pub fn row<S: ToString>(&mut self, cells: &[S]) {
        self.0.push(cells.iter().map(ToString::to_string).collect());
    }

    /// The table as Markdown.
    pub fn markdown(&self) -> String {
        let columns = self.0[0].len();
        let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
        let widths: Vec<usize> = (0..columns)
            .map(|column| self.0.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0).max(3))
            .collect();
        let line = |row: &[String]| {
            let cells = (0..columns).map(|column| pad(&cell(row, column), widths[column], column > 0));
            format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
        };
        let rule = (0..columns).map(|column| {
            let dashes = "-".repeat(widths[column] + 1);
            if column > 0 { format!("{dashes}:") } else { format!("{dashes}-") }
        });
        let rule = format!("|{}|\n", rule.collect::<Vec<_>>().join("|"));
        line(&self.0[0]) + &rule + &self.0[1..].iter().map(|row| line(row)).collect::<String>()
    }
}

fn pad(text: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.chars().count()));
    if right { space + text } else { text.to_owned() + &space }
}

/// Replaces what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` in a file.
pub fn replace_section(file: &Path, name: &str, content: &str) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let (begin, end) = (format!("<!-- begin {name} -->"), format!("<!-- end {name} -->"));
    let from = text.find(&begin).with_context(|| format!("no `{begin}` in {}", file.display()))? + begin.len();
    let to = text.find(&end).with_context(|| format!("no `{end}` in {}", file.display()))?;
    std::fs::write(file, format!("{}\n\n{}\n\n{}", &text[..from], content.trim_end(), &text[to..]))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&["crate", "s"]);
        table.row(&["a", "10.25"]);
        assert_eq!(table.markdown(), "| crate |     s |\n|-------|------:|\n| a     | 10.25 |\n");
    }
}
