//! The standard library of another sysroot may come from another compiler.
//@ action: passthrough
//@ reason: other-sysroot
//@ compile-flags: -O --sysroot=/no/such/folder
//@ fails
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
