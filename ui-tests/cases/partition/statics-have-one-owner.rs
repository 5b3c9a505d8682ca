//! A static, a `static mut` and a static with a destructor-less cell exist once, hidden from other units' point of view.
//@ compile-flags: -O
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ crate-type: bin
//@ run
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

// UNITS-DAG: @{{.*}}COUNTER{{.*}} = hidden global
// UNITS-DAG: @{{.*}}COUNTER{{.*}} = external hidden global
// UNITS-DAG: @{{.*}}CHANGED{{.*}} = hidden global
// UNITS-DAG: @{{.*}}CHANGED{{.*}} = external hidden global
use std::sync::atomic::{AtomicU64, Ordering};

static COUNTER: AtomicU64 = AtomicU64::new(5);
static mut CHANGED: u64 = 7;

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    COUNTER.fetch_add(x, Ordering::SeqCst);
    // SAFETY: there is one thread.
    unsafe { CHANGED += x };
    work!(work!(x, 5), 7)
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    COUNTER.fetch_add(x * 2, Ordering::SeqCst);
    // SAFETY: there is one thread.
    unsafe { CHANGED += x * 3 };
    work!(work!(x, 9), 11)
}

fn main() {
    println!("{} {}", first(1), second(2));
    // SAFETY: there is one thread.
    println!("{} {}", COUNTER.load(Ordering::SeqCst), unsafe { CHANGED });
}
