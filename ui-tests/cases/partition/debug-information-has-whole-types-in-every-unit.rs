//! Each unit's debug information has the definitions of the types that its functions use, not declarations.
//@ compile-flags: -O -g
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ filecheck: dwarf

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

// DWARF: No errors.
// DWARF: DW_AT_name{{.*}}"Mixed"
// DWARF-NEXT: DW_AT_byte_size
// DWARF: DW_AT_name{{.*}}"mixed_part"
// DWARF: DW_TAG_compile_unit
// DWARF: DW_AT_name{{.*}}"Mixed"
// DWARF-NEXT: DW_AT_byte_size
// DWARF: DW_AT_name{{.*}}"mixed_part"
pub struct Mixed {
    mixed_part: u64,
}

#[unsafe(no_mangle)]
pub fn first(mixed: &Mixed) -> u64 {
    work!(work!(mixed.mixed_part, 5), 7)
}

#[unsafe(no_mangle)]
pub fn second(mixed: &Mixed) -> u64 {
    work!(work!(mixed.mixed_part, 9), 11)
}
