//! A relative rpath is computed from the output's folder, which is another one for archives.
//@ action: passthrough
//@ reason: rpath
//@ compile-flags: -O -Crpath --crate-type=cdylib
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
