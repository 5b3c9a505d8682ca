//! A question to rustc.
//@ action: passthrough
//@ reason: print
//@ compile-flags: --print=cfg
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
