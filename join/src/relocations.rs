//! Relocations against the new symbols.
//!
//! They keep their order. Offsets move with the section that they are in. The addend of one against a section is an
//! offset in that section and moves with what is there; other addends stay as they are. (Where pieces of a section are
//! merged, compilers name a symbol if the addend is more than the offset, as linkers take it for the offset, too:
//! `ELFObjectWriter::useSectionSymbol`.)

use object::elf;
use object::{I64, U64, pod};

use crate::error::{Error, shown};
use crate::input::{Input, LE, Place, Rela};
use crate::sections::{Member, Sections};
use crate::symbols::Symbols;

/// Writes the relocations of an input section to the end of the file.
///
/// # Errors
/// [`Error::Malformed`] and [`Error::Unsupported`], if one of them does not say what it is against.
pub(crate) fn write(
    file: &mut Vec<u8>,
    input: &Input<'_>,
    member: &Member<'_>,
    sections: &Sections<'_>,
    symbols: &Symbols<'_>,
) -> Result<(), Error> {
    let section = &input.sections[member.section];
    let shift = sections.shift(input.number, member.section);
    for relocation in section.relocations {
        let old = relocation.r_offset.get(LE);
        let offset = match shift {
            Some(shift) => Some(shift.wrapping_add(old)),
            None => sections.map(input.number, member.section, old),
        };
        // What is left out with an unwind entry needs none.
        let Some(offset) = offset else { continue };
        let new = match target(input, relocation, sections, symbols)? {
            Some((symbol, addend)) => {
                let info = Rela::r_info(LE, false, symbol, relocation.r_type(LE, false));
                Rela { r_offset: U64::new(LE, offset), r_info: info, r_addend: I64::new(LE, addend) }
            }
            None if section.has(elf::SHF_ALLOC) => {
                let message = format!("{} refers to a section that is left out", shown(section.name));
                return Err(Error::malformed(input.number)(message));
            }
            // Debugging information of what another object has as well. Linkers do the same.
            None => {
                let info = Rela::r_info(LE, false, 0, elf::R_X86_64_NONE);
                Rela { r_offset: U64::new(LE, offset), r_info: info, r_addend: I64::new(LE, 0) }
            }
        };
        file.extend_from_slice(pod::bytes_of(&new));
    }
    Ok(())
}

/// The new symbol and addend; `None` if the symbol is left out.
fn target(
    input: &Input<'_>,
    relocation: &Rela,
    sections: &Sections<'_>,
    symbols: &Symbols<'_>,
) -> Result<Option<(u32, i64)>, Error> {
    let (index, symbol) = input.target(relocation)?;
    let addend = relocation.r_addend.get(LE);
    let Some(new) = symbols.index(input.number, index) else { return Ok(None) };
    let (true, Place::Section(section)) = (symbol.is_section(), symbol.place) else { return Ok(Some((new, addend))) };
    let kind = relocation.r_type(LE, false);
    if !has_plain_addend(kind) {
        return Err(Error::unsupported(input.number, format!("a relocation of type {} against a section", kind.0)));
    }
    let offset = symbol.value().wrapping_add_signed(addend);
    match sections.map(input.number, section, offset) {
        Some(offset) => Ok(Some((new, offset as i64))),
        None => Err(Error::malformed(input.number)("a relocation is against what is outside its section")),
    }
}

/// Whether the addend is added to the symbol's address, and not to that of something made for the symbol.
fn has_plain_addend(kind: elf::RelocationType) -> bool {
    matches!(
        kind,
        elf::R_X86_64_64
            | elf::R_X86_64_32
            | elf::R_X86_64_32S
            | elf::R_X86_64_16
            | elf::R_X86_64_8
            | elf::R_X86_64_PC64
            | elf::R_X86_64_PC32
            | elf::R_X86_64_PC16
            | elf::R_X86_64_PC8
            | elf::R_X86_64_PLT32
            | elf::R_X86_64_GOTOFF64
            | elf::R_X86_64_DTPOFF64
            | elf::R_X86_64_DTPOFF32
            | elf::R_X86_64_TPOFF64
            | elf::R_X86_64_TPOFF32
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{joined, refused};

    #[test]
    fn addends_against_symbols_stay_and_those_against_sections_move() {
        let text = ".zero 16\n.section .refs,\"a\"\n.long f-.+4\n.quad .text+3, .text-20";
        let joined = joined(&[text, text], &[]);
        let expected = ["0 2 f+4", "4 1 [.text]+3", "12 1 [.text]-20", "20 2 f+4", "24 1 [.text]+19", "32 1 [.text]-4"];
        assert_eq!(joined.relocations(".refs"), expected);
    }

    #[test]
    fn relocations_of_the_same_place_keep_their_order() {
        let text = ".zero 8\n.reloc 0, R_X86_64_64, b\n.reloc 0, R_X86_64_PC64, a";
        assert_eq!(joined(&[text, text], &[]).relocations(".text"), ["0 1 b+0", "0 24 a+0", "8 1 b+0", "8 24 a+0"]);
    }

    #[test]
    fn what_is_made_for_a_section_is_refused() {
        let said = refused(&["nop\n.reloc 0, R_X86_64_SIZE64, .text\n.zero 8"], &[]);
        assert_eq!(said, "object 0 has a relocation of type 33 against a section, which cannot be joined");
    }

    /// Code refers to such a piece with an addend that counts from behind the operand, so it names a symbol.
    #[test]
    fn a_relative_table_may_begin_with_a_piece_of_a_section() {
        let text = |numbers, relocation| {
            format!(".section .cst,\"aM\",@progbits,8\n.balign 8\n.quad {numbers}\n.data\n.zero 4\n{relocation}")
        };
        let second = text("2, 1", ".reloc 0, R_X86_64_PC32, .cst+8");
        assert_eq!(joined(&[&text("1, 3", ""), &second], &[]).relocations(".data"), ["4 2 [.cst]+0"]);
    }

    #[test]
    fn a_relocation_may_be_against_nothing() {
        assert_eq!(joined(&[".reloc 0, R_X86_64_NONE\n.zero 8"], &[]).relocations(".text"), ["0 0 nothing+0"]);
    }
}
