//! A flag of which pcg knows nothing may change what comes after the front end.
//@ action: passthrough
//@ reason: unstable-flag
//@ compile-flags: -O -Zno-such-option
//@ fails
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
