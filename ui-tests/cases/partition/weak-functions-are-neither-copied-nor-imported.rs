//! A weak function may be replaced at link time, so its body is in one unit only.
//@ compile-flags: -O
//@ env: RUSTC_BOOTSTRAP=1
//@ units: 2
//@ stock-equal: symbols
//@ filecheck: units
//@ filecheck: nm

#![feature(linkage)]

/// Enough instructions to be worth a unit, and different ones for each `SEED`.
macro_rules! work {
    ($x:expr, $seed:literal) => {{
        let mut x: u64 = $x;
        for round in 0..x & 0xff {
            x = x.rotate_left($seed) ^ round.wrapping_mul($seed) ^ (x >> 3);
            x = if x % ($seed + 2) == 1 { x.wrapping_add(round) } else { x.swap_bytes() };
            x = x.wrapping_mul(0x9e37_79b9_7f4a_7c15 + $seed) ^ x.leading_zeros() as u64;
            x = x.reverse_bits().wrapping_sub(x.count_ones() as u64 * $seed);
        }
        x
    }};
}


// UNITS-NOT: available_externally {{.*}}replaceable
// UNITS-COUNT-1: define weak {{.*}}replaceable
// UNITS-NOT: define {{.*}}replaceable

// NM: W replaceable
#[linkage = "weak"]
#[unsafe(no_mangle)]
pub extern "C" fn replaceable(x: u64) -> u64 {
    x + 1
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(replaceable(work!(x, 5)), 7)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(replaceable(work!(x, 9)), 11)
}
