//! Sanitizers see optimised code.
//@ action: passthrough
//@ reason: sanitizer
//@ compile-flags: -O -Zsanitizer=address
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
