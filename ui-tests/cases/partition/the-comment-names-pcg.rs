//! `.comment` says who made the object, of how many units, and leaves rustc's own line.
//@ compile-flags: -O
//@ units: 2
//@ filecheck: comment

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

// COMMENT-DAG: rustc version
// COMMENT-DAG: pcg-rustc {{[0-9.]+}} (2 units)
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(work!(x, 5), 7)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(work!(x, 9), 11)
}
