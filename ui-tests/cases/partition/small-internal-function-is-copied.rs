//! A small internal function is copied into every unit that uses it.
//@ compile-flags: -O -Zinline-mir=no
//@ env: RUSTC_BOOTSTRAP=1
//@ units: 2
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

// UNITS-NOT: hidden {{.*}}tiny
// UNITS: UNIT
// UNITS: define internal {{.*}}tiny
// UNITS: UNIT
// UNITS: define internal {{.*}}tiny
// UNITS-NOT: define {{.*}}tiny

// NM-NOT: tiny
fn tiny(mut x: u64) -> u64 {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    x ^= x << 23;
    x ^= x >> 9;
    x ^= x << 37;
    x
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(tiny(work!(x, 5)), 7) ^ tiny(x + 1)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(tiny(work!(x, 9)), 11) ^ tiny(x + 2)
}
