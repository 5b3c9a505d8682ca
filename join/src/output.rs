//! The file: header, sections each with its relocations behind it, symbols, names, section headers.
//!
//! As in LLVM's objects there is one table for the names of sections and symbols. A function has a section of its own
//! whose name ends with the function's, and the relocations' section has a name that ends with the section's, so most
//! names are in the table once though nobody looks for tails in common.

use object::elf;
use object::{U16, U32, U64, pod};

use crate::error::Error;
use crate::input::{Header, Input, LE, Place, Rela, SectionHeader, Sym, Word};
use crate::names::ByName;
use crate::relocations;
use crate::sections::{Content, Output, Sections};
use crate::symbols::{Entry, Symbols};

/// Writes the object.
///
/// # Errors
/// [`Error`] of the relocations and groups, [`Error::TooMany`].
pub(crate) fn write(inputs: &[Input<'_>], sections: &Sections<'_>, symbols: &Symbols<'_>) -> Result<Vec<u8>, Error> {
    // The result is hardly larger than what it is made of.
    let size = inputs.iter().flat_map(|input| &input.sections).map(|section| section.data.len()).sum::<usize>();
    let headers = 2 * sections.outputs.len() + 8;
    let mut file = File {
        inputs,
        sections,
        symbols,
        numbers: Numbers::new(inputs, sections)?,
        bytes: Vec::with_capacity(size + headers * size_of::<SectionHeader>()),
        headers: Vec::with_capacity(headers),
        names: Names { bytes: vec![0], of_locals: ByName::default() },
    };
    file.bytes.resize(size_of::<Header>(), 0);
    file.headers.push(header(0, elf::SHT_NULL));
    for (position, output) in sections.outputs.iter().enumerate() {
        file.write_section(position, output)?;
    }
    file.write_symbols()?;
    file.write_names()?;
    file.write_headers()?;
    Ok(file.bytes)
}

/// What is between functions in one section (`int3`), as in lld's output: it disassembles, and nobody runs over it.
const BREAKPOINT: u8 = 0xcc;

/// The indices of the new sections.
struct Numbers {
    /// Of each output section.
    outputs: Vec<u32>,
    /// Whether it is followed by one with its relocations.
    has_relocations: Vec<bool>,
    symbols: u32,
    /// Of the section indices of symbols that are too large for the symbol table.
    extended: Option<u32>,
    names: u32,
}

impl Numbers {
    fn new(inputs: &[Input<'_>], sections: &Sections<'_>) -> Result<Self, Error> {
        let has_relocations = |output: &Output<'_>| match &output.content {
            Content::Members(members) => {
                members.iter().any(|member| !inputs[member.input].sections[member.section].relocations.is_empty())
            }
            Content::Merged(_) | Content::Group => false,
        };
        let has_relocations: Vec<bool> = sections.outputs.iter().map(has_relocations).collect();
        let mut next: u32 = 1;
        let mut take = |count: u32| {
            let taken = next;
            next = next.checked_add(count).ok_or(Error::TooMany { what: "sections" })?;
            Ok(taken)
        };
        let outputs = has_relocations.iter().map(|has| take(1 + u32::from(*has))).collect::<Result<_, _>>()?;
        let symbols = take(1)?;
        let extended = if symbols > u32::from(elf::SHN_LORESERVE) { Some(take(1)?) } else { None };
        Ok(Self { outputs, has_relocations, symbols, extended, names: take(1)? })
    }
}

struct File<'f, 'a> {
    inputs: &'f [Input<'a>],
    sections: &'f Sections<'a>,
    symbols: &'f Symbols<'a>,
    numbers: Numbers,
    bytes: Vec<u8>,
    headers: Vec<SectionHeader>,
    names: Names<'a>,
}

