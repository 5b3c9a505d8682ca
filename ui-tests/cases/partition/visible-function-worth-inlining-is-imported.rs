//! A visible function that is worth inlining is imported where it is called, and emitted by its owner only.
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

// UNITS-DAG: define available_externally {{.*}}@worth_it(
// UNITS-DAG: define {{(dso_local )?}}{{(noundef )?}}i64 @worth_it(

// NM-NOT: worth_it
// NM: T worth_it
// NM-NOT: worth_it
#[unsafe(no_mangle)]
pub fn worth_it(x: u64) -> u64 {
    x.rotate_left(9) ^ (x >> 5)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(worth_it(work!(x, 5)), 7) ^ worth_it(x + 1)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(worth_it(work!(x, 9)), 11) ^ worth_it(x + 2)
}
