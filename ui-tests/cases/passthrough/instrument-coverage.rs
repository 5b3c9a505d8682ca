//! Coverage is lowered by stock's pipeline.
//@ action: passthrough
//@ reason: instrument-coverage
//@ compile-flags: -O -Cinstrument-coverage
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
