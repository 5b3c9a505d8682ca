//! A debugger knows a promoted function by its Rust name, its file and its arguments.
//@ compile-flags: -O -g
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ crate-type: bin
//@ run
//@ gdb: break a_debugger_stops_in_a_promoted_function::shared
//@ gdb: run
//@ gdb: backtrace
//@ filecheck: gdb
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

// UNITS: define hidden {{.*}}shared

// GDB: Breakpoint 1, {{.*}}shared
// GDB: #0 {{.*}}a_debugger_stops_in_a_promoted_function::shared {{.*}}a-debugger-stops-in-a-promoted-function.rs:
// GDB: #1 {{.*}}first
// GDB: main
#[inline(never)]
fn shared(x: u64) -> u64 {
    work!(work!(x, 3), 4)
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(shared(work!(x, 5)), 7) ^ shared(x + 1)
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(shared(work!(x, 9)), 11) ^ shared(x + 2)
}

fn main() {
    println!("{} {}", first(1), second(2));
}
