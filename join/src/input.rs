//! The tables of one object.

use object::elf::{self, FileHeader64, Ident, Rela64, SectionHeader64, Sym64};
use object::read::SectionIndex;
use object::read::elf::{FileHeader as _, SectionHeader as _, SectionTable};
use object::{LittleEndian, U32};

use crate::error::{Error, shown};

pub(crate) type Header = FileHeader64<LittleEndian>;
pub(crate) type SectionHeader = SectionHeader64<LittleEndian>;
pub(crate) type Sym = Sym64<LittleEndian>;
pub(crate) type Rela = Rela64<LittleEndian>;
pub(crate) type Word = U32<LittleEndian>;
pub(crate) const LE: LittleEndian = LittleEndian;

/// Symbols whose address matters, for identical code folding (`llvm::ELF::SHT_LLVM_ADDRSIG`). Linkers do without.
const SHT_LLVM_ADDRSIG: elf::SectionType = elf::SectionType(0x6fff_4c03);

/// One object.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    /// Its position among all.
    pub(crate) number: usize,
    /// What its header says of who is to understand it.
    pub(crate) ident: Ident,
    /// By their index, the null section included.
    pub(crate) sections: Vec<Section<'a>>,
    /// By their index, the null symbol included.
    pub(crate) symbols: Vec<Symbol<'a>>,
    /// The position of the first symbol that is not local.
    pub(crate) first_global: usize,
}

/// A section and its relocations.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    pub(crate) name: &'a [u8],
    header: &'a SectionHeader,
    /// Its bytes; none of a section that has no place in the file.
    pub(crate) data: &'a [u8],
    pub(crate) relocations: &'a [Rela],
    pub(crate) role: Role,
}

/// What becomes of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is part of the result.
    Content,
    /// It says which other sections belong together.
    Group,
    /// It is one of the tables that are made anew.
    Table,
    /// It is not in the result, nor are its symbols.
    LeftOut,
}

impl Section<'_> {
    pub(crate) fn kind(&self) -> elf::SectionType {
        self.header.sh_type(LE)
    }

    pub(crate) fn flags(&self) -> elf::SectionFlags {
        self.header.sh_flags(LE)
    }

    pub(crate) fn has(&self, flag: elf::SectionFlags) -> bool {
        self.flags().contains(flag)
    }

    /// In memory; the same as in the file for most.
    pub(crate) fn size(&self) -> u64 {
        self.header.sh_size(LE)
    }

    /// A power of two.
    pub(crate) fn alignment(&self) -> u64 {
        self.header.sh_addralign(LE).max(1)
    }

    pub(crate) fn entry_size(&self) -> u64 {
        self.header.sh_entsize(LE)
    }

    /// The section that this one goes with (`SHF_LINK_ORDER`).
    pub(crate) fn ordered_with(&self) -> Option<usize> {
        (self.has(elf::SHF_LINK_ORDER) && self.link() != 0).then_some(self.link())
    }

    fn link(&self) -> usize {
        self.header.sh_link(LE) as usize
    }

    fn info(&self) -> usize {
        self.header.sh_info(LE) as usize
    }

    /// The symbol that names a group, by its index.
    pub(crate) fn signature(&self) -> usize {
        self.info()
    }

    /// A group's flags and members.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn group(&self) -> Result<(elf::GroupFlags, &[Word]), &'static str> {
        let (words, rest) = object::pod::slice_from_bytes::<Word>(self.data, self.data.len() / size_of::<Word>())
            .map_err(|()| "a group is cut off")?;
        let (flags, members) = words.split_first().ok_or("a group has no flags")?;
        if rest.is_empty() { Ok((elf::GroupFlags(flags.get(LE)), members)) } else { Err("a group is cut off") }
    }

    /// Whether it is a table of unwind information.
    pub(crate) fn is_unwind_table(&self) -> bool {
        self.name == b".eh_frame"
    }
}

/// A symbol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Symbol<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) entry: &'a Sym,
    pub(crate) place: Place,
}

