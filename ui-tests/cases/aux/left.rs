//! One of two crates that share instances of std's generic functions.

/// Sorts and joins.
pub fn left(words: &[&str]) -> String {
    let mut words: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    words.sort();
    words.dedup();
    words.join("+")
}

/// The same instance of the sort once more, for another unit.
pub fn left_again(words: &mut Vec<String>) {
    words.sort();
    words.retain(|word| word.len() > 2);
}
