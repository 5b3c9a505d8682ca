//! A promoted function that always gets `None` for a string has no code for one.
//@ compile-flags: -O
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ stock-equal: symbols
//@ filecheck: units
//@ filecheck: asm

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

// UNITS: define hidden {{.*}}length

// ASM: length{{.*}}>:
// ASM-NOT: {{cmp|test}}
// ASM: ret
#[inline(never)]
fn length(x: u64, text: Option<&str>) -> u64 {
    match text {
        Some(text) => x ^ (text.len() as u64),
        None => x ^ 5,
    }
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    length(work!(work!(x, 5), 7), None)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    length(work!(work!(x, 9), 11), None)
}
