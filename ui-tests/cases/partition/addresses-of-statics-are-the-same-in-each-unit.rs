//! A static whose address is compared is the same object wherever it is used, also when it is constant.
//@ compile-flags: -O
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ crate-type: bin
//@ run

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

static MARK: [u64; 4] = [1, 2, 3, 4];

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> (u64, *const u64) {
    (work!(work!(x, 5), 7), &raw const MARK[(x % 2) as usize])
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> (u64, *const u64) {
    (work!(work!(x, 9), 11), &raw const MARK[(x % 2) as usize])
}

fn main() {
    println!("{} {} {}", first(1).0, second(1).0, std::ptr::eq(first(2).1, second(2).1));
}
