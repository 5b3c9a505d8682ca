//! Comparing the machine code of two objects function by function.
//!
//! Two functions are the same if their bytes are the same and each of their relocations has the same place, type and
//! addend and means the same target. Functions and everything global mean the same if they have the same name. Private
//! data has a label that says nothing (`.LCPI3_0`, `.Lanon.0123.4`), so it is the same if its content is, with the
//! content of what it refers to in turn. Section symbols, which linkers and assemblers choose freely, are seen through.
//!
//! This is stricter than comparing disassembly and needs no disassembler.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use object::read::elf::{ElfFile64, ElfSection64, SectionHeader};
use object::{
    Endianness, Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionFlags, SectionIndex,
    SymbolIndex, SymbolKind, elf,
};

type File<'data> = ElfFile64<'data, Endianness>;

/// How deep references from data to data are followed. Vtables and tables of strings need two.
const DEPTH: usize = 6;

/// The code of one function, or the content of one datum, in a form that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The bytes, relocated places included.
    pub bytes: Vec<u8>,
    /// For each relocated place: its offset, the type, the addend and the target.
    pub relocations: Vec<(u64, u32, i64, Target)>,
}

/// What a relocation refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A function or something global.
    Named(String),
    /// A place inside a function.
    Inside(String, u64),
    /// A place inside private data, by content. The section's name tells read-only from writable data.
    Private(String, u64, Box<Code>),
    /// Private data too deep to be followed.
    Unknown,
}

/// The functions of one object by name.
pub type Functions = BTreeMap<String, Code>;

/// Reads every function that an object defines.
pub fn functions(object: &[u8]) -> Result<Functions> {
    let reader = Reader::new(object)?;
    reader.functions()
}

/// What differs between two objects.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Functions that only the first object has.
    pub only_first: BTreeSet<String>,
    /// Functions that only the second object has.
    pub only_second: BTreeSet<String>,
    /// Functions that both have, with other code.
    pub different: BTreeSet<String>,
}

impl Difference {
    /// Whether the objects have the same functions with the same code.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares two objects' functions.
pub fn compare(first: &Functions, second: &Functions) -> Difference {
    let missing_in = |other: &Functions, name: &&String| !other.contains_key(*name);
    Difference {
        only_first: first.keys().filter(|name| missing_in(second, name)).cloned().collect(),
        only_second: second.keys().filter(|name| missing_in(first, name)).cloned().collect(),
        different: first
            .iter()
            .filter(|(name, code)| second.get(*name).is_some_and(|other| other != *code))
            .map(|(name, _)| name.clone())
            .collect(),
    }
}

/// An object with an index of its symbols by place.
struct Reader<'data> {
    file: File<'data>,
    /// Symbols with a name and a size, by section and address.
    by_place: BTreeMap<(usize, u64), SymbolIndex>,
}

