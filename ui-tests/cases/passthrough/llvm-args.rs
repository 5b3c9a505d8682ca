//! An option that makes LLVM print.
//@ action: passthrough
//@ reason: llvm-args
//@ compile-flags: -O -Ccodegen-units=1 -Cllvm-args=-print-module-scope
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