impl<'a> File<'_, 'a> {
    /// Fills up to an alignment and says where the file ends then.
    fn align(&mut self, alignment: u64) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(alignment as usize), 0);
        self.bytes.len()
    }

    /// Adds the header of a section that ends where the file does.
    fn push(&mut self, mut header: SectionHeader, start: usize, size: u64) {
        header.sh_offset = U64::new(LE, start as u64);
        header.sh_size = U64::new(LE, size);
        self.headers.push(header);
    }

    fn write_section(&mut self, position: usize, output: &Output<'a>) -> Result<(), Error> {
        let has_relocations = self.numbers.has_relocations[position];
        let name = self.names.add_section(output.name, has_relocations)?;
        let mut header = header(name, output.kind);
        header.sh_flags = U64::new(LE, output.flags);
        header.sh_entsize = U64::new(LE, output.entry_size);
        header.sh_addralign = U64::new(LE, output.alignment);
        let has_data = output.kind != elf::SHT_NOBITS && (output.size > 0 || matches!(output.content, Content::Group));
        let start = self.align(if has_data { output.alignment } else { 1 });
        let mut size = output.size;
        match &output.content {
            Content::Members(members) => {
                let is_code = output.flags.contains(elf::SHF_EXECINSTR);
                for member in members.iter().filter(|member| !member.data.is_empty()) {
                    self.bytes.resize(start + member.offset as usize, if is_code { BREAKPOINT } else { 0 });
                    self.bytes.extend_from_slice(&member.data);
                }
            }
            Content::Merged(merged) => merged.write(&mut self.bytes, output.alignment),
            Content::Group => {
                let (content, signature) = self.group(output)?;
                self.bytes.extend_from_slice(pod::bytes_of_slice(&content));
                size = (self.bytes.len() - start) as u64;
                header.sh_link = U32::new(LE, self.numbers.symbols);
                header.sh_info = U32::new(LE, signature);
            }
        }
        let (input, section) = output.first;
        if let Some(other) = self.inputs[input].sections[section].ordered_with()
            && let Some(position) = self.sections.position(input, other)
        {
            header.sh_link = U32::new(LE, self.numbers.outputs[position]);
        }
        self.push(header, start, size);
        if has_relocations { self.write_relocations(position, output, name - RELOCATIONS.len() as u32) } else { Ok(()) }
    }

    fn write_relocations(&mut self, position: usize, output: &Output<'a>, name: u32) -> Result<(), Error> {
        let start = self.align(8);
        if let Content::Members(members) = &output.content {
            for member in members {
                let input = &self.inputs[member.input];
                relocations::write(&mut self.bytes, input, member, self.sections, self.symbols)?;
            }
        }
        let mut header = header(name, elf::SHT_RELA);
        header.sh_flags = U64::new(LE, elf::SHF_INFO_LINK | (output.flags & elf::SHF_GROUP));
        header.sh_link = U32::new(LE, self.numbers.symbols);
        header.sh_info = U32::new(LE, self.numbers.outputs[position]);
        header.sh_entsize = U64::new(LE, size_of::<Rela>() as u64);
        header.sh_addralign = U64::new(LE, 8);
        self.push(header, start, (self.bytes.len() - start) as u64);
        Ok(())
    }

    /// The flags and members of a group, and its signature.
    fn group(&self, output: &Output<'_>) -> Result<(Vec<Word>, u32), Error> {
        let (number, index) = output.first;
        let input = &self.inputs[number];
        let group = &input.sections[index];
        let (flags, members) = group.group().map_err(Error::malformed(number))?;
        let mut content = vec![U32::new(LE, flags.0)];
        for member in members {
            let Some(position) = self.sections.position(number, member.get(LE) as usize) else { continue };
            content.push(U32::new(LE, self.numbers.outputs[position]));
            if self.numbers.has_relocations[position] {
                content.push(U32::new(LE, self.numbers.outputs[position] + 1));
            }
        }
        let signature = self.symbols.index(number, group.signature());
        Ok((content, signature.ok_or_else(|| Error::malformed(number)("a group's signature is left out"))?))
    }

    fn write_symbols(&mut self) -> Result<(), Error> {
        let start = self.align(8);
        let mut extended: Vec<Word> = Vec::new();
        for (index, entry) in self.symbols.entries.iter().enumerate() {
            let name = self.name_of(index, entry)?;
            let (section, number) = match entry.place {
                Place::Undefined => (elf::SHN_UNDEF, 0),
                Place::Absolute => (elf::SHN_ABS, 0),
                Place::Common => (elf::SHN_COMMON, 0),
                Place::Section(position) => {
                    let number = self.numbers.outputs[position];
                    (elf::SymbolSection::new(number), number)
                }
            };
            let symbol = Sym {
                st_name: U32::new(LE, name),
                st_info: entry.info,
                st_other: entry.other,
                st_shndx: U16::new(LE, section),
                st_value: U64::new(LE, entry.value),
                st_size: U64::new(LE, entry.size),
            };
            self.bytes.extend_from_slice(pod::bytes_of(&symbol));
            if self.numbers.extended.is_some() {
                extended.push(U32::new(LE, if section == elf::SHN_XINDEX { number } else { 0 }));
            }
        }
        let mut header = header(self.names.add(b".symtab")?, elf::SHT_SYMTAB);
        header.sh_link = U32::new(LE, self.numbers.names);
        header.sh_info = U32::new(LE, self.symbols.locals as u32);
        header.sh_entsize = U64::new(LE, size_of::<Sym>() as u64);
        header.sh_addralign = U64::new(LE, 8);
        self.push(header, start, (self.bytes.len() - start) as u64);
        if self.numbers.extended.is_some() { self.write_extended(&extended) } else { Ok(()) }
    }

    fn write_extended(&mut self, sections: &[Word]) -> Result<(), Error> {
        let start = self.align(4);
        self.bytes.extend_from_slice(pod::bytes_of_slice(sections));
        let mut header = header(self.names.add(b".symtab_shndx")?, elf::SHT_SYMTAB_SHNDX);
        header.sh_link = U32::new(LE, self.numbers.symbols);
        header.sh_entsize = U64::new(LE, size_of::<Word>() as u64);
        header.sh_addralign = U64::new(LE, 4);
        self.push(header, start, (self.bytes.len() - start) as u64);
        Ok(())
    }

    /// Where a symbol's name is.
    fn name_of(&mut self, index: usize, entry: &Entry<'a>) -> Result<u32, Error> {
        if entry.name.is_empty() {
            return Ok(0);
        }
        if let Place::Section(position) = entry.place {
            let section = self.sections.outputs[position].name;
            if section.ends_with(entry.name) {
                let start = self.headers[self.numbers.outputs[position] as usize].sh_name.get(LE);
                return Ok(start + (section.len() - entry.name.len()) as u32);
            }
        }
        // A global name is there once, but units have many local ones in common.
        if index < self.symbols.locals { self.names.add_local(entry.name) } else { self.names.add(entry.name) }
    }

    fn write_names(&mut self) -> Result<(), Error> {
        let header = header(self.names.add(b".strtab")?, elf::SHT_STRTAB);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&self.names.bytes);
        self.push(header, start, self.names.bytes.len() as u64);
        Ok(())
    }

    /// Section headers, and the file's, with what does not fit there in the header of the null section.
    fn write_headers(&mut self) -> Result<(), Error> {
        let start = self.align(8);
        let count = self.headers.len() as u32;
        let names = self.numbers.names;
        let is_large = count >= u32::from(elf::SHN_LORESERVE);
        let null = &mut self.headers[0];
        null.sh_addralign = U64::new(LE, 0);
        if is_large {
            null.sh_size = U64::new(LE, u64::from(count));
            null.sh_link = U32::new(LE, if elf::SymbolSection::new(names) == elf::SHN_XINDEX { names } else { 0 });
        }
        self.bytes.extend_from_slice(pod::bytes_of_slice(&self.headers));
        let header = Header {
            e_ident: ident(self.inputs)?,
            e_type: U16::new(LE, elf::ET_REL),
            e_machine: U16::new(LE, elf::EM_X86_64),
            e_version: U32::new(LE, u32::from(elf::EV_CURRENT.0)),
            e_entry: U64::new(LE, 0),
            e_phoff: U64::new(LE, 0),
            e_shoff: U64::new(LE, start as u64),
            e_flags: U32::new(LE, elf::FileFlags(0)),
            e_ehsize: U16::new(LE, size_of::<Header>() as u16),
            e_phentsize: U16::new(LE, 0),
            e_phnum: U16::new(LE, 0),
            e_shentsize: U16::new(LE, size_of::<SectionHeader>() as u16),
            e_shnum: U16::new(LE, if is_large { 0 } else { count as u16 }),
            e_shstrndx: U16::new(LE, elf::SymbolSection::new(names)),
        };
        self.bytes[..size_of::<Header>()].copy_from_slice(pod::bytes_of(&header));
        Ok(())
    }
}

