//! Promoted functions that nothing refers to any more.
//!
//! A promoted function is visible while its unit is compiled, so LLVM keeps it, also where all calls from other units
//! have been inlined there. In one unit it would have been deleted. Where all objects are together it can be seen, and
//! the relocatable link leaves such functions out.
//!
//! What other sections refer to stays, debugging information included; an entry of `.eh_frame` alone is no reason to
//! keep a function. Linkers drop entries without a function.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::offset_of;

use object::elf::{self, FileHeader64, SectionHeader64, Sym64};
use object::read::SectionIndex;
use object::read::elf::{FileHeader as _, Rela as _, SectionHeader as _, SectionTable, Sym as _, SymbolTable};
use object::{LittleEndian, SymbolIndex, U64};

use super::malformed;
use crate::error::Error;

type Header = FileHeader64<LittleEndian>;
const LE: LittleEndian = LittleEndian;

/// Leaves out of a relocatable link what [`Unreachable::exclude`] has marked. The sections of bitcode that rustc's LTO
/// reads have the one flag as well, so it takes both.
pub(super) const DISCARD: &str = "SECTIONS { /DISCARD/ : { INPUT_SECTION_FLAGS(SHF_EXCLUDE & SHF_EXECINSTR) *(*) } }\n";

/// A section: which object, and its position there.
type Place = (usize, usize);

/// Promoted functions that nothing reaches.
#[derive(Debug, Default)]
pub(super) struct Unreachable {
    names: BTreeSet<String>,
    sections: BTreeSet<Place>,
}

impl Unreachable {
    /// Finds them in the objects of all units. Of the symbols in `promoted` each is defined once.
    ///
    /// # Errors
    /// [`Error::Object`] if an object is not one that this can read.
    pub(super) fn find(objects: &[&[u8]], promoted: &BTreeSet<String>) -> Result<Self, Error> {
        let objects: Vec<Object<'_>> = objects.iter().map(|bytes| Object::parse(bytes)).collect::<Result<_, _>>()?;
        let mut candidates: BTreeMap<Place, Candidate<'_>> = BTreeMap::new();
        let mut definitions: BTreeMap<&str, Place> = BTreeMap::new();
        for (number, object) in objects.iter().enumerate() {
            for (section, candidate) in object.candidates(promoted)? {
                definitions.extend(candidate.names.iter().map(|name| (*name, (number, section))));
                candidates.insert((number, section), candidate);
            }
        }
        if candidates.is_empty() {
            return Ok(Self::default());
        }
        let mut reached: Vec<Place> = Vec::new();
        for (number, object) in objects.iter().enumerate() {
            object.references(&definitions, number, |from, to| match candidates.get_mut(&(number, from)) {
                Some(candidate) => candidate.refers_to.push(to),
                None => reached.push(to),
            })?;
        }
        while let Some(place) = reached.pop() {
            if let Some(candidate) = candidates.remove(&place) {
                reached.extend(candidate.refers_to);
            }
        }
        let names = candidates.values().flat_map(|candidate| &candidate.names).map(|name| (*name).to_owned()).collect();
        Ok(Self { names, sections: candidates.into_keys().collect() })
    }

    /// Their symbols.
    pub(super) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// The object of this number with its unreachable sections marked for [`DISCARD`].
    ///
    /// # Errors
    /// [`Error::Object`] if the object has no such sections.
    pub(super) fn exclude<'a>(&self, number: usize, object: &'a [u8]) -> Result<Cow<'a, [u8]>, Error> {
        let table = Header::parse(object).map_err(malformed)?.e_shoff.get(LE) as usize;
        let mut object = Cow::Borrowed(object);
        for (_, section) in self.sections.range((number, 0)..(number + 1, 0)) {
            let start = table + section * size_of::<SectionHeader64<LittleEndian>>();
            let start = start + offset_of!(SectionHeader64<LittleEndian>, sh_flags);
            let flags = object.to_mut().get_mut(start..).ok_or_else(|| malformed("it has fewer sections"))?;
            let (flags, _) =
                object::pod::from_bytes_mut::<U64<LittleEndian>>(flags).map_err(|()| malformed("misaligned"))?;
            flags.set(LE, flags.get(LE) | elf::SHF_EXCLUDE.0);
        }
        Ok(object)
    }
}

