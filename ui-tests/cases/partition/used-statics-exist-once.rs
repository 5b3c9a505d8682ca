//! `#[used]` statics and those with a section of their own exist once and keep name, section and `llvm.used`.
//@ compile-flags: -O
//@ units: 4
//@ pcg-flags: --pcg-strategy=size
//@ crate-type: bin
//@ run
//@ filecheck: units
//@ filecheck: readelf

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

// UNITS-COUNT-1: @{{.*}}CONSTRUCTOR{{.*}} = {{.*}} constant {{.*}} section ".init_array"
// UNITS-NOT: @{{.*}}CONSTRUCTOR{{.*}} = {{.*}} constant {{.*}} section ".init_array"

// READELF: .note.kept
// READELF-NOT: .note.kept
use std::sync::atomic::{AtomicU64, Ordering};

static CONSTRUCTED: AtomicU64 = AtomicU64::new(0);

extern "C" fn construct() {
    CONSTRUCTED.fetch_add(1, Ordering::SeqCst);
}

#[used]
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = construct;

#[used]
#[unsafe(link_section = ".note.kept")]
static NOTE: [u8; 4] = *b"kept";

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(work!(x, 5), 7) + CONSTRUCTED.load(Ordering::SeqCst)
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(work!(x, 9), 11) + CONSTRUCTED.load(Ordering::SeqCst)
}

fn main() {
    println!("{} {} {}", first(1), second(2), CONSTRUCTED.load(Ordering::SeqCst));
}
