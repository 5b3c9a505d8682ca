//! A crate that has code only where it is used.
//@ compile-flags: -O
//@ made-units: 1
//@ filecheck: report

// REPORT: "action": "split"
pub fn largest<T: PartialOrd + Copy>(items: &[T]) -> Option<T> {
    items.iter().copied().reduce(|one, other| if one > other { one } else { other })
}
