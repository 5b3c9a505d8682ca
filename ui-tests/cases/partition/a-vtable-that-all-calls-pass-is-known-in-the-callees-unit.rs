//! A promoted function that is always given the same vtable calls the methods in it directly.
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

// UNITS: define hidden {{.*}}listen
// UNITS-NEXT: getelementptr inbounds i8, ptr @{{.*}}, i64 24

// ASM: listen{{.*}}>:
// ASM-NOT: {{callq \*}}
// ASM: ret
pub trait Speak {
    fn speak(&mut self, x: u64) -> u64;
}

struct Quiet(u64);

impl Speak for Quiet {
    fn speak(&mut self, x: u64) -> u64 {
        self.0 ^= x;
        self.0
    }
}

#[inline(never)]
fn listen(speaker: &mut dyn Speak, x: u64) -> u64 {
    speaker.speak(x) ^ speaker.speak(x + 1)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    listen(&mut Quiet(work!(work!(x, 5), 7)), x)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    listen(&mut Quiet(work!(work!(x, 9), 11)), x + 2)
}
