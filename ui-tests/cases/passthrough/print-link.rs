//! What has to be linked is known when rustc links.
//@ action: passthrough
//@ reason: print-link
//@ compile-flags: -O --print=native-static-libs
//@ stock-equal: files
//@ crate-type: staticlib

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
