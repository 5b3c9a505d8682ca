//! Passes of the user's come last in stock's pipeline.
//@ action: passthrough
//@ reason: passes
//@ compile-flags: -O -Cpasses=mem2reg
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
