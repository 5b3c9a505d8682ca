//! What became of each crate of a build, in numbers, in sentences and as a table.

mod facts;
mod present;
mod sentences;
mod table;

pub(crate) use facts::Facts;
pub(crate) use present::Present;
pub(crate) use sentences::sentences;
pub(crate) use table::table;

/// Seconds, for people.
fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

/// A share of a whole, for people.
fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// `1 unit`, `2 units`.
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_for_people() {
        assert_eq!(seconds(1.006), "1.01 s");
        assert_eq!(percent(0.126), "13 %");
        assert_eq!([counted(1, "unit"), counted(0, "unit")], ["1 unit", "0 units"]);
    }
}
