//! Makes global symbols of an ELF object local, in place.
//!
//! ELF wants local symbols before global ones, and relocations name symbols by position. So the symbol table is put in
//! a new order (locals, those that become local, globals), and every table that holds positions is rewritten: the
//! relocations, the signatures of section groups and the extended section indices.

use std::collections::BTreeSet;
use std::ops::Range;

use object::elf::{self, FileHeader64, Rela64, SectionHeader64, Sym64};
use object::read::elf::{FileHeader as _, SectionHeader as _, Sym as _};
use object::{LittleEndian, U32, pod};

use super::malformed;
use crate::error::Error;

type Header = FileHeader64<LittleEndian>;
type Symbol = Sym64<LittleEndian>;
type Section = SectionHeader64<LittleEndian>;
type Relocation = Rela64<LittleEndian>;
const LE: LittleEndian = LittleEndian;
/// Symbols whose address matters, for identical code folding (`llvm::ELF::SHT_LLVM_ADDRSIG`).
const SHT_LLVM_ADDRSIG: elf::SectionType = elf::SectionType(0x6fff_4c03);

/// Where the tables are that have to change, as byte ranges of the file.
struct Tables {
    sections: Range<usize>,
    symbols: Range<usize>,
    symbol_section: usize,
    first_global: usize,
    extended_indices: Option<Range<usize>>,
    relocations: Vec<Range<usize>>,
    groups: Vec<usize>,
}

/// Makes the symbols in `names` local with default visibility, as they are where no other unit refers to them.
///
/// # Errors
/// [`Error::Object`] if a name is not defined by the object, or the object is not one that this can rewrite.
pub(super) fn make_local(object: &mut [u8], names: &BTreeSet<&str>) -> Result<(), Error> {
    let (tables, becomes_local) = read(object, names)?;
    let order = new_order(&tables, &becomes_local);
    let mut positions = vec![0u32; order.len()];
    for (new, &old) in order.iter().enumerate() {
        positions[old] = u32::try_from(new).map_err(|_| malformed("it has too many symbols"))?;
    }
    write_symbols(object, &tables, &order, &becomes_local)?;
    for range in &tables.relocations {
        for relocation in slice_mut::<Relocation>(object, range.clone())? {
            let info = relocation.r_info.get(LE);
            let symbol = (info >> 32) as usize;
            let position = *positions.get(symbol).ok_or_else(|| malformed("a relocation has no symbol"))?;
            relocation.r_info.set(LE, u64::from(position) << 32 | info & 0xffff_ffff);
        }
    }
    let first_global = tables.first_global + becomes_local.len();
    let sections = slice_mut::<Section>(object, tables.sections.clone())?;
    sections[tables.symbol_section].sh_info.set(LE, first_global as u32);
    for group in tables.groups {
        let signature = sections[group].sh_info.get(LE) as usize;
        let position = *positions.get(signature).ok_or_else(|| malformed("a group has no signature"))?;
        sections[group].sh_info.set(LE, position);
    }
    Ok(())
}

fn read(object: &[u8], names: &BTreeSet<&str>) -> Result<(Tables, BTreeSet<usize>), Error> {
    let header = Header::parse(object).map_err(malformed)?;
    let sections = header.sections(LE, object).map_err(malformed)?;
    let symbols = sections.symbols(LE, object, elf::SHT_SYMTAB).map_err(malformed)?;
    let symbol_section = symbols.section();
    let section_table = header.e_shoff.get(LE) as usize;
    let mut tables = Tables {
        sections: section_table..section_table + std::mem::size_of_val(sections.iter().as_slice()),
        symbols: 0..0,
        symbol_section: symbol_section.0,
        first_global: 0,
        extended_indices: None,
        relocations: Vec::new(),
        groups: Vec::new(),
    };
    for (index, section) in sections.enumerate() {
        let linked = section.sh_link(LE) as usize == symbol_section.0;
        let bytes = || {
            let start = section.sh_offset(LE) as usize;
            start..start + section.sh_size(LE) as usize
        };
        match section.sh_type(LE) {
            elf::SHT_SYMTAB => {
                tables.symbols = bytes();
                tables.first_global = section.sh_info(LE) as usize;
            }
            elf::SHT_SYMTAB_SHNDX if linked => tables.extended_indices = Some(bytes()),
            elf::SHT_RELA if linked => tables.relocations.push(bytes()),
            elf::SHT_GROUP if linked => tables.groups.push(index.0),
            elf::SHT_REL | elf::SHT_CREL | SHT_LLVM_ADDRSIG if linked => {
                return Err(malformed(format!("a section of type {:#x} names symbols", section.sh_type(LE))));
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for (index, symbol) in symbols.enumerate() {
        if index.0 < tables.first_global || symbol.is_undefined(LE) {
            continue;
        }
        let name = symbol.name(LE, symbols.strings()).map_err(malformed)?;
        if std::str::from_utf8(name).is_ok_and(|name| names.contains(name)) {
            found.insert(index.0);
        }
    }
    if found.len() != names.len() {
        return Err(malformed(format!("{} promoted symbols of {} are defined", found.len(), names.len())));
    }
    Ok((tables, found))
}

/// Old positions in their new order.
fn new_order(tables: &Tables, becomes_local: &BTreeSet<usize>) -> Vec<usize> {
    let count = tables.symbols.len() / size_of::<Symbol>();
    let globals = (tables.first_global..count).filter(|index| !becomes_local.contains(index));
    (0..tables.first_global).chain(becomes_local.iter().copied()).chain(globals).collect()
}

fn write_symbols(
    object: &mut [u8],
    tables: &Tables,
    order: &[usize],
    becomes_local: &BTreeSet<usize>,
) -> Result<(), Error> {
    let symbols = slice_mut::<Symbol>(object, tables.symbols.clone())?;
    let old = symbols.to_vec();
    for (symbol, &index) in symbols.iter_mut().zip(order) {
        *symbol = old[index];
        if becomes_local.contains(&index) {
            symbol.st_info = elf::SymbolInfo::new(elf::STB_LOCAL, symbol.st_info.st_type());
            symbol.st_other = symbol.st_other.with_visibility(elf::STV_DEFAULT);
        }
    }
    if let Some(range) = &tables.extended_indices {
        let indices = slice_mut::<U32<LittleEndian>>(object, range.clone())?;
        let old = indices.to_vec();
        for (index, &position) in indices.iter_mut().zip(order) {
            *index = old[position];
        }
    }
    Ok(())
}

fn slice_mut<T: pod::Pod>(object: &mut [u8], range: Range<usize>) -> Result<&mut [T], Error> {
    let count = range.len() / size_of::<T>();
    let bytes = object.get_mut(range).ok_or_else(|| malformed("a table ends outside the file"))?;
    let (values, _) = pod::slice_from_bytes_mut(bytes, count).map_err(|()| malformed("a table is misaligned"))?;
    Ok(values)
}
