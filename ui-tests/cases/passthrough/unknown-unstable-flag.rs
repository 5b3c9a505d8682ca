//! An unstable flag that rustc knows and pcg does not.
//@ action: passthrough
//@ reason: unstable-flag
//@ compile-flags: -O -Zplt=yes
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
