//! Which input sections become one, and where each is in it.
//!
//! Sections with the same name, type, flags and entry size are put together, in the order of the objects. Members of
//! groups and sections that go with another one (`SHF_LINK_ORDER`) stay by themselves: more members would change what
//! these mean.

use std::borrow::Cow;

use object::elf;

use crate::error::{Error, shown};
use crate::input::{Input, LE, Place, Rela, Role, Section};
use crate::names::ByName;
use crate::strings::{Merged, PieceMap, is_mergeable};
use crate::unwind;

/// What all code of an object fulfils, which cannot be said twice.
const PROPERTIES: &[u8] = b".note.gnu.property";

/// The sections of the result.
#[derive(Debug)]
pub(crate) struct Sections<'a> {
    /// In the order of their first occurrence.
    pub(crate) outputs: Vec<Output<'a>>,
    /// For each object and section, where that is.
    placements: Vec<Vec<Placement>>,
}

/// A section of the result.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) kind: elf::SectionType,
    pub(crate) flags: elf::SectionFlags,
    pub(crate) entry_size: u64,
    pub(crate) alignment: u64,
    pub(crate) size: u64,
    pub(crate) content: Content<'a>,
    /// The object and index of its first input section.
    pub(crate) first: (usize, usize),
}

/// What a section of the result is made of.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    /// Input sections, one after another.
    Members(Vec<Member<'a>>),
    /// Their pieces, each once.
    Merged(Box<Merged<'a>>),
    /// A group, which is its first input section.
    Group,
}

/// An input section in the result.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    /// Its object.
    pub(crate) input: usize,
    /// Its index there.
    pub(crate) section: usize,
    /// Where it begins.
    pub(crate) offset: u64,
    /// Its bytes, if it has a place in the file.
    pub(crate) data: Cow<'a, [u8]>,
}

/// Where an input section is.
#[derive(Debug)]
struct Placement {
    /// The position of its output section.
    output: Option<usize>,
    /// Where it begins.
    offset: u64,
    /// How it has been cut into pieces.
    pieces: Option<Box<PieceMap>>,
}

/// What sections have in common that become one. The alignment counts for merged ones alone, for their pieces have it.
type Key<'a> = (&'a [u8], u32, u64, u64, Option<u64>);

