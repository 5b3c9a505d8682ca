//! Type errors are stock's, and so is the exit code.
//@ compile-flags: -O
//@ units: 2
//@ fails

pub fn wrong(x: u64) -> String {
    let y: &str = x;
    missing(y)
}
