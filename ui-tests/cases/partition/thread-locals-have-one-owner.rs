//! A thread-local is defined in one unit; its declarations elsewhere are thread-local, too.
//@ compile-flags: -O
//@ env: RUSTC_BOOTSTRAP=1
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ crate-type: bin
//@ run
//@ filecheck: units

#![feature(thread_local)]

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

// UNITS-DAG: = hidden thread_local{{.*}} global
// UNITS-DAG: = external hidden thread_local{{.*}} global
use std::cell::Cell;

#[thread_local]
static OWN: Cell<u64> = Cell::new(3);

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    OWN.set(OWN.get() + x);
    work!(work!(x, 5), 7)
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    OWN.set(OWN.get() * x);
    work!(work!(x, 9), 11)
}

fn main() {
    let other = std::thread::spawn(|| (first(10), second(20), OWN.get())).join();
    println!("{:?} {} {} {}", other.ok(), first(1), second(2), OWN.get());
}
