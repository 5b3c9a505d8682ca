//! The user names a backend.
//@ action: passthrough
//@ reason: codegen-backend
//@ compile-flags: -O -Zcodegen-backend=llvm
//@ stock-equal: files
//@ env: RUSTC_BOOTSTRAP=1

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
