//! The user wants bitcode.
//@ action: passthrough
//@ reason: linker-plugin-lto
//@ compile-flags: -O -Clinker-plugin-lto
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
