//! Control-flow protection is added by stock's pipeline.
//@ action: passthrough
//@ reason: control-flow-protection
//@ compile-flags: -O -Zcf-protection=full
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
