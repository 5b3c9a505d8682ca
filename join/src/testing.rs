//! Objects from assembly, and what a joined one looks like.

use std::fs;
use std::process::Command;

use object::elf;
use object::read::elf::{FileHeader as _, SectionHeader as _, SectionTable, SymbolTable};

use crate::input::{Header, LE, Sym};
use crate::{Error, join};

/// The object that the system's assembler makes.
pub(crate) fn assemble(text: &str) -> Vec<u8> {
    assemble_with(&[], text)
}

/// A global function in a section of its own, with an unwind entry.
pub(crate) fn function(name: &str, body: &str) -> String {
    format!(
        ".section .text.{name},\"ax\",@progbits\n.globl {name}\n.type {name},@function\n{name}: .cfi_startproc
        {body}
        ret
        .cfi_endproc\n"
    )
}

pub(crate) fn assemble_with(args: &[&str], text: &str) -> Vec<u8> {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let [source, object] = ["a.s", "a.o"].map(|name| scratch.path().join(name));
    fs::write(&source, format!("{text}\n")).expect("the source can be written");
    let output = Command::new("cc").args(args).arg("-c").arg(source).arg("-o").arg(&object).output().expect("cc runs");
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    fs::read(object).expect("an object")
}

/// What a joined object has.
pub(crate) struct Joined {
    bytes: Vec<u8>,
}

/// A symbol of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The name of its section, or `undefined`, `absolute`, `common`.
    pub(crate) place: String,
    pub(crate) value: u64,
    pub(crate) size: u64,
    pub(crate) binding: elf::SymbolBind,
    pub(crate) kind: elf::SymbolType,
    pub(crate) visibility: elf::SymbolVisibility,
}

/// Joins objects given as assembly.
pub(crate) fn joined(texts: &[&str], promoted: &[&str]) -> Joined {
    Joined::of(&texts.iter().map(|text| assemble(text)).collect::<Vec<_>>(), promoted)
}

/// Why objects given as assembly cannot be joined.
pub(crate) fn refused(texts: &[&str], promoted: &[&str]) -> String {
    let objects: Vec<Vec<u8>> = texts.iter().map(|text| assemble(text)).collect();
    try_join(&objects, promoted).expect_err("this cannot be joined").to_string()
}

pub(crate) fn try_join(objects: &[Vec<u8>], promoted: &[&str]) -> Result<Vec<u8>, Error> {
    let objects: Vec<&[u8]> = objects.iter().map(|object| &**object).collect();
    join(&objects, promoted.iter().copied())
}

impl Joined {
    pub(crate) fn of(objects: &[Vec<u8>], promoted: &[&str]) -> Self {
        Self { bytes: try_join(objects, promoted).expect("the objects can be joined") }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn header(&self) -> &Header {
        Header::parse(&*self.bytes).expect("a header")
    }

    pub(crate) fn sections(&self) -> SectionTable<'_, Header> {
        self.header().sections(LE, &*self.bytes).expect("sections")
    }

    pub(crate) fn symbol_table(&self) -> SymbolTable<'_, Header> {
        self.sections().symbols(LE, &*self.bytes, elf::SHT_SYMTAB).expect("symbols")
    }

    /// The names of the sections, without those that assemblers always make and the tables.
    pub(crate) fn names(&self) -> Vec<String> {
        let sections = self.sections();
        let names = sections.iter().skip(1).map(|section| text(sections.section_name(LE, section).expect("a name")));
        names.filter(|name| ![".text", ".data", ".bss", ".symtab", ".strtab"].contains(&&**name)).collect()
    }

    /// The indices of the sections with a name.
    pub(crate) fn indices(&self, name: &str) -> Vec<usize> {
        let sections = self.sections();
        let named = |section| sections.section_name(LE, section).expect("a name") == name.as_bytes();
        sections.enumerate().filter(|(_, section)| named(section)).map(|(index, _)| index.0).collect()
    }

    /// The one section with a name.
    pub(crate) fn section(&self, name: &str) -> &object::elf::SectionHeader64<object::LittleEndian> {
        let indices = self.indices(name);
        let &[index] = &*indices else { panic!("{} sections {name}", indices.len()) };
        self.sections().section(object::SectionIndex(index)).expect("a section")
    }

    pub(crate) fn data(&self, name: &str) -> &[u8] {
        self.section(name).data(LE, &*self.bytes).expect("content")
    }

    fn describe(&self, index: object::SymbolIndex, symbol: &Sym) -> Found {
        let section = self.symbol_table().symbol_section(LE, symbol, index).expect("a section");
        let place = match (section, symbol.st_shndx.get(LE)) {
            (Some(index), _) => self.name_of_section(index),
            (None, elf::SHN_ABS) => "absolute".to_owned(),
            (None, elf::SHN_COMMON) => "common".to_owned(),
            (None, _) => "undefined".to_owned(),
        };
        Found {
            place,
            value: symbol.st_value.get(LE),
            size: symbol.st_size.get(LE),
            binding: symbol.st_bind(),
            kind: symbol.st_type(),
            visibility: symbol.st_visibility(),
        }
    }

    fn name_of_section(&self, index: object::SectionIndex) -> String {
        let sections = self.sections();
        text(sections.section_name(LE, sections.section(index).expect("a section")).expect("a name"))
    }

    /// All symbols with a name.
    pub(crate) fn symbols(&self, name: &str) -> Vec<Found> {
        let symbols = self.symbol_table();
        let named = symbols.enumerate().filter(|(_, symbol)| symbols.symbol_name(LE, symbol) == Ok(name.as_bytes()));
        named.map(|(index, symbol)| self.describe(index, symbol)).collect()
    }

    /// The one symbol with a name.
    pub(crate) fn symbol(&self, name: &str) -> Found {
        let mut symbols = self.symbols(name);
        assert_eq!(symbols.len(), 1, "symbols {name}");
        symbols.remove(0)
    }

    /// The names of all symbols in their order, those of sections in brackets.
    pub(crate) fn symbol_names(&self) -> Vec<String> {
        let symbols = self.symbol_table();
        let name = |(index, symbol): (_, &Sym)| match symbol.st_type() {
            elf::STT_SECTION => format!("[{}]", self.describe(index, symbol).place),
            _ => text(symbols.symbol_name(LE, symbol).expect("a name")),
        };
        symbols.enumerate().skip(1).map(name).collect()
    }

    /// The relocations of a section, each as `offset type symbol+addend`.
    pub(crate) fn relocations(&self, name: &str) -> Vec<String> {
        let section = self.section(&format!(".rela{name}"));
        let (relocations, _) = section.rela(LE, &*self.bytes).expect("relocations").expect("relocations");
        let names = self.symbol_names();
        let line = |relocation: &crate::input::Rela| {
            let symbol = relocation.r_sym(LE, false) as usize;
            let symbol = symbol.checked_sub(1).map_or("nothing", |symbol| &names[symbol]);
            let kind = relocation.r_type(LE, false).0;
            format!("{} {kind} {symbol}{:+}", relocation.r_offset.get(LE), relocation.r_addend.get(LE))
        };
        relocations.iter().map(line).collect()
    }
}

fn text(name: &[u8]) -> String {
    String::from_utf8(name.to_vec()).expect("a name in UTF-8")
}
