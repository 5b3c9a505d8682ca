//! `--explain` is answered by rustc.
//@ action: passthrough
//@ reason: explain
//@ compile-flags: --explain=E0308
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
