//! What is in a relocatable object, in a form in which two objects can be compared that were joined from the same ones.
//!
//! Where symbols, names and merged strings are in the file is left to whoever writes it. Here sections have names,
//! relocations say what they are against, and what they refer to in merged sections is seen by its content.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use anyhow::{Context, Result, bail, ensure};
use object::read::elf::{ElfFile64, Rela as _, SectionHeader as _, Sym as _};
use object::{Endianness, SectionIndex, SymbolIndex, elf};

/// The contents of one object.
#[derive(Debug, Default)]
pub struct Contents {
    /// Sections that are not merged, by name.
    pub sections: BTreeMap<String, Section>,
    /// The pieces of merged sections, by name.
    pub merged: BTreeMap<String, BTreeSet<Vec<u8>>>,
    /// Symbols with a name, sorted. The same one may be there more than once.
    pub symbols: Vec<Symbol>,
    /// Groups: the signature and the members.
    pub groups: BTreeSet<(String, Vec<String>)>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// `sh_type`, `sh_flags`, `sh_addralign`, `sh_entsize`, `sh_size`.
    pub header: (u32, u64, u64, u64, u64),
    /// The content.
    pub data: Vec<u8>,
    /// For each relocation: offset, type, target, addend.
    pub relocations: Vec<(u64, u32, Target, i64)>,
}

/// A symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// `STB_GLOBAL` and so on.
    pub binding: u8,
    /// `STT_FUNC` and so on.
    pub kind: u8,
    /// `STV_HIDDEN` and so on.
    pub visibility: u8,
    /// `st_size`.
    pub size: u64,
    /// Where it is.
    pub target: Target,
}

/// A place that symbols and relocations mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A symbol that other objects define or see.
    Named(String),
    /// An offset in the section with this name.
    Place(String, u64),
    /// A piece of a merged section: the section's name, the piece's content, an offset in it.
    Piece(String, Vec<u8>, u64),
    /// An absolute value.
    Absolute(u64),
    /// Nothing.
    Nothing,
}

type File<'data> = ElfFile64<'data, Endianness>;

impl Contents {
    /// Reads an object. Symbols in `local` are treated as if they were local.
    pub fn read(object: &[u8], local: &BTreeSet<String>) -> Result<Self> {
        let reader = Reader { file: File::parse(object)?, object, local, pieces: RefCell::default() };
        let mut contents = Self::default();
        for (index, header) in reader.file.elf_section_table().enumerate() {
            reader.add_section(index, header, &mut contents)?;
        }
        let symbols = reader.file.elf_symbol_table();
        for (index, symbol) in symbols.enumerate().skip(1) {
            let kind = symbol.st_type();
            if kind == elf::STT_SECTION || kind == elf::STT_FILE {
                continue;
            }
            contents.symbols.push(Symbol {
                name: reader.symbol_name(symbol)?,
                binding: symbol.st_bind().0,
                kind: kind.0,
                visibility: symbol.st_visibility().0,
                size: symbol.st_size(reader.endian()),
                target: reader.place(index, symbol, symbol.st_value(reader.endian()))?,
            });
        }
        contents.symbols.sort();
        Ok(contents)
    }

    /// The names of global symbols that the object defines.
    pub fn defined_globals(&self) -> BTreeSet<String> {
        let is_global = |symbol: &&Symbol| symbol.binding != elf::STB_LOCAL.0 && symbol.target != Target::Nothing;
        self.symbols.iter().filter(is_global).map(|symbol| symbol.name.clone()).collect()
    }
}

struct Reader<'data, 'local> {
    file: File<'data>,
    object: &'data [u8],
    local: &'local BTreeSet<String>,
    /// The pieces of the merged sections seen so far.
    pieces: RefCell<BTreeMap<usize, Rc<Pieces<'data>>>>,
}

/// Pieces of a merged section with their offsets.
type Pieces<'data> = Vec<(u64, &'data [u8])>;
type Header = elf::SectionHeader64<Endianness>;
type Sym = elf::Sym64<Endianness>;

