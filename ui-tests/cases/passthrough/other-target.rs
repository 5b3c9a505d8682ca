//! Code for another target than the host.
//@ action: passthrough
//@ reason: other-target
//@ compile-flags: -O --target=wasm32-unknown-unknown
//@ fails
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
