//! Stock's own code generation is measured.
//@ action: passthrough
//@ reason: profiling
//@ compile-flags: -O -Zself-profile=profile
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
