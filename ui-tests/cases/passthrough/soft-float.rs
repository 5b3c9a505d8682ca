//! Another float ABI.
//@ action: passthrough
//@ reason: soft-float
//@ compile-flags: -O -Csoft-float
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
