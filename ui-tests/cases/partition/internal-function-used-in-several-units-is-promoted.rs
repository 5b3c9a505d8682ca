//! An internal function that several units use is defined in one, hidden while there are units, and local after the join.
//@ compile-flags: -O
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ stock-equal: symbols
//@ filecheck: units
//@ filecheck: unit-symbols
//@ filecheck: nm
//@ filecheck: report

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

// UNITS-DAG: define hidden {{.*}}shared
// UNITS-DAG: declare hidden {{.*}}shared

// UNIT-SYMBOLS-DAG: T {{.*}}shared
// UNIT-SYMBOLS-DAG: U {{.*}}shared

// NM-NOT: T {{.*}}shared
// NM: t {{.*}}shared
// NM-NOT: {{[TU]}} {{.*}}shared

// REPORT: "items_promoted": 1
#[inline(never)]
fn shared(x: u64) -> u64 {
    work!(work!(x, 3), 4)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(shared(work!(x, 5)), 7) ^ shared(x + 1)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(shared(work!(x, 9)), 11) ^ shared(x + 2)
}