/// A section header without place, size and links.
fn header(name: u32, kind: elf::SectionType) -> SectionHeader {
    SectionHeader {
        sh_name: U32::new(LE, name),
        sh_type: U32::new(LE, kind),
        sh_flags: U64::new(LE, elf::SectionFlags(0)),
        sh_addr: U64::new(LE, 0),
        sh_offset: U64::new(LE, 0),
        sh_size: U64::new(LE, 0),
        sh_link: U32::new(LE, 0),
        sh_info: U32::new(LE, 0),
        sh_addralign: U64::new(LE, 1),
        sh_entsize: U64::new(LE, 0),
    }
}

/// The identification of all objects: those that need GNU's extensions say so.
fn ident(inputs: &[Input<'_>]) -> Result<elf::Ident, Error> {
    let mut ident = elf::Ident {
        magic: elf::ELFMAG,
        class: elf::ELFCLASS64,
        data: elf::ELFDATA2LSB,
        version: elf::EV_CURRENT,
        os_abi: elf::ELFOSABI_NONE,
        abi_version: 0,
        padding: [0; 7],
    };
    for input in inputs.iter().filter(|input| input.ident.os_abi != elf::ELFOSABI_NONE) {
        if ident.os_abi != elf::ELFOSABI_NONE && ident.os_abi != input.ident.os_abi || input.ident.abi_version != 0 {
            let what = format!("the ABI {} of another system", input.ident.os_abi.0);
            return Err(Error::unsupported(input.number, what));
        }
        ident.os_abi = input.ident.os_abi;
    }
    Ok(ident)
}

/// The table of names.
struct Names<'a> {
    bytes: Vec<u8>,
    of_locals: ByName<&'a [u8], u32>,
}

