//! The object of a `#![no_builtins]` crate comes as machine code from the front end and is stock's.
//@ compile-flags: -O -Ccodegen-units=1 --emit=obj
//@ output: emit-obj-no-builtins.o
//@ action: fallback
//@ reason: no-builtins
//@ stock-equal: files

#![no_builtins]

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
