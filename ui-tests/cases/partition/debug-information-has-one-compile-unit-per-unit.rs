//! Each unit has a compile unit of its own in the debug information, which LLVM finds nothing wrong with.
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
// DWARF-DAG: DW_AT_name{{.*}}debug-information-has-one-compile-unit-per-unit.rs/@/{{.*}}-cgu.0
// DWARF-DAG: DW_AT_linkage_name{{.*}}shared
// DWARF-DAG: DW_AT_name{{.*}}"first"
// DWARF-DAG: DW_AT_name{{.*}}"second"
#[inline(never)]
fn shared(x: u64) -> u64 {
    work!(work!(x, 3), 4)
}

#[unsafe(no_mangle)]
pub fn first(x: u64) -> u64 {
    work!(shared(work!(x, 5)), 7) ^ shared(x + 1)
}

#[unsafe(no_mangle)]
pub fn second(x: u64) -> u64 {
    work!(shared(work!(x, 9)), 11) ^ shared(x + 2)
}
