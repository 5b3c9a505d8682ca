//! Debug information goes to files beside the objects.
//@ action: passthrough
//@ reason: split-debuginfo
//@ compile-flags: -O -g -Csplit-debuginfo=unpacked
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
