//! rustc complains about a value that it does not know.
//@ action: passthrough
//@ reason: invalid-argument
//@ compile-flags: -O -Copt-level=9
//@ fails
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
