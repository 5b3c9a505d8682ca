//! LLVM plugins are loaded by stock.
//@ action: passthrough
//@ reason: llvm-plugins
//@ compile-flags: -O -Ccodegen-units=1 -Zllvm-plugins=
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
