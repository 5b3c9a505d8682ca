//! Sections whose equal pieces are one in the result (`SHF_MERGE`): strings, or constants of one size.
//!
//! The first occurrence of a piece says where it is. Tails of strings are not shared, and each piece is aligned as its
//! sections are.

use object::elf;

use crate::input::Section;
use crate::names::ByName;

/// The merged content of all sections with the same name, flags, entry size and alignment.
#[derive(Debug, Default)]
pub(crate) struct Merged<'a> {
    pieces: Vec<&'a [u8]>,
    offsets: ByName<&'a [u8], u64>,
    size: u64,
}

/// Where the pieces of an input section are in the result, by their old offset.
#[derive(Debug, Default)]
pub(crate) struct PieceMap {
    /// The start of each piece: old offset, and new one if it is in the result.
    starts: Vec<(u64, Option<u64>)>,
    /// The size of the input section.
    size: u64,
}

/// Whether a section's pieces are to be merged.
pub(crate) fn is_mergeable(section: &Section<'_>) -> bool {
    let is_constant = section.has(elf::SHF_MERGE) && !section.has(elf::SHF_WRITE) && section.kind() != elf::SHT_NOBITS;
    let is_cut = section.size() > 0 && section.entry_size() > 0 && section.size().is_multiple_of(section.entry_size());
    is_constant && is_cut && section.relocations.is_empty()
}

