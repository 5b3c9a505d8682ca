//! rustc warns about an output file that looks like a mistyped flag.
//@ action: passthrough
//@ reason: confusing-output
//@ compile-flags: -O -optimize
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