impl<'data> Reader<'data, '_> {
    fn endian(&self) -> Endianness {
        self.file.endian()
    }

    fn section_name(&self, header: &Header) -> Result<String> {
        let name = self.file.elf_section_table().section_name(self.endian(), header)?;
        Ok(String::from_utf8(name.to_vec())?)
    }

    fn symbol_name(&self, symbol: &Sym) -> Result<String> {
        let name = self.file.elf_symbol_table().symbol_name(self.endian(), symbol)?;
        Ok(String::from_utf8(name.to_vec())?)
    }

    fn add_section(&self, index: SectionIndex, header: &Header, contents: &mut Contents) -> Result<()> {
        let endian = self.endian();
        match header.sh_type(endian) {
            elf::SHT_NULL | elf::SHT_SYMTAB | elf::SHT_STRTAB | elf::SHT_SYMTAB_SHNDX | elf::SHT_RELA => return Ok(()),
            elf::SHT_GROUP => {
                let (_, members) = header.group(endian, self.object)?.context("a group")?;
                let section = |member: &object::U32<Endianness>| {
                    let index = SectionIndex(member.get(endian) as usize);
                    self.section_name(self.file.elf_section_table().section(index)?)
                };
                let members = members.iter().map(section).collect::<Result<_>>()?;
                let signature = self.file.elf_symbol_table().symbol(SymbolIndex(header.sh_info(endian) as usize))?;
                contents.groups.insert((self.symbol_name(signature)?, members));
                return Ok(());
            }
            _ => {}
        }
        let name = self.section_name(header)?;
        if is_merged(header, endian) {
            let pieces = self.pieces(index, header)?;
            contents.merged.entry(name).or_default().extend(pieces.iter().map(|(_, piece)| piece.to_vec()));
            return Ok(());
        }
        let flags = header.sh_flags(endian).0;
        let (size, entry) = (header.sh_size(endian), header.sh_entsize(endian));
        let section = Section {
            header: (header.sh_type(endian).0, flags, header.sh_addralign(endian).max(1), entry, size),
            data: header.data(endian, self.object)?.to_vec(),
            relocations: self.relocations(index)?,
        };
        ensure!(contents.sections.insert(name.clone(), section).is_none(), "two sections {name}");
        Ok(())
    }

    fn relocations(&self, of: SectionIndex) -> Result<Vec<(u64, u32, Target, i64)>> {
        let endian = self.endian();
        let mut found = Vec::new();
        for header in self.file.elf_section_table().iter() {
            let is_ours = header.sh_info(endian) as usize == of.0;
            let Some((relocations, _)) = header.rela(endian, self.object)?.filter(|_| is_ours) else { continue };
            for relocation in relocations {
                let index = SymbolIndex(relocation.r_sym(endian, false) as usize);
                let addend = relocation.r_addend(endian);
                let (target, addend) = self.target(index, addend)?;
                found.push((relocation.r_offset(endian), relocation.r_type(endian, false).0, target, addend));
            }
        }
        Ok(found)
    }

    fn target(&self, index: SymbolIndex, addend: i64) -> Result<(Target, i64)> {
        if index.0 == 0 {
            return Ok((Target::Nothing, addend));
        }
        let symbol = self.file.elf_symbol_table().symbol(index)?;
        if symbol.st_type() == elf::STT_SECTION {
            return Ok((self.place(index, symbol, addend as u64)?, 0));
        }
        let name = self.symbol_name(symbol)?;
        if symbol.st_bind() != elf::STB_LOCAL && !self.local.contains(&name) {
            return Ok((Target::Named(name), addend));
        }
        Ok((self.place(index, symbol, symbol.st_value(self.endian()))?, addend))
    }

    fn pieces(&self, index: SectionIndex, header: &Header) -> Result<Rc<Pieces<'data>>> {
        if let Some(pieces) = self.pieces.borrow().get(&index.0) {
            return Ok(pieces.clone());
        }
        let pieces = Rc::new(pieces(header, self.endian(), self.object)?);
        self.pieces.borrow_mut().insert(index.0, pieces.clone());
        Ok(pieces)
    }

    /// What is at an offset in a symbol's section.
    fn place(&self, index: SymbolIndex, symbol: &Sym, offset: u64) -> Result<Target> {
        let endian = self.endian();
        let Some(section) = self.file.elf_symbol_table().symbol_section(endian, symbol, index)? else {
            return Ok(match symbol.st_shndx(endian) {
                elf::SHN_UNDEF => Target::Nothing,
                _ => Target::Absolute(symbol.st_value(endian)),
            });
        };
        let header = self.file.elf_section_table().section(section)?;
        let name = self.section_name(header)?;
        if !is_merged(header, endian) {
            return Ok(Target::Place(name, offset));
        }
        let pieces = self.pieces(section, header)?;
        let after = pieces.partition_point(|(start, _)| *start <= offset);
        let (start, piece) = pieces[after.checked_sub(1).context("a place before its section")?];
        ensure!(offset <= start + piece.len() as u64, "a place behind its section");
        // Of strings with a tail in common, one may be part of another.
        let tail = (offset - start) as usize;
        let is_string = header.sh_flags(endian).contains(elf::SHF_STRINGS);
        Ok(match is_string {
            true => Target::Piece(name, piece[tail..].to_vec(), 0),
            false => Target::Piece(name, piece.to_vec(), tail as u64),
        })
    }
}

