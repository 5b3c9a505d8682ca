//! rustc complains about a flag that it does not know.
//@ action: passthrough
//@ reason: unknown-flag
//@ compile-flags: -O --no-such-flag
//@ fails
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
