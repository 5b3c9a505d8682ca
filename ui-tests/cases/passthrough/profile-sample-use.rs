//! Profiles are read by stock's pipeline, and a missing one is its error.
//@ action: passthrough
//@ reason: profile-sample-use
//@ compile-flags: -O -Zprofile-sample-use=/no/such/profile
//@ fails
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
