//! A generic function that takes one of many ways by its type is as small as the way that it takes, and is imported.
//@ compile-flags: -O
//@ units: 2
//@ stock-equal: symbols
//@ filecheck: units
//@ filecheck: nm

use std::any::{Any, TypeId};

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

macro_rules! way {
    ($value:ident, $type:ty, $seed:literal) => {
        if Any::type_id($value) == TypeId::of::<$type>() {
            return work!(work!(work!($seed, $seed), 2), 3);
        }
    };
}

// UNITS-DAG: define hidden {{.*}}by_type
// UNITS-DAG: define available_externally hidden {{.*}}by_type

// NM-NOT: by_type
fn by_type<T: Any>(value: &T, other: u64) -> u64 {
    way!(value, u8, 5);
    way!(value, u16, 7);
    way!(value, u32, 9);
    way!(value, i8, 11);
    way!(value, i16, 13);
    way!(value, i32, 15);
    other.rotate_left(3)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(by_type(&x, work!(x, 5)), 7) ^ by_type(&x, x + 1)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(by_type(&x, work!(x, 9)), 11) ^ by_type(&x, x + 2)
}
