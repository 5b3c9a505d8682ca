//! Crates share internal names of std's generic functions; promoted ones still do not clash when they are linked.
//@ compile-flags: -O
//@ units: 2
//@ crate-type: bin
//@ aux: left.rs
//@ aux: right.rs
//@ run

fn main() {
    let words = ["one", "two", "three", "Two", "four"];
    let mut all: Vec<String> = words.iter().map(|word| word.to_string()).collect();
    all.sort();
    println!("{} {} {all:?}", left::left(&words), right::right(&words));
    left::left_again(&mut all);
    right::right_again(&mut all);
    println!("{all:?}");
}
