//! An internal function that is used in one unit only stays internal there, and no other unit knows of it.
//@ compile-flags: -O
//@ units: 2
//@ stock-equal: symbols
//@ filecheck: units

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

// UNITS-NOT: hidden {{.*}}only_first
// UNITS-NOT: declare {{.*}}only_first
// UNITS: define internal {{.*}}only_first
// UNITS-NOT: hidden {{.*}}only_first
// UNITS-NOT: {{define|declare}} {{.*}}only_first
#[inline(never)]
fn only_first(x: u64) -> u64 {
    work!(x, 3)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(only_first(work!(x, 5)), 7) ^ only_first(x + 1)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(work!(work!(x, 9), 11), 13)
}
