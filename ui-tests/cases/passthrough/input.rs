//! rustc complains about a second source file.
//@ action: passthrough
//@ reason: input
//@ compile-flags: -O second.rs
//@ fails
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
