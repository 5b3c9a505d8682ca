//! Without code to generate there is nothing to split.
//@ action: passthrough
//@ reason: no-code
//@ compile-flags: -O -Ccodegen-units=2 --emit=metadata,dep-info
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
