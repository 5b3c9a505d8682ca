//! `--version` without `--verbose` is answered by rustc, without a line of pcg's.
//@ action: passthrough
//@ reason: version
//@ compile-flags: --version
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
