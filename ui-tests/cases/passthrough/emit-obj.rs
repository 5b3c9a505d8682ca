//! The output is a stage of stock's own code generation.
//@ action: passthrough
//@ reason: emit
//@ compile-flags: -O -Ccodegen-units=1 --emit=obj
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
