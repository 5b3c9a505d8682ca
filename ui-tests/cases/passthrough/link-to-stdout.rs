//! The library goes to standard output.
//@ action: passthrough
//@ reason: link-to-stdout
//@ compile-flags: -O -o -
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
