//! Each unit's debug information has the definitions of the types that its functions use, not declarations.
//@ compile-flags: -O -g -Cllvm-args=-import-full-type-definitions=false
//@ units: 2
//@ pcg-flags: --pcg-strategy=size
//@ filecheck: dwarf

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
    mixed.mixed_part ^ 5
}

#[unsafe(no_mangle)]
pub fn second(mixed: &Mixed) -> u64 {
    mixed.mixed_part ^ 9
}
