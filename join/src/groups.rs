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
