//! A relocation model that x86-64 does not have.
//@ action: passthrough
//@ reason: machine-model
//@ compile-flags: -O -Crelocation-model=ropi
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
