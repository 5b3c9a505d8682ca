//! A symbol that may be missing at link time stays a weak reference in each unit that uses it.
//@ compile-flags: -O
//@ env: RUSTC_BOOTSTRAP=1
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ crate-type: bin
//@ run
//@ filecheck: units

#![feature(linkage)]

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

// UNITS-NOT: declare hidden {{.*}}@perhaps
// UNITS: declare extern_weak {{.*}}@perhaps
// UNITS-NOT: declare {{.*}}@perhaps
unsafe extern "C" {
    #[linkage = "extern_weak"]
    static perhaps: Option<unsafe extern "C" fn(u64) -> u64>;
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    // SAFETY: only the address is looked at.
    work!(work!(x, 5), 7) + u64::from(unsafe { perhaps.is_some() })
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    // SAFETY: only the address is looked at.
    work!(work!(x, 9), 11) + u64::from(unsafe { perhaps.is_none() })
}

fn main() {
    println!("{} {}", first(1), second(2));
}