/// Where a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Undefined,
    /// In the section with this index.
    Section(usize),
    /// At an address (`SHN_ABS`).
    Absolute,
    /// Wherever the linker allocates it (`SHN_COMMON`).
    Common,
}

impl Symbol<'_> {
    pub(crate) fn kind(&self) -> elf::SymbolType {
        self.entry.st_type()
    }

    pub(crate) fn is_section(&self) -> bool {
        self.kind() == elf::STT_SECTION
    }

    pub(crate) fn value(&self) -> u64 {
        self.entry.st_value.get(LE)
    }

    pub(crate) fn size(&self) -> u64 {
        self.entry.st_size.get(LE)
    }
}

impl<'a> Input<'a> {
    /// Reads all objects.
    ///
    /// # Errors
    /// [`Error::Malformed`] and [`Error::Unsupported`].
    pub(crate) fn parse_all(objects: &[&'a [u8]]) -> Result<Vec<Self>, Error> {
        objects.iter().enumerate().map(|(number, object)| Self::parse(number, object)).collect()
    }

    fn parse(number: usize, object: &'a [u8]) -> Result<Self, Error> {
        let malformed = Error::malformed(number);
        let header = Header::parse(object).map_err(Error::malformed(number))?;
        check_header(number, header)?;
        let table = header.sections(LE, object).map_err(&malformed)?;
        let symbols = table.symbols(LE, object, elf::SHT_SYMTAB).map_err(&malformed)?;
        let mut input = Self {
            number,
            ident: header.e_ident,
            sections: Vec::with_capacity(table.len()),
            symbols: Vec::with_capacity(symbols.len()),
            first_global: 0,
        };
        for section in table.iter() {
            input.sections.push(input.section(object, &table, section)?);
        }
        input.attach_relocations(symbols.section().0, object)?;
        input.first_global = input.sections.get(symbols.section().0).map_or(0, Section::info);
        for (index, entry) in symbols.enumerate() {
            let name = symbols.symbol_name(LE, entry).map_err(&malformed)?;
            let section = symbols.symbol_section(LE, entry, index).map_err(&malformed)?;
            input.symbols.push(Symbol { name, entry, place: input.place(entry, section, name)? });
        }
        input.check_symbols()?;
        Ok(input)
    }

    fn section(
        &self,
        object: &'a [u8],
        table: &SectionTable<'a, Header>,
        header: &'a SectionHeader,
    ) -> Result<Section<'a>, Error> {
        let malformed = Error::malformed(self.number);
        let name = table.section_name(LE, header).map_err(&malformed)?;
        let data = header.data(LE, object).map_err(&malformed)?;
        let mut section = Section { name, header, data, relocations: &[], role: Role::Content };
        section.role = match section.kind() {
            elf::SHT_NULL | elf::SHT_SYMTAB | elf::SHT_SYMTAB_SHNDX | elf::SHT_STRTAB | elf::SHT_RELA => Role::Table,
            elf::SHT_GROUP => Role::Group,
            SHT_LLVM_ADDRSIG => Role::LeftOut,
            elf::SHT_PROGBITS | elf::SHT_NOBITS | elf::SHT_NOTE | elf::SHT_X86_64_UNWIND => Role::Content,
            elf::SHT_INIT_ARRAY | elf::SHT_FINI_ARRAY | elf::SHT_PREINIT_ARRAY => Role::Content,
            kind => {
                let what = format!("section {} of type {:#x}", shown(name), kind);
                return Err(Error::unsupported(self.number, what));
            }
        };
        if matches!(section.role, Role::Content | Role::Group) {
            self.check_alignment(&section)?;
        }
        if section.role == Role::Content {
            self.check_section(&section)?;
        }
        Ok(section)
    }

