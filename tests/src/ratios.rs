//! Tables of ratios, with means over the sets of crates.

use crate::crate_set::CrateSet;
use crate::measure::geometric_mean;
use crate::table::Table;

/// A table with a row for each thing measured. Of the columns of ratios there are means, of the notes there are not.
#[derive(Debug, Clone)]
pub struct Ratios {
    header: Vec<String>,
    columns: usize,
    decimals: usize,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    name: String,
    set: CrateSet,
    ratios: Vec<f64>,
    notes: Vec<String>,
}

impl Ratios {
    /// A table without rows; `subject` stands above their names. Ratios have `decimals` digits, their means three.
    pub fn new(subject: &str, ratios: &[String], notes: &[String], decimals: usize) -> Self {
        let header = [subject, "set"].map(str::to_owned).into_iter().chain(ratios.iter().chain(notes).cloned());
        Self { header: header.collect(), columns: ratios.len(), decimals, rows: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// Panics if there are not as many ratios as columns for them.
    pub fn row(&mut self, name: &str, set: CrateSet, ratios: Vec<f64>, notes: Vec<String>) {
        assert_eq!(ratios.len(), self.columns, "{name} has a ratio for each column");
        self.rows.push(Row { name: name.to_owned(), set, ratios, notes });
    }

    /// The rows by sets, then geometric means and worst (largest) values of each set, and of all if there are two.
    pub fn markdown(&self) -> String {
        let mut table = Table::new(&self.header);
        for row in CrateSet::ALL.iter().flat_map(|set| self.of(&[*set])) {
            let ratios = row.ratios.iter().map(|ratio| format!("{ratio:.*}", self.decimals));
            let start = [row.name.clone(), row.set.to_string()].into_iter();
            table.row(&start.chain(ratios).chain(row.notes.iter().cloned()).collect::<Vec<_>>());
        }
        let [dev, check] = CrateSet::ALL;
        self.means(&mut table, "dev", &[dev]);
        self.means(&mut table, "check", &[check]);
        if !self.of(&[dev]).is_empty() && !self.of(&[check]).is_empty() {
            self.means(&mut table, "all", &[dev, check]);
        }
        table.markdown()
    }

    fn of(&self, sets: &[CrateSet]) -> Vec<&Row> {
        self.rows.iter().filter(|row| sets.contains(&row.set)).collect()
    }

    fn means(&self, table: &mut Table, name: &str, sets: &[CrateSet]) {
        let rows = self.of(sets);
        if rows.is_empty() {
            return;
        }
        let column = |index: usize| rows.iter().map(|row| row.ratios[index]).collect::<Vec<_>>();
        let worst = |values: Vec<f64>| values.into_iter().fold(0.0, f64::max);
        let line = |title: &str, summary: &dyn Fn(Vec<f64>) -> f64| {
            let cells = (0..self.columns).map(|index| format!("{:.3}", summary(column(index))));
            [title, name].map(str::to_owned).into_iter().chain(cells).collect::<Vec<_>>()
        };
        table.row(&line("geometric mean", &|values| geometric_mean(&values)));
        table.row(&line("worst", &worst));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_has_means_of_its_own() {
        let mut ratios = Ratios::new("crate", &["time".to_owned()], &["note".to_owned()], 2);
        ratios.row("c", CrateSet::Check, vec![4.0], vec!["last".to_owned()]);
        ratios.row("a", CrateSet::Dev, vec![0.5], vec!["first".to_owned()]);
        ratios.row("b", CrateSet::Dev, vec![2.0], vec![]);
        let markdown = ratios.markdown();
        let rows: Vec<Vec<&str>> =
            markdown.lines().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
        assert_eq!(rows[2], ["a", "dev", "0.50", "first"]);
        assert_eq!(rows[4], ["c", "check", "4.00", "last"]);
        assert_eq!(rows[5], ["geometric mean", "dev", "1.000", ""]);
        assert_eq!(rows[6], ["worst", "dev", "2.000", ""]);
        assert_eq!(rows[7], ["geometric mean", "check", "4.000", ""]);
        assert_eq!(rows[9], ["geometric mean", "all", "1.587", ""]);
    }

    #[test]
    fn a_set_without_rows_has_no_means() {
        let mut ratios = Ratios::new("crate", &["time".to_owned()], &[], 2);
        ratios.row("a", CrateSet::Dev, vec![0.5], vec![]);
        let markdown = ratios.markdown();
        assert!(markdown.contains("mean") && !markdown.contains("check") && !markdown.contains("all"), "{markdown}");
    }
}
