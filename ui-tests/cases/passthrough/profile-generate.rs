//! Counters are added by stock's pipeline.
//@ action: passthrough
//@ reason: profile-generate
//@ compile-flags: -O -Cprofile-generate=profiles
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