impl<'a> Sections<'a> {
    /// Places every section that is not left out.
    ///
    /// # Errors
    /// [`Error::Malformed`] and [`Error::Unsupported`], if the content of a section is not what it has to be.
    pub(crate) fn lay_out(inputs: &[Input<'a>]) -> Result<Self, Error> {
        let count = inputs.iter().map(|input| input.sections.len()).sum();
        let mut by_key: ByName<Key<'a>, usize> = ByName::with_capacity_and_hasher(count, Default::default());
        let mut sections = Self { outputs: Vec::with_capacity(count), placements: Vec::with_capacity(inputs.len()) };
        for input in inputs {
            let mut placements = Vec::with_capacity(input.sections.len());
            for (index, section) in input.sections.iter().enumerate() {
                placements.push(match section.role {
                    Role::Content => {
                        let output = sections.output_of(&mut by_key, section, (input.number, index));
                        sections.add(input, index, output)?
                    }
                    Role::Group => {
                        let output = sections.push(section, (input.number, index), Content::Group);
                        Placement { output: Some(output), offset: 0, pieces: None }
                    }
                    Role::Table | Role::LeftOut => Placement { output: None, offset: 0, pieces: None },
                });
            }
            sections.placements.push(placements);
        }
        Ok(sections)
    }

    /// The position of the output section for an input section, which may be a new one.
    fn output_of(&mut self, by_key: &mut ByName<Key<'a>, usize>, section: &Section<'a>, at: (usize, usize)) -> usize {
        let is_merged = is_mergeable(section);
        let mut push = || {
            let content =
                if is_merged { Content::Merged(Box::default()) } else { Content::Members(Vec::with_capacity(1)) };
            self.push(section, at, content)
        };
        if section.has(elf::SHF_GROUP) || section.has(elf::SHF_LINK_ORDER) {
            return push();
        }
        let alignment = is_merged.then_some(section.alignment());
        let key = (section.name, section.kind().0, section.flags().0, section.entry_size(), alignment);
        *by_key.entry(key).or_insert_with(push)
    }

    fn push(&mut self, section: &Section<'a>, first: (usize, usize), content: Content<'a>) -> usize {
        self.outputs.push(Output {
            name: section.name,
            kind: section.kind(),
            flags: section.flags(),
            entry_size: section.entry_size(),
            alignment: section.alignment(),
            size: 0,
            content,
            first,
        });
        self.outputs.len() - 1
    }

    /// Puts an input section at the end of its output section.
    fn add(&mut self, input: &Input<'a>, index: usize, position: usize) -> Result<Placement, Error> {
        let section = &input.sections[index];
        let in_section = |message: &str| {
            let message = format!("{}: {message}", shown(section.name));
            Error::malformed(input.number)(message)
        };
        let output = &mut self.outputs[position];
        output.alignment = output.alignment.max(section.alignment());
        let mut placement = Placement { output: Some(position), offset: 0, pieces: None };
        match &mut output.content {
            Content::Merged(merged) => {
                placement.pieces = Some(Box::new(merged.add(section).map_err(in_section)?));
                output.size = merged.size();
            }
            Content::Members(members) if section.name == PROPERTIES && !members.is_empty() => {
                if members.iter().any(|member| *member.data != *section.data) {
                    return Err(Error::unsupported(input.number, "other properties than the objects before it"));
                }
            }
            Content::Members(members) => {
                let mut size = section.size();
                let mut data = Cow::Borrowed(section.data);
                if section.is_unwind_table() {
                    check_order(section).map_err(in_section)?;
                    let table = unwind::without(section, |function| is_left_out(input, function));
                    let table = table.map_err(in_section)?;
                    (size, data) = (table.data.len() as u64, table.data);
                    placement.pieces = table.pieces.map(Box::new);
                }
                let offset = output.size.checked_next_multiple_of(section.alignment());
                placement.offset = offset.ok_or(Error::TooMany { what: "bytes" })?;
                output.size = placement.offset.checked_add(size).ok_or(Error::TooMany { what: "bytes" })?;
                members.push(Member { input: input.number, section: index, offset: placement.offset, data });
            }
            Content::Group => {}
        }
        Ok(placement)
    }

    /// The position of an input section's output section; `None` if it is left out.
    pub(crate) fn position(&self, input: usize, section: usize) -> Option<usize> {
        self.placements[input].get(section)?.output
    }

    /// Where an offset in an input section is in the result. `None` if that is left out.
    pub(crate) fn map(&self, input: usize, section: usize, offset: u64) -> Option<u64> {
        let placement = &self.placements[input][section];
        placement.output?;
        let within = match &placement.pieces {
            Some(pieces) => pieces.map(offset)?,
            None => offset,
        };
        Some(placement.offset.wrapping_add(within))
    }

    /// Whether an input section is where it was but for a distance, and how far.
    pub(crate) fn shift(&self, input: usize, section: usize) -> Option<u64> {
        let placement = &self.placements[input][section];
        placement.pieces.is_none().then_some(placement.offset)
    }
}

/// An unwind entry's function is found among the relocations by its offset.
fn check_order(section: &Section<'_>) -> Result<(), &'static str> {
    let is_sorted = section.relocations.is_sorted_by_key(|relocation| relocation.r_offset.get(LE));
    if is_sorted { Ok(()) } else { Err("relocations are not in their order") }
}

/// Whether a relocation is against a local symbol, or a definition of this object, that is left out.
fn is_left_out(input: &Input<'_>, relocation: &Rela) -> bool {
    let target = input.target(relocation);
    target.is_ok_and(|(_, symbol)| matches!(symbol.place, Place::Section(_)) && input.is_left_out(symbol))
}

#[cfg(test)]
mod tests {
    use object::read::elf::SectionHeader as _;

    use super::*;
    use crate::testing::{joined, refused};

    #[test]
    fn sections_of_the_same_name_are_one_after_another() {
        let first = ".section .note,\"a\",@progbits\n.balign 4\n.byte 1, 2, 3";
        let second = ".section .note,\"a\",@progbits\n.balign 8\nx: .byte 4\n.section .refs,\"a\"\n.quad x, .note";
        let joined = joined(&[first, second], &[]);
        assert_eq!(joined.data(".note"), [1, 2, 3, 0, 0, 0, 0, 0, 4]);
        assert_eq!(joined.section(".note").sh_addralign(LE), 8);
        assert_eq!(joined.relocations(".refs"), ["0 1 [.note]+8", "8 1 [.note]+8"]);
    }

    #[test]
    fn sections_of_other_flags_or_types_are_others() {
        let texts = ["\"a\",@progbits", "\"aw\",@progbits", "\"a\",@note", "\"aM\",@progbits,4"];
        let texts = texts.map(|how| format!(".section .same,{how}\n.long 1"));
        let joined = joined(&[&texts[0], &texts[1], &texts[2], &texts[3], &texts[0]], &[]);
        assert_eq!(joined.indices(".same").len(), 4);
    }

    #[test]
    fn sections_are_in_the_order_of_their_first_occurrence() {
        let section = |name: &str| format!(".section {name},\"a\"\n.byte 1\n");
        let joined = joined(&[&(section("b") + &section("c")), &(section("a") + &section("c"))], &[]);
        assert_eq!(joined.names(), ["b", "c", "a"]);
        assert_eq!(joined.data("c"), [1, 1]);
    }

    #[test]
    fn sections_without_content_have_a_size_alone() {
        let text = ".section .zeros,\"awT\",@nobits\n.balign 16\n.globl NAME\nNAME: .zero 20";
        let joined = joined(&[&text.replace("NAME", "a"), &text.replace("NAME", "b")], &[]);
        let section = joined.section(".zeros");
        assert_eq!((section.sh_type(LE), section.sh_size(LE)), (elf::SHT_NOBITS, 52));
        assert!(section.sh_flags(LE).contains(elf::SHF_TLS));
        assert_eq!((joined.symbol("b").value, joined.symbol("b").kind), (32, elf::STT_TLS));
        assert!(joined.bytes().len() < 2000);
    }

    #[test]
    fn sections_that_go_with_others_stay_apart() {
        let text = ".section .text.f,\"ax\"\nnop\n.section .with,\"ao\",@progbits,.text.f\n.byte 1";
        let joined = joined(&[text, text], &[]);
        assert_eq!((joined.indices(".text.f").len(), joined.indices(".with").len()), (1, 2));
    }

    #[test]
    fn flags_and_types_are_kept() {
        let text = ".section .keep,\"awR\"\n.byte 1\n.section .init_array.5,\"aw\",@init_array\n.quad f
            .section .llvmbc,\"e\"\n.byte 2\n.section .note.GNU-stack,\"\",@progbits";
        let joined = joined(&[text, text], &[]);
        assert!(joined.section(".keep").sh_flags(LE).contains(elf::SHF_GNU_RETAIN));
        assert_eq!(joined.header().e_ident.os_abi, elf::ELFOSABI_GNU);
        assert_eq!(joined.section(".init_array.5").sh_type(LE), elf::SHT_INIT_ARRAY);
        assert_eq!(joined.relocations(".init_array.5"), ["0 1 f+0", "8 1 f+0"]);
        assert_eq!(joined.section(".llvmbc").sh_flags(LE), elf::SHF_EXCLUDE);
        assert_eq!(joined.section(".note.GNU-stack").sh_size(LE), 0);
    }

    #[test]
    fn properties_are_there_once_and_are_the_same_in_all_objects() {
        let text = |byte| format!(".section .note.gnu.property,\"a\",@note\n.balign 8\n.byte {byte}");
        assert_eq!(joined(&[&text(1), &text(1)], &[]).data(PROPERTIES_NAME), [1]);
        let said = refused(&[&text(1), &text(2)], &[]);
        assert_eq!(said, "object 1 has other properties than the objects before it, which cannot be joined");
    }

    const PROPERTIES_NAME: &str = ".note.gnu.property";
}
