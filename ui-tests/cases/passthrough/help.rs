//! `--help` is answered by rustc.
//@ action: passthrough
//@ reason: help
//@ compile-flags: --help
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
