//! Of COMDAT groups with the same signature, the first one is kept and the others are left out with all of their
//! members. Other groups are kept.
//!
//! What goes with a section that is left out (`SHF_LINK_ORDER`) is left out, too.

use object::elf;

use crate::error::{Error, shown};
use crate::input::{Input, LE, Role};
use crate::names::ByName;

/// Marks the members of later groups as left out.
///
/// # Errors
/// [`Error::Malformed`] and [`Error::Unsupported`], if a group is neither.
pub(crate) fn keep_one_of_each(inputs: &mut [Input<'_>]) -> Result<(), Error> {
    let mut seen: ByName<&[u8], ()> = ByName::default();
    for input in inputs {
        let malformed = Error::malformed(input.number);
        for index in 0..input.sections.len() {
            let section = &input.sections[index];
            if section.role != Role::Group {
                continue;
            }
            let (flags, members) = section.group().map_err(&malformed)?;
            let members: Vec<usize> = members.iter().map(|member| member.get(LE) as usize).collect();
            if members.iter().any(|member| *member >= input.sections.len()) {
                return Err(malformed("a group has a member that is not there"));
            }
            if flags != elf::GRP_COMDAT && flags.0 != 0 {
                return Err(Error::unsupported(input.number, format!("a group with flags {:#x}", flags.0)));
            }
            let signature = input.symbols.get(section.signature()).filter(|symbol| !symbol.name.is_empty());
            let Some(signature) = signature else {
                return Err(Error::unsupported(input.number, "a group without a named signature"));
            };
            if flags == elf::GRP_COMDAT && seen.insert(signature.name, ()).is_some() {
                input.sections[index].role = Role::LeftOut;
                members.into_iter().for_each(|member| input.sections[member].role = Role::LeftOut);
            }
        }
        leave_out_what_goes_with(input)?;
    }
    Ok(())
}

/// Marks sections that go with sections that are left out.
///
/// # Errors
/// [`Error::Malformed`] if a section goes with one that is not there.
pub(crate) fn leave_out_what_goes_with(input: &mut Input<'_>) -> Result<(), Error> {
    for index in 0..input.sections.len() {
        let section = &input.sections[index];
        let Some(other) = section.ordered_with().filter(|_| section.role == Role::Content) else { continue };
        match input.sections.get(other) {
            Some(other) if other.ordered_with().is_some() => {
                return Err(Error::unsupported(input.number, "a section that goes with one that goes with another"));
            }
            Some(other) if other.role == Role::Content => {}
            Some(other) if other.role == Role::LeftOut => input.sections[index].role = Role::LeftOut,
            _ => {
                let message = format!("{} goes with no section", shown(section.name));
                return Err(Error::malformed(input.number)(message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use object::elf;
    use object::read::elf::SectionHeader as _;

    use crate::input::{LE, Word};
    use crate::testing::{Joined, joined, refused};

    /// A group with a function and its data.
    fn object(name: &str, byte: u8) -> String {
        format!(
            ".section .text.{name},\"axG\",@progbits,{name},comdat
            .weak {name}; .type {name},@function
            {name}: .byte {byte}; .quad local
            .section .data.{name},\"awG\",@progbits,{name},comdat
            local: .byte {byte}
            .text
            .globl user{byte}
            user{byte}: .quad {name}"
        )
    }

    fn group(joined: &Joined, index: usize) -> Vec<u32> {
        let section = joined.sections().section(object::SectionIndex(index)).unwrap();
        let data = section.data(LE, joined.bytes()).unwrap();
        object::pod::slice_from_all_bytes::<Word>(data).unwrap().iter().map(|word| word.get(LE)).collect()
    }

    #[test]
    fn the_first_group_with_a_signature_is_kept() {
        let joined = joined(&[&object("f", 1), &object("f", 2), &object("g", 3)], &[]);
        let groups = joined.indices(".group");
        assert_eq!(groups.len(), 2);
        assert_eq!(joined.data(".text.f")[0], 1);
        assert_eq!(joined.data(".data.f"), [1]);
        assert_eq!(joined.symbol("f").place, ".text.f");
        assert_eq!(joined.symbol("f").binding, elf::STB_WEAK);
        assert_eq!(joined.symbols("local").len(), 2, "the second object's is left out");
        assert_eq!(joined.relocations(".text"), ["0 1 f+0", "8 1 f+0", "16 1 g+0"]);
        let members: Vec<u32> =
            [".text.f", ".rela.text.f", ".data.f"].map(|name| joined.indices(name)[0] as u32).into();
        assert_eq!(group(&joined, groups[0]), [&[1], &*members].concat());
        let header = joined.sections().section(object::SectionIndex(groups[0])).unwrap();
        let signature = joined.symbol_table().symbol(object::SymbolIndex(header.sh_info(LE) as usize)).unwrap();
        assert_eq!(joined.symbol_table().symbol_name(LE, signature), Ok(&b"f"[..]));
        assert!(groups[0] < members[0] as usize, "a group is before its members");
        assert!(joined.section(".rela.text.f").sh_flags(LE).contains(elf::SHF_GROUP | elf::SHF_INFO_LINK));
    }

    #[test]
    fn groups_that_are_no_comdat_are_all_kept() {
        let text = ".section .text.f,\"axG\",@progbits,f\nnop";
        let joined = joined(&[text, text], &[]);
        assert_eq!((joined.indices(".group").len(), joined.indices(".text.f").len()), (2, 2));
        assert_eq!(group(&joined, joined.indices(".group")[1])[0], 0);
    }

    #[test]
    fn what_goes_with_a_section_is_left_out_with_it() {
        let text = object("f", 1) + "\n.section .with,\"ao\",@progbits,.text.f\n.byte 7";
        let joined = joined(&[&text, &text.replace("user1", "user2")], &[]);
        let with = joined.section(".with");
        assert_eq!(with.sh_link(LE) as usize, joined.indices(".text.f")[0]);
    }

    #[test]
    fn code_that_needs_what_is_left_out_is_refused() {
        let text = object("f", 1) + "\n.quad local";
        let said = refused(&[&text, &text.replace("user1", "user2")], &[]);
        assert_eq!(said, "object 1 is malformed: .text refers to a section that is left out");
    }

    #[test]
    fn debugging_information_of_what_is_left_out_refers_to_nothing() {
        let text = object("f", 1) + "\n.section .debug_info,\"\",@progbits\n.quad local";
        let joined = joined(&[&text, &text.replace("user1", "user2")], &[]);
        assert_eq!(joined.relocations(".debug_info"), ["0 1 local+0", "8 0 nothing+0"]);
    }
}
