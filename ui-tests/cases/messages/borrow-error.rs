//! Errors of the borrow checker.
//@ compile-flags: -O
//@ units: 2
//@ fails

pub fn borrowed() -> usize {
    let mut words = vec![1, 2, 3];
    let first = &words[0];
    words.push(4);
    *first
}
