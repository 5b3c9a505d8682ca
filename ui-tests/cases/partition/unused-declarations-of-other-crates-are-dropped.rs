//! A symbol of another crate is declared where it is used and nowhere else.
//@ compile-flags: -O
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ filecheck: unit-symbols
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

// UNITS-COUNT-1: declare {{.*}}@outside_of_first(
// UNITS-NOT: @outside_of_first(i64 noundef) unnamed_addr

// UNIT-SYMBOLS-COUNT-1: U outside_of_second
// UNIT-SYMBOLS-NOT: U outside_of_second
unsafe extern "C" {
    fn outside_of_first(x: u64) -> u64;
    fn outside_of_second(x: u64) -> u64;
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    // SAFETY: nobody runs this.
    unsafe { outside_of_first(work!(work!(x, 5), 7)) }
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    // SAFETY: nobody runs this.
    unsafe { outside_of_second(work!(work!(x, 9), 11)) }
}