fn is_merged(header: &Header, endian: Endianness) -> bool {
    header.sh_flags(endian).contains(elf::SHF_MERGE) && header.sh_entsize(endian) > 0
}

/// The pieces of a merged section and their offsets.
fn pieces<'data>(header: &Header, endian: Endianness, object: &'data [u8]) -> Result<Pieces<'data>> {
    let data = header.data(endian, object)?;
    let entry = header.sh_entsize(endian) as usize;
    if !header.sh_flags(endian).contains(elf::SHF_STRINGS) {
        return Ok((0..).step_by(entry).zip(data.chunks(entry)).collect());
    }
    if entry != 1 {
        bail!("strings of wide characters");
    }
    let mut start = 0;
    let strings = data.split_inclusive(|byte| *byte == 0).map(|string| {
        let piece = (start, string);
        start += string.len() as u64;
        piece
    });
    Ok(strings.collect())
}

/// What an unwind table has about one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnwindEntry {
    /// The common part, and the entry's own, without padding.
    pub content: [Vec<u8>; 2],
    /// The relocations of both, with offsets in the part.
    pub relocations: [Vec<(u64, u32, Target, i64)>; 2],
}

impl UnwindEntry {
    /// The section of the function.
    pub fn function(&self) -> Option<&str> {
        match self.relocations[1].first() {
            Some((_, _, Target::Place(section, _), _)) => Some(section),
            _ => None,
        }
    }
}

/// The entries of an `.eh_frame` section.
pub fn unwind_entries(table: &Section) -> Result<Vec<UnwindEntry>> {
    let word = |at: usize| -> Result<usize> {
        let bytes = table.data.get(at..at + 4).context("the table is cut off")?;
        Ok(u32::from_le_bytes(bytes.try_into()?) as usize)
    };
    let part = |start: usize| -> Result<_> {
        let end = start + 4 + word(start)?;
        let content = table.data.get(start + 8..end).context("the table is cut off")?;
        let length = content.len() - content.iter().rev().take_while(|byte| **byte == 0).count();
        let within = table.relocations.iter().filter(|relocation| (start..end).contains(&(relocation.0 as usize)));
        let relocations =
            within.map(|(offset, kind, target, addend)| (offset - start as u64, *kind, target.clone(), *addend));
        Ok((content[..length].to_vec(), relocations.collect::<Vec<_>>(), end))
    };
    let mut entries = Vec::new();
    let mut at = 0;
    while at < table.data.len() {
        ensure!(word(at)? != 0, "readers stop at {at}");
        let (content, relocations, end) = part(at)?;
        let distance = word(at + 4)?;
        if distance != 0 {
            let cie = (at + 4).checked_sub(distance).context("a CIE before the table")?;
            ensure!(word(cie + 4)? == 0, "an entry at {at} without a CIE at {cie}");
            let common = part(cie)?;
            entries.push(UnwindEntry { content: [common.0, content], relocations: [common.1, relocations] });
        }
        at = end;
    }
    Ok(entries)
}
