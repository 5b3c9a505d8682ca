//! An internal function and a static that module assembly names are defined beside it, under their own names.
//@ compile-flags: -O
//@ units: 4
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

use std::arch::global_asm;

global_asm!(
    ".globl calls_rust",
    "calls_rust:",
    "sub rsp, 8",
    "call {callback}",
    "add rsp, 8",
    "add rax, qword ptr [rip + {data}]",
    "ret",
    callback = sym callback,
    data = sym DATA,
);

unsafe extern "C" {
    fn calls_rust(x: u64) -> u64;
}

static DATA: u64 = 1000;

#[inline(never)]
extern "C" fn callback(x: u64) -> u64 {
    work!(x, 3) + 1
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    // SAFETY: the function only computes.
    work!(work!(x, 5), 7) ^ unsafe { calls_rust(x) } ^ callback(x)
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    // SAFETY: the function only computes.
    work!(work!(x, 9), 11) ^ unsafe { calls_rust(x) } ^ DATA
}

fn main() {
    println!("{} {}", first(1), second(2));
}
