//! Stock keeps objects for the next compile.
//@ action: passthrough
//@ reason: incremental
//@ compile-flags: -O -Cincremental=incremental

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
