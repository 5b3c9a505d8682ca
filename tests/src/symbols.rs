//! What an object shows to the linker.

use std::collections::BTreeSet;

use anyhow::Result;
use object::read::elf::ElfFile64;
use object::{Object, ObjectSection, ObjectSymbol, SymbolFlags, elf};

/// A symbol that other objects can see or have to provide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// Whether this object defines it.
    pub defined: bool,
    /// `STB_GLOBAL`, `STB_WEAK`, `STB_GNU_UNIQUE`.
    pub binding: u8,
    /// `STV_DEFAULT`, `STV_HIDDEN`, `STV_PROTECTED`.
    pub visibility: u8,
    /// `STT_FUNC`, `STT_OBJECT`, `STT_TLS`; 0 if undefined.
    pub kind: u8,
}

/// Every symbol of an object that is not local to it.
pub fn globals(object: &[u8]) -> Result<BTreeSet<Symbol>> {
    let file = ElfFile64::<object::Endianness>::parse(object)?;
    Ok(file.symbols().filter(|symbol| symbol.is_global()).map(|symbol| describe(&symbol)).collect())
}

fn describe<'data>(symbol: &impl ObjectSymbol<'data>) -> Symbol {
    let SymbolFlags::Elf { st_info, st_other } = symbol.flags() else { unreachable!("the object is ELF") };
    let defined = !symbol.is_undefined();
    Symbol {
        name: symbol.name().unwrap_or("<not UTF-8>").to_owned(),
        defined,
        binding: st_info.0 >> 4,
        visibility: st_other.0 & 3,
        kind: if defined { st_info.0 & 0xf } else { elf::STT_NOTYPE.0 },
    }
}

/// Bytes of machine code: the sizes of all sections that the processor may execute.
pub fn text_bytes(object: &[u8]) -> Result<u64> {
    let file = object::File::parse(object)?;
    Ok(file
        .sections()
        .filter(|section| section.kind() == object::SectionKind::Text)
        .map(|section| section.size())
        .sum())
}

/// The text of an object's `.comment` section, where compilers leave their names.
pub fn comment(object: &[u8]) -> Result<String> {
    let file = object::File::parse(object)?;
    let Some(section) = file.section_by_name(".comment") else { return Ok(String::new()) };
    Ok(String::from_utf8_lossy(section.data()?).replace('\0', "\n"))
}