    /// Sections are where their alignment says, so that none is larger than the file.
    fn check_alignment(&self, section: &Section<'_>) -> Result<(), Error> {
        let alignment = section.alignment();
        let has_place = section.kind() != elf::SHT_NOBITS;
        let is_aligned = !has_place || section.header.sh_offset(LE).is_multiple_of(alignment);
        if alignment.is_power_of_two() && is_aligned {
            return Ok(());
        }
        Err(Error::malformed(self.number)(format!("{} is not aligned", shown(section.name))))
    }

    fn check_section(&self, section: &Section<'_>) -> Result<(), Error> {
        let name = || shown(section.name);
        if section.has(elf::SHF_COMPRESSED) {
            return Err(Error::unsupported(self.number, format!("compressed section {}", name())));
        }
        let has_link = section.link() != 0 && !section.has(elf::SHF_LINK_ORDER);
        if has_link || section.info() != 0 {
            return Err(Error::unsupported(self.number, format!("section {} with a link", name())));
        }
        Ok(())
    }

    /// Gives sections their relocations.
    fn attach_relocations(&mut self, symbol_table: usize, object: &'a [u8]) -> Result<(), Error> {
        let malformed = Error::malformed(self.number);
        for index in 0..self.sections.len() {
            let header = self.sections[index].header;
            let Some((relocations, link)) = header.rela(LE, object).map_err(Error::malformed(self.number))? else {
                continue;
            };
            let target = self.sections[index].info();
            let target = self.sections.get_mut(target).filter(|target| target.role != Role::Table);
            let target = target.ok_or_else(|| malformed("relocations of no section"))?;
            if link.0 != symbol_table || !target.relocations.is_empty() {
                return Err(malformed("two relocation tables of one section, or two symbol tables"));
            }
            if target.kind() == elf::SHT_NOBITS && !relocations.is_empty() {
                return Err(malformed("relocations of a section without content"));
            }
            target.relocations = relocations;
        }
        Ok(())
    }

    fn place(&self, entry: &Sym, section: Option<SectionIndex>, name: &[u8]) -> Result<Place, Error> {
        match (section, entry.st_shndx.get(LE)) {
            (Some(section), _) if section.0 < self.sections.len() => Ok(Place::Section(section.0)),
            (None, elf::SHN_UNDEF) => Ok(Place::Undefined),
            (None, elf::SHN_ABS) => Ok(Place::Absolute),
            (None, elf::SHN_COMMON) => Ok(Place::Common),
            _ => Err(Error::unsupported(self.number, format!("symbol {} in an odd section", shown(name)))),
        }
    }

    fn check_symbols(&self) -> Result<(), Error> {
        let malformed = Error::malformed(self.number);
        if self.first_global > self.symbols.len() {
            return Err(malformed("it has fewer symbols than local ones"));
        }
        for (index, symbol) in self.symbols.iter().enumerate() {
            let is_local = symbol.entry.st_bind() == elf::STB_LOCAL;
            if is_local != (index < self.first_global) {
                return Err(malformed("local symbols are not before the others"));
            }
            if !is_local && (symbol.name.is_empty() || symbol.is_section()) {
                return Err(malformed("a global symbol has no name"));
            }
        }
        Ok(())
    }

    /// The symbols that are not local, with their indices.
    pub(crate) fn globals(&self) -> impl Iterator<Item = (usize, &Symbol<'a>)> {
        self.symbols.iter().enumerate().skip(self.first_global)
    }

    /// The symbols that are local, with their indices, without the null symbol.
    pub(crate) fn locals(&self) -> impl Iterator<Item = (usize, &Symbol<'a>)> {
        self.symbols[..self.first_global].iter().enumerate().skip(1)
    }

    /// Whether a symbol is in a section that is left out.
    pub(crate) fn is_left_out(&self, symbol: &Symbol<'_>) -> bool {
        matches!(symbol.place, Place::Section(section) if self.sections[section].role == Role::LeftOut)
    }

    /// The symbol that a relocation is against.
    ///
    /// # Errors
    /// [`Error::Malformed`] if there is none with that index.
    pub(crate) fn target(&self, relocation: &Rela) -> Result<(usize, &Symbol<'a>), Error> {
        let index = relocation.r_sym(LE, false) as usize;
        let symbol = self.symbols.get(index);
        Ok((index, symbol.ok_or_else(|| Error::malformed(self.number)("a relocation has no symbol"))?))
    }
}

