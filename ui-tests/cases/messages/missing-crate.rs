//! An `--extern` that is missing.
//@ compile-flags: -O --extern=nowhere=/no/such/libnowhere.rlib
//@ units: 2
//@ fails

pub use nowhere::something;
