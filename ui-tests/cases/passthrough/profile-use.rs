//! Profiles are read by stock's pipeline, and a missing one is its error.
//@ action: passthrough
//@ reason: profile-use
//@ compile-flags: -O -Cprofile-use=/no/such/profile
//@ fails
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
