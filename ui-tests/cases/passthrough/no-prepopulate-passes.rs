//! The user wants unoptimised code.
//@ action: passthrough
//@ reason: no-prepopulate-passes
//@ compile-flags: -O -Cno-prepopulate-passes
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
