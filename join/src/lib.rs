//! Joins the ELF objects of a crate's codegen units into one relocatable object.
//!
//! It does what `ld -r` does, for x86-64 ELF as LLVM writes it, and two things more that only whoever split the crate
//! can ask for. Symbols that were made visible only so that units could refer to each other (*promoted* symbols) are
//! local again, and promoted functions that nobody refers to any more are left out. Whatever it does not know is an
//! error: nothing is guessed.
//!
//! The steps of [`join`], each a module, in their order:
//!
//! | step | module |
//! |---|---|
//! | the tables of each object | `input` |
//! | of each COMDAT group one is kept | `groups` |
//! | one symbol for each global name | `globals` |
//! | promoted functions that nothing reaches | `unreachable` |
//! | which sections become one, and where each input section is in it | `sections`, `strings`, `unwind` |
//! | the new symbol table | `symbols` |
//! | relocations against it | `relocations` |
//! | the file | `output` |
//!
//! The rules are those of the [ELF specification] and, where it leaves a choice, those of LLVM's linker
//! (`lld/ELF/InputSection.cpp`, `copyRelocations`; `lld/ELF/Symbols.cpp`, `Symbol::resolve`). The time is linear in the
//! size of the input, and the same input gives the same bytes.
//!
//! [ELF specification]: https://gabi.xinuos.com

#![forbid(unsafe_code)]

mod error;
mod globals;
mod groups;
mod input;
mod names;
mod output;
mod relocations;
mod sections;
mod strings;
mod symbols;
#[cfg(test)]
mod testing;
mod unreachable;
mod unwind;

pub use error::Error;

use globals::Globals;
use input::Input;
use sections::Sections;
use symbols::Symbols;

/// The relocatable object that has everything that `objects` have.
///
/// Each symbol in `promoted` is defined as a global one by exactly one of the objects. It becomes local, or is left out
/// with its section if it is a function that nothing refers to, unwind tables aside. The order of the objects is the
/// order of what they have in the result.
///
/// # Errors
/// [`Error`], if an object is not one that this can join, or the objects do not belong together.
pub fn join<'a>(objects: &[&'a [u8]], promoted: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, Error> {
    let mut inputs = Input::parse_all(objects)?;
    groups::keep_one_of_each(&mut inputs)?;
    let globals = Globals::resolve(&inputs, promoted)?;
    unreachable::leave_out(&mut inputs, &globals)?;
    let sections = Sections::lay_out(&inputs)?;
    let symbols = Symbols::number(&inputs, &globals, &sections)?;
    output::write(&inputs, &sections, &symbols)
}
