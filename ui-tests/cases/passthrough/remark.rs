//! Remarks are printed by stock's pipeline.
//@ action: passthrough
//@ reason: remark
//@ compile-flags: -O -g -Ccodegen-units=1 -Cremark=inline
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