impl<'a> Merged<'a> {
    /// Adds a section's pieces and says where they are.
    ///
    /// # Errors
    /// What is wrong with the section.
    pub(crate) fn add(&mut self, section: &Section<'a>) -> Result<PieceMap, &'static str> {
        let entry = usize::try_from(section.entry_size()).map_err(|_| "entries are too large")?;
        let is_strings = section.has(elf::SHF_STRINGS);
        let mut map = PieceMap { starts: Vec::new(), size: section.size() };
        let mut rest = section.data;
        while !rest.is_empty() {
            let length = if is_strings { string_length(rest, entry).ok_or("a string has no end")? } else { entry };
            let (piece, after) = rest.split_at(length);
            let old = (section.data.len() - rest.len()) as u64;
            map.starts.push((old, Some(self.place(piece, section.alignment()))));
            rest = after;
        }
        Ok(map)
    }

    fn place(&mut self, piece: &'a [u8], alignment: u64) -> u64 {
        *self.offsets.entry(piece).or_insert_with(|| {
            let offset = self.size.next_multiple_of(alignment);
            self.pieces.push(piece);
            self.size = offset + piece.len() as u64;
            offset
        })
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Writes the content at the end of the file, where the section begins.
    pub(crate) fn write(&self, file: &mut Vec<u8>, alignment: u64) {
        for piece in &self.pieces {
            // The file so far is aligned like the section.
            file.resize(file.len().next_multiple_of(alignment as usize), 0);
            file.extend_from_slice(piece);
        }
    }
}

/// The length of the string at the start, its end included. Characters have the size of an entry.
fn string_length(bytes: &[u8], entry: usize) -> Option<usize> {
    if entry == 1 {
        return Some(bytes.iter().position(|byte| *byte == 0)? + 1);
    }
    let end = bytes.chunks_exact(entry).position(|character| character.iter().all(|byte| *byte == 0))?;
    Some((end + 1) * entry)
}

impl PieceMap {
    /// A map of pieces that are in their order: old offset, and new one if the piece is in the result.
    pub(crate) fn new(starts: Vec<(u64, Option<u64>)>, size: u64) -> Self {
        Self { starts, size }
    }

    /// The new offset of an old one. `None` if it is outside the section or in a piece that is left out.
    pub(crate) fn map(&self, offset: u64) -> Option<u64> {
        if offset > self.size {
            return None;
        }
        let after = self.starts.partition_point(|(old, _)| *old <= offset);
        let (old, new) = self.starts.get(after.checked_sub(1)?)?;
        Some((*new)? + (offset - old))
    }
}

#[cfg(test)]
mod tests {
    use object::elf;
    use object::read::elf::SectionHeader as _;

    use crate::input::LE;
    use crate::testing::{joined, refused};

    fn strings(text: &str) -> String {
        format!(".section .str,\"MS\",@progbits,1\n{text}\n.section .refs,\"\",@progbits\n")
    }

    #[test]
    fn equal_strings_are_there_once_in_their_first_order() {
        let joined =
            joined(&[&strings(".asciz \"b\",\"a\",\"b\",\"\""), &strings(".asciz \"ba\",\"\",\"a\",\"c\"")], &[]);
        assert_eq!(joined.data(".str"), b"b\0a\0\0ba\0c\0");
        let flags = joined.section(".str").sh_flags(LE);
        assert!(flags.contains(elf::SHF_MERGE | elf::SHF_STRINGS));
        assert_eq!(joined.section(".str").sh_entsize(LE), 1);
    }

    #[test]
    fn references_into_a_string_go_to_the_same_letter() {
        let second = strings(".asciz \"one\",\"three\"\nx: .asciz \"two\"") + ".quad .str, .str+5, .str+10";
        let joined = joined(&[&strings(".asciz \"two\",\"one\""), &second], &[]);
        assert_eq!(joined.data(".str"), b"two\0one\0three\0");
        assert_eq!(joined.relocations(".refs"), ["0 1 [.str]+4", "8 1 [.str]+9", "16 1 [.str]+0"]);
        assert_eq!(joined.symbol("x").value, 0);
    }

    #[test]
    fn a_reference_outside_of_the_section_is_refused() {
        let said = refused(&[&(strings(".asciz \"a\"") + ".quad .str-1")], &[]);
        assert_eq!(said, "object 0 is malformed: a relocation is against what is outside its section");
    }

    #[test]
    fn strings_end() {
        let said = refused(&[&strings(".ascii \"endless\"")], &[]);
        assert_eq!(said, "object 0 is malformed: .str: a string has no end");
    }

    #[test]
    fn wide_strings_are_cut_at_wide_zeros() {
        let text = ".section .str,\"MS\",@progbits,2\n.short 0x100, 0, 0x1, 0, 0x100, 0";
        assert_eq!(joined(&[text], &[]).data(".str"), [0, 1, 0, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn equal_constants_are_there_once() {
        let text = |numbers| format!(".section .cst,\"aM\",@progbits,8\n.balign 8\n.quad {numbers}");
        let joined = joined(&[&text("1, 2"), &text("3, 1")], &[]);
        let data: Vec<u8> = [1u64, 2, 3].into_iter().flat_map(u64::to_le_bytes).collect();
        assert_eq!(joined.data(".cst"), data);
    }

    #[test]
    fn each_piece_has_the_alignment_of_its_section() {
        let text =
            |alignment, text| format!(".section .str,\"aMS\",@progbits,1\n.balign {alignment}\n.asciz \"{text}\"");
        let joined = joined(&[&text(4, "a"), &text(1, "a"), &text(4, "b")], &[]);
        let data: Vec<(u64, &[u8])> = joined
            .indices(".str")
            .into_iter()
            .map(|index| {
                let section = joined.sections().section(object::SectionIndex(index)).unwrap();
                (section.sh_addralign(LE), section.data(LE, joined.bytes()).unwrap())
            })
            .collect();
        assert_eq!(data, [(4, &b"a\0\0\0b\0"[..]), (1, b"a\0")]);
    }

    #[test]
    fn pieces_with_relocations_stay_apart() {
        let text = ".section .cst,\"aM\",@progbits,8\n.balign 8\n.quad f";
        let joined = joined(&[text, text], &[]);
        assert_eq!(joined.relocations(".cst"), ["0 1 f+0", "8 1 f+0"]);
    }
}