/// A section with promoted functions alone.
struct Candidate<'a> {
    names: Vec<&'a str>,
    /// Other candidates that it refers to.
    refers_to: Vec<Place>,
}

/// The tables of one object.
struct Object<'a> {
    bytes: &'a [u8],
    sections: SectionTable<'a, Header>,
    symbols: SymbolTable<'a, Header>,
}

impl<'a> Object<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let header = Header::parse(bytes).map_err(malformed)?;
        let sections = header.sections(LE, bytes).map_err(malformed)?;
        let symbols = sections.symbols(LE, bytes, elf::SHT_SYMTAB).map_err(malformed)?;
        Ok(Self { bytes, sections, symbols })
    }

    /// Sections of code whose every symbol is promoted.
    fn candidates(&self, promoted: &BTreeSet<String>) -> Result<BTreeMap<usize, Candidate<'a>>, Error> {
        let mut candidates: BTreeMap<usize, Candidate<'a>> = BTreeMap::new();
        let mut others: BTreeSet<usize> = BTreeSet::new();
        for (index, symbol) in self.symbols.enumerate() {
            let Some(section) = self.section_of(index, symbol)? else { continue };
            if symbol.st_type() == elf::STT_SECTION {
                continue;
            }
            let name = symbol.name(LE, self.symbols.strings()).map_err(malformed)?;
            match std::str::from_utf8(name).ok().filter(|name| promoted.contains(*name)) {
                Some(name) if symbol.st_type() == elf::STT_FUNC && !symbol.is_local() => {
                    let new = || Candidate { names: Vec::new(), refers_to: Vec::new() };
                    candidates.entry(section).or_insert_with(new).names.push(name);
                }
                _ => _ = others.insert(section),
            }
        }
        candidates.retain(|section, _| !others.contains(section));
        Ok(candidates)
    }

    /// Calls `found` for what a section refers to among the definitions, or in a section of its own object.
    fn references(
        &self,
        definitions: &BTreeMap<&str, Place>,
        number: usize,
        mut found: impl FnMut(usize, Place),
    ) -> Result<(), Error> {
        let mut targets: Vec<Option<Place>> = Vec::with_capacity(self.symbols.len());
        for (index, symbol) in self.symbols.enumerate() {
            targets.push(match self.section_of(index, symbol)? {
                Some(section) => Some((number, section)),
                None if symbol.is_local() => None,
                None => {
                    let name = symbol.name(LE, self.symbols.strings()).map_err(malformed)?;
                    std::str::from_utf8(name).ok().and_then(|name| definitions.get(name).copied())
                }
            });
        }
        for section in self.sections.iter() {
            let from = section.sh_info(LE) as usize;
            match section.sh_type(LE) {
                elf::SHT_RELA if !self.is_unwind_table(from)? => {}
                elf::SHT_REL | elf::SHT_CREL => return Err(malformed("relocations of an unknown kind")),
                _ => continue,
            }
            let Some((relocations, _)) = section.rela(LE, self.bytes).map_err(malformed)? else { continue };
            for relocation in relocations {
                let symbol = relocation.symbol(LE, false).unwrap_or(SymbolIndex(0));
                let target = targets.get(symbol.0).ok_or_else(|| malformed("a relocation has no symbol"))?;
                target.iter().for_each(|target| found(from, *target));
            }
        }
        Ok(())
    }

    fn is_unwind_table(&self, section: usize) -> Result<bool, Error> {
        let section = self.sections.section(SectionIndex(section)).map_err(malformed)?;
        Ok(self.sections.section_name(LE, section).map_err(malformed)? == b".eh_frame")
    }

    /// The section that a symbol is defined in.
    fn section_of(&self, index: SymbolIndex, symbol: &Sym64<LittleEndian>) -> Result<Option<usize>, Error> {
        let section = self.symbols.symbol_section(LE, symbol, index).map_err(malformed)?;
        Ok(section.map(|section| section.0))
    }
}
