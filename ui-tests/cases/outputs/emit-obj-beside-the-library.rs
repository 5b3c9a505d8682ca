//! The crate's object is an output of its own, beside the library.
//@ compile-flags: -O --emit=obj,link,dep-info --json=artifacts --error-format=json
//@ output: emit-obj-beside-the-library.o
//@ made-units: 4
//@ stock-equal: symbols

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

pub trait Shape {
    fn area(&self) -> f64;
    fn name(&self) -> String {
        "shape".to_owned()
    }
}

#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct Square(pub f64);

#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct Circle(pub f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        self.0 * self.0 * std::f64::consts::PI
    }
    fn name(&self) -> String {
        format!("circle of {:.2}", self.0)
    }
}

pub fn sorted(text: &str) -> Vec<(String, usize)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    text.split_whitespace().for_each(|word| *counts.entry(word.to_lowercase()).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}

pub fn grouped(numbers: &[i64]) -> BTreeMap<i64, Vec<i64>> {
    let mut groups = BTreeMap::<i64, Vec<i64>>::new();
    numbers.iter().for_each(|number| groups.entry(number.rem_euclid(7)).or_default().push(*number));
    groups.values_mut().for_each(|group| group.sort_unstable());
    groups
}

pub fn described(shapes: &[Box<dyn Shape>]) -> String {
    let mut text = String::new();
    for shape in shapes {
        writeln!(text, "{}: {:.3}", shape.name(), shape.area()).expect("strings can be written to");
    }
    text
}

pub fn parsed(text: &str) -> Result<Vec<u8>, std::num::ParseIntError> {
    text.split(',').map(|part| part.trim().parse()).collect()
}
