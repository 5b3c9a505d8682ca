//! The other one.

/// Sorts and joins.
pub fn right(words: &[&str]) -> String {
    let mut words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    words.sort();
    words.dedup();
    words.join("-")
}

/// The same instance of the sort once more, for another unit.
pub fn right_again(words: &mut Vec<String>) {
    words.sort();
    words.truncate(3);
}