/// What precedes a section's name in that of its relocations.
const RELOCATIONS: &[u8] = b".rela";

impl<'a> Names<'a> {
    /// Adds a name and says where it is.
    fn add(&mut self, name: &[u8]) -> Result<u32, Error> {
        let start = u32::try_from(self.bytes.len()).map_err(|_| Error::TooMany { what: "names" })?;
        self.bytes.extend_from_slice(name);
        self.bytes.push(0);
        Ok(start)
    }

    /// Adds a name, unless a local symbol has had it.
    fn add_local(&mut self, name: &'a [u8]) -> Result<u32, Error> {
        if let Some(start) = self.of_locals.get(name) {
            return Ok(*start);
        }
        let start = self.add(name)?;
        self.of_locals.insert(name, start);
        Ok(start)
    }

    /// Adds a section's name, with that of its relocations around it.
    fn add_section(&mut self, name: &[u8], has_relocations: bool) -> Result<u32, Error> {
        if !has_relocations {
            return self.add(name);
        }
        self.bytes.extend_from_slice(RELOCATIONS);
        self.add(name)
    }
}

#[cfg(test)]
mod tests {
    use object::elf;
    use object::read::elf::{FileHeader as _, SectionHeader as _};

    use crate::input::LE;
    use crate::testing::{Joined, assemble, joined};

    #[test]
    fn the_same_objects_give_the_same_bytes() {
        let objects: Vec<Vec<u8>> =
            (0..50).map(|name| assemble(&format!(".globl f{name}\nf{name}: call other"))).collect();
        assert_eq!(Joined::of(&objects, &[]).bytes(), Joined::of(&objects, &[]).bytes());
    }

    #[test]
    fn a_name_is_in_the_table_once() {
        let text = |name: &str| {
            format!(
                ".file \"unit\"\n.section .text.{name},\"ax\"\n.globl {name}\n{name}: call other\nlocal: nop\n.quad local2"
            )
        };
        let joined = joined(&[&text("first"), &text("second")], &[]);
        let names = joined.data(".strtab");
        for name in ["first", "second", "other", "unit", "local\0", ".rela.text.first"] {
            let count = names.windows(name.len()).filter(|window| *window == name.as_bytes()).count();
            assert_eq!(count, 1, "{name}");
        }
    }

    #[test]
    fn code_is_filled_up_with_breakpoints() {
        let text = "nop\n.balign 4\n.data\n.balign 4\n.byte 1";
        let joined = joined(&["nop", text, text], &[]);
        assert_eq!(joined.data(".text")[..4], [0x90, 0xcc, 0xcc, 0xcc]);
        assert_eq!(joined.data(".data"), [1, 0, 0, 0, 1]);
    }

    #[test]
    fn contents_are_aligned() {
        let joined = joined(&[".byte 1\n.data\n.balign 64\n.quad f\n.section .a,\"a\"\n.balign 4096\n.byte 2"], &[]);
        for section in joined.sections().iter().skip(1) {
            assert_eq!(section.sh_offset(LE) % section.sh_addralign(LE), 0);
        }
        assert_eq!(joined.data(".a"), [2]);
    }

    /// Section indices from 0xff00 on have other meanings in the 16 bits of a symbol.
    #[test]
    fn there_may_be_more_sections_than_a_symbol_can_name() {
        let text = ".macro function number
            .section .s\\number,\"ax\"
            .globl f\\number
            f\\number: .byte 1
            .endm
            .altmacro
            .set number, 0
            .rept 33000
            function %number
            .set number, number+1
            .endr";
        let objects = [assemble(text), assemble(&text.replace("f\\number", "g\\number").replace(".s\\", ".t\\"))];
        let joined = Joined::of(&objects, &["f7", "g32999"]);
        assert_eq!(joined.header().e_shnum.get(LE), 0);
        assert_eq!(joined.header().shstrndx(LE, joined.bytes()), Ok(joined.indices(".strtab")[0] as u32));
        assert_eq!(joined.sections().len(), 66_000 + 7);
        let found = joined.symbol("g32999");
        assert_eq!((&*found.place, found.binding), (".t32999", elf::STB_LOCAL));
        assert_eq!(joined.symbol("f7").place, ".s7");
        assert_eq!(joined.symbol("g0").place, ".t0");
        // Such an object can be joined again.
        let again = Joined::of(&[joined.bytes().to_vec(), assemble(".globl f\nf: call g32998")], &[]);
        assert_eq!(again.symbol("g32998").place, ".t32998");
    }
}
