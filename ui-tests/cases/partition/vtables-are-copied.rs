//! A vtable is a private constant: each unit that uses it has its own.
//@ compile-flags: -O
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
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

// UNITS: UNIT
// UNITS: = private unnamed_addr constant {{.*}}, ptr @{{.*}}Quiet{{.*}}speak
// UNITS: UNIT
// UNITS: = private unnamed_addr constant {{.*}}, ptr @{{.*}}Quiet{{.*}}speak
pub trait Speak {
    fn speak(&self, x: u64) -> u64;
}

struct Quiet(u64);

impl Speak for Quiet {
    fn speak(&self, x: u64) -> u64 {
        work!(x ^ self.0, 3)
    }
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn listen(speaker: &dyn Speak) -> u64 {
    speaker.speak(1)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    listen(&Quiet(work!(work!(x, 5), 7)))
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    listen(&Quiet(work!(work!(x, 9), 11)))
}
