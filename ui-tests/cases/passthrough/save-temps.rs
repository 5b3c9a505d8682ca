//! The user wants the files of stock's own code generation.
//@ action: passthrough
//@ reason: save-temps
//@ compile-flags: -O -Csave-temps
//@ random-names: temporary folders are kept, too

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
