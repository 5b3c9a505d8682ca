//! Errors after type checking, when code is made.
//@ compile-flags: -O
//@ units: 2
//@ fails

const fn divide(x: u32, y: u32) -> u32 {
    x / y
}

pub struct Sized<const N: u32>;

impl<const N: u32> Sized<N> {
    pub const INVERSE: u32 = divide(1, N);
}

pub fn found_late() -> u32 {
    // An error that rustc finds while it makes code.
    Sized::<0>::INVERSE
}
