//! The output is a stage of stock's own code generation.
//@ action: passthrough
//@ reason: emit
//@ compile-flags: -O --emit=asm,link
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
