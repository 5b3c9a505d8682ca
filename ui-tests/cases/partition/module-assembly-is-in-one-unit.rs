//! Module assembly is in exactly one unit, and what it names keeps its name.
//@ compile-flags: -O
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ crate-type: bin
//@ run
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

// UNITS: {{^}}module asm
// UNITS: UNIT
// UNITS-NOT: {{^}}module asm

// NM-DAG: T in_assembly
// NM-DAG: t local_in_assembly
use std::arch::global_asm;

global_asm!(
    ".globl in_assembly",
    ".type in_assembly, @function",
    "in_assembly:",
    "call local_in_assembly",
    "add rax, rdi",
    "ret",
    ".type local_in_assembly, @function",
    "local_in_assembly:",
    "mov eax, 40",
    "ret",
);

unsafe extern "C" {
    fn in_assembly(x: u64) -> u64;
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    // SAFETY: the function only computes.
    work!(work!(x, 5), 7) ^ unsafe { in_assembly(x) }
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    // SAFETY: the function only computes.
    work!(work!(x, 9), 11) ^ unsafe { in_assembly(x) }
}

fn main() {
    println!("{} {}", first(1), second(2));
}