fn check_header(number: usize, header: &Header) -> Result<(), Error> {
    let is_little_endian = header.e_ident.data == elf::ELFDATA2LSB;
    if !is_little_endian || header.e_machine.get(LE) != elf::EM_X86_64 || header.e_flags.get(LE).0 != 0 {
        return Err(Error::unsupported(number, "code of another machine"));
    }
    if header.e_type.get(LE) != elf::ET_REL || header.e_phoff.get(LE) != 0 {
        return Err(Error::unsupported(number, "a program or a library"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{assemble, assemble_with, refused, try_join};

    /// One of everything.
    const RICH: &str = "
        .file \"rich.c\"
        .globl f; .type f,@function
        .section .text.f,\"ax\",@progbits
        f: .cfi_startproc; call g@PLT; lea .LC0(%rip), %rax; ret; .cfi_endproc
        .section .rodata.str1.1,\"aMS\",@progbits,1
        .LC0: .string \"text\"
        .section .text.h,\"axG\",@progbits,h,comdat
        .weak h
        h: ret
        .comm shared,8,8";

    #[test]
    fn what_is_no_object_of_this_machine_is_refused() {
        let said = |object: Vec<u8>| try_join(&[assemble(""), object], &[]).unwrap_err().to_string();
        let mut object = assemble("");
        object[18] = 3;
        assert_eq!(said(object), "object 1 has code of another machine, which cannot be joined");
        let mut object = assemble("");
        object[16] = 2;
        assert_eq!(said(object), "object 1 has a program or a library, which cannot be joined");
        assert_eq!(said([b"no object".as_slice(); 10].concat()), "object 1 is malformed: Unsupported ELF header");
        assert_eq!(said(Vec::new()), "object 1 is malformed: Invalid ELF header size or alignment");
    }

    #[test]
    fn sections_without_a_rule_are_refused() {
        let said = refused(&[".section .odd,\"\",@0x6fff4c0a"], &[]);
        assert_eq!(said, "object 0 has section .odd of type 0x6fff4c0a, which cannot be joined");
        let text = format!(".section .debug_str,\"\",@progbits\n.zero {}", 4096);
        let said = try_join(&[assemble_with(&["-Wa,--compress-debug-sections=zlib"], &text)], &[]).unwrap_err();
        assert_eq!(said.to_string(), "object 0 has compressed section .debug_str, which cannot be joined");
    }

    #[test]
    fn relocations_without_addends_are_refused() {
        let mut object = assemble(".quad f");
        let table = u64::from_le_bytes(object[40..48].try_into().unwrap()) as usize;
        let kinds = (table + 4..object.len()).step_by(64);
        let relocations = kinds.filter(|at| object[*at] == 4).collect::<Vec<_>>();
        assert_eq!(relocations.len(), 1, "one table");
        object[relocations[0]] = 9;
        let said = try_join(&[object], &[]).unwrap_err().to_string();
        assert_eq!(said, "object 0 has section .rela.text of type 0x9, which cannot be joined");
    }

    #[test]
    fn addresses_for_folding_are_left_out() {
        let joined = crate::testing::joined(&[".section .llvm_addrsig,\"e\",@0x6fff4c03\n.byte 1"], &[]);
        assert_eq!(joined.names(), [""; 0]);
    }

    #[test]
    fn damaged_objects_never_panic() {
        let object = assemble(RICH);
        assert!(try_join(std::slice::from_ref(&object), &["f"]).is_ok());
        for length in 0..object.len() {
            assert!(try_join(&[object[..length].to_vec()], &["f"]).is_err(), "cut off at {length}");
        }
        for at in 0..object.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut object = object.clone();
                object[at] = value;
                drop(try_join(&[object], &["f"]));
            }
        }
    }
}