impl<'data> Reader<'data> {
    fn new(object: &'data [u8]) -> Result<Self> {
        let file = File::parse(object).context("not an ELF object")?;
        let mut by_place = BTreeMap::new();
        for symbol in file.symbols() {
            let data = matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Data | SymbolKind::Tls);
            if let (true, Some(section)) = (data, symbol.section_index()) {
                by_place.insert((section.0, symbol.address()), symbol.index());
            }
        }
        Ok(Self { file, by_place })
    }

    fn functions(&self) -> Result<Functions> {
        let mut functions = Functions::new();
        for symbol in self.file.symbols() {
            let (SymbolKind::Text, Some(section)) = (symbol.kind(), symbol.section_index()) else { continue };
            let name = symbol.name()?.to_owned();
            let code = self.code(section, symbol.address(), symbol.size(), DEPTH)?;
            ensure!(functions.insert(name.clone(), code).is_none(), "two functions are called {name}");
        }
        Ok(functions)
    }

    /// The bytes `start..start + size` of a section with their relocations.
    fn code(&self, section: SectionIndex, start: u64, size: u64, depth: usize) -> Result<Code> {
        let section = self.file.section_by_index(section)?;
        let bytes = match section.data_range(start, size)? {
            Some(bytes) => bytes.to_vec(),
            None => vec![0; usize::try_from(size)?],
        };
        let mut relocations = Vec::new();
        for (offset, relocation) in section.relocations() {
            if !(start..start + size).contains(&offset) {
                continue;
            }
            let RelocationFlags::Elf { r_type } = relocation.flags() else { continue };
            let (addend, target) = self.target(relocation.target(), relocation.addend(), r_type.0, depth)?;
            relocations.push((offset - start, r_type.0, addend, target));
        }
        relocations.sort();
        Ok(Code { bytes, relocations })
    }

    /// What a relocation means, and the addend that is left when section symbols are seen through.
    fn target(&self, target: RelocationTarget, addend: i64, kind: u32, depth: usize) -> Result<(i64, Target)> {
        let RelocationTarget::Symbol(index) = target else { return Ok((addend, Target::Unknown)) };
        let symbol = self.file.symbol_by_index(index)?;
        let Some(section) = symbol.section_index() else {
            return Ok((addend, Target::Named(symbol.name()?.to_owned())));
        };
        if symbol.kind() != SymbolKind::Section && (symbol.is_global() || symbol.kind() == SymbolKind::Text) {
            return Ok((addend, Target::Named(symbol.name()?.to_owned())));
        }
        // From here on the target is local data, by its own symbol or by that of its section.
        let (place, left) = match symbol.kind() {
            SymbolKind::Section => (addend + place_bias(kind), -place_bias(kind)),
            _ => (symbol.address().try_into()?, addend),
        };
        let place = u64::try_from(place).context("a relocation points before its section")?;
        let section = self.file.section_by_index(section)?;
        Ok((left, self.private(&section, place, symbol.size(), depth)?))
    }

    /// Private data or code at a place of a section, by content.
    fn private(
        &self,
        section: &ElfSection64<'data, '_, Endianness>,
        at: u64,
        size: u64,
        depth: usize,
    ) -> Result<Target> {
        if section.kind() == object::SectionKind::Text {
            return self.inside(section.index(), at);
        }
        if depth == 0 {
            return Ok(Target::Unknown);
        }
        let (start, size) = self.extent(section, at, size)?;
        let code = self.code(section.index(), start, size, depth - 1)?;
        // `.rodata..Lanon.0123.4` and `.rodata.cst16` are the same kind of place.
        let kind = section.name()?.split('.').nth(1).unwrap_or("").to_owned();
        Ok(Target::Private(kind, at.saturating_sub(start), Box::new(code)))
    }

    /// The function around a place, which jump tables and landing pads name.
    fn inside(&self, section: SectionIndex, at: u64) -> Result<Target> {
        let (_, index) = self.by_place.range(..=(section.0, at)).next_back().context("no function there")?;
        let symbol = self.file.symbol_by_index(*index)?;
        Ok(Target::Inside(symbol.name()?.to_owned(), at - symbol.address()))
    }

    /// Where the datum at a place begins and how long it is: the symbol's own size; or the entry of a section of equal
    /// entries or strings; or the whole section, as every datum has one of its own.
    fn extent(&self, section: &ElfSection64<'data, '_, Endianness>, at: u64, size: u64) -> Result<(u64, u64)> {
        if size > 0 {
            return Ok((at, size));
        }
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { return Ok((0, section.size())) };
        let entry: u64 = section.elf_section_header().sh_entsize(self.file.endian());
        if !sh_flags.contains(elf::SHF_MERGE) || entry == 0 {
            return Ok((0, section.size()));
        }
        if sh_flags.contains(elf::SHF_STRINGS) {
            let data = section.data()?.get(usize::try_from(at)?..).context("a string outside its section")?;
            let length = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
            return Ok((at, length as u64));
        }
        Ok((at.div_ceil(entry) * entry, entry))
    }
}

/// What x86-64 adds to the addend of a relocation relative to the instruction's end. An immediate after the
/// displacement makes it larger; entries of constant pools are found in spite of that because they are aligned.
fn place_bias(kind: u32) -> i64 {
    match elf::RelocationType(kind) {
        elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 | elf::R_X86_64_GOTPCREL => 4,
        _ => 0,
    }
}
