//! pcg does not know which linker rustc would run.
//@ action: passthrough
//@ reason: linker-flavor
//@ compile-flags: -O -Clinker-flavor=ld
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
