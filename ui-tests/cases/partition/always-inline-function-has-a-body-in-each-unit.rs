//! An always-inline function has a body wherever it is called, however large it is and however the crate is cut.
//@ compile-flags: -O -Zinline-mir=no
//@ env: RUSTC_BOOTSTRAP=1
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ stock-equal: symbols
//@ filecheck: units
//@ filecheck: nm

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

// UNITS-NOT: declare {{.*}}everywhere
// UNITS: UNIT
// UNITS: define internal {{.*}}everywhere
// UNITS: UNIT
// UNITS: define internal {{.*}}everywhere
// UNITS-NOT: declare {{.*}}everywhere

// NM-NOT: everywhere
#[inline(always)]
fn everywhere(x: u64) -> u64 {
    work!(x, 1)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    everywhere(work!(work!(work!(x, 5), 6), 7)) ^ everywhere(x + 1)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    everywhere(work!(work!(work!(x, 9), 10), 11)) ^ everywhere(x + 2)
}
