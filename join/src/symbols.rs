//! The symbol table of the result.
//!
//! Its order: one symbol for each section that relocations refer to as such, the local symbols of each object, promoted
//! symbols, and global ones by their first occurrence.

use object::elf;

use crate::error::Error;
use crate::globals::{Global, Globals};
use crate::input::{Input, Place, Symbol};
use crate::sections::Sections;

/// The symbols of the result.
#[derive(Debug)]
pub(crate) struct Symbols<'a> {
    /// By their index, the null symbol included.
    pub(crate) entries: Vec<Entry<'a>>,
    /// How many of them are local.
    pub(crate) locals: usize,
    /// For each object and symbol, its new index.
    indices: Vec<Vec<Option<u32>>>,
}

/// A symbol of the result.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) info: elf::SymbolInfo,
    pub(crate) other: elf::SymbolOther,
    /// Sections are positions among the output sections.
    pub(crate) place: Place,
    pub(crate) value: u64,
    pub(crate) size: u64,
}

impl<'a> Symbols<'a> {
    /// Numbers every symbol that is not left out with its section.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a symbol is not in its section, [`Error::TooMany`].
    pub(crate) fn number(inputs: &[Input<'a>], globals: &Globals<'a>, sections: &Sections<'a>) -> Result<Self, Error> {
        let count = inputs.iter().map(|input| input.symbols.len()).sum::<usize>();
        u32::try_from(count + 1).map_err(|_| Error::TooMany { what: "symbols" })?;
        let mut symbols = Self {
            entries: Vec::with_capacity(count + 1),
            locals: 0,
            indices: inputs.iter().map(|input| vec![None; input.symbols.len()]).collect(),
        };
        symbols.push(Entry::of_section(Place::Undefined));
        symbols.add_sections(inputs, sections);
        for input in inputs {
            symbols.add_locals(input, sections)?;
        }
        let (promoted, others): (Vec<_>, Vec<_>) =
            globals.symbols.iter().enumerate().partition(|(_, global)| global.is_promoted);
        let mut by_position = vec![None; globals.symbols.len()];
        for (position, global) in promoted {
            by_position[position] = symbols.add_global(inputs, sections, global)?;
        }
        symbols.locals = symbols.entries.len();
        for (position, global) in others {
            by_position[position] = symbols.add_global(inputs, sections, global)?;
        }
        for input in inputs {
            for (index, _) in input.globals() {
                symbols.indices[input.number][index] =
                    globals.position(input, index).and_then(|position| by_position[position]);
            }
        }
        Ok(symbols)
    }

    /// The new index of an object's symbol; `None` if it is left out.
    pub(crate) fn index(&self, input: usize, symbol: usize) -> Option<u32> {
        *self.indices[input].get(symbol)?
    }

    fn push(&mut self, entry: Entry<'a>) -> u32 {
        self.entries.push(entry);
        // `number` has seen that they can be counted.
        (self.entries.len() - 1) as u32
    }

    /// Symbols of sections: LLVM writes them for those that relocations refer to as such.
    fn add_sections(&mut self, inputs: &[Input<'a>], sections: &Sections<'a>) {
        let mut of_section = vec![None; sections.outputs.len()];
        for input in inputs {
            self.indices[input.number].iter_mut().take(1).for_each(|null| *null = Some(0));
            for (index, symbol) in input.locals().filter(|(_, symbol)| symbol.is_section()) {
                let Place::Section(section) = symbol.place else { continue };
                let Some(position) = sections.position(input.number, section) else { continue };
                let new =
                    *of_section[position].get_or_insert_with(|| self.push(Entry::of_section(Place::Section(position))));
                self.indices[input.number][index] = Some(new);
            }
        }
    }

    fn add_locals(&mut self, input: &Input<'a>, sections: &Sections<'a>) -> Result<(), Error> {
        for (index, symbol) in input.locals().filter(|(_, symbol)| !symbol.is_section()) {
            if let Some((place, value)) = new_place(input, sections, symbol)? {
                let (info, other) = (symbol.entry.st_info, symbol.entry.st_other);
                let size = symbol.size();
                let new = self.push(Entry { name: symbol.name, info, other, place, value, size });
                self.indices[input.number][index] = Some(new);
            }
        }
        Ok(())
    }

    /// Adds a symbol unless its definition is left out.
    fn add_global(
        &mut self,
        inputs: &[Input<'a>],
        sections: &Sections<'a>,
        global: &Global<'a>,
    ) -> Result<Option<u32>, Error> {
        let definition = global.definition.map(|(input, index)| (&inputs[input], &inputs[input].symbols[index]));
        let mut entry = Entry {
            name: global.name,
            info: global.info(definition.map(|(_, symbol)| symbol)),
            other: elf::SymbolOther::from(global.visibility),
            place: Place::Undefined,
            value: 0,
            size: 0,
        };
        if let Some((input, symbol)) = definition {
            let Some((place, value)) = new_place(input, sections, symbol)? else { return Ok(None) };
            (entry.place, entry.value, entry.size) = (place, value, symbol.size());
            entry.other = symbol.entry.st_other.with_visibility(global.visibility);
        }
        if let Some((size, alignment)) = global.common() {
            (entry.size, entry.value) = (size, alignment);
        }
        if global.is_promoted {
            entry.other = entry.other.with_visibility(elf::STV_DEFAULT);
        }
        Ok(Some(self.push(entry)))
    }
}

/// Where a symbol is in the result, and its value; `None` if it is left out with its section.
fn new_place(input: &Input<'_>, sections: &Sections<'_>, symbol: &Symbol<'_>) -> Result<Option<(Place, u64)>, Error> {
    let Place::Section(section) = symbol.place else { return Ok(Some((symbol.place, symbol.value()))) };
    let Some(position) = sections.position(input.number, section) else { return Ok(None) };
    let value = sections.map(input.number, section, symbol.value());
    let value = value.ok_or_else(|| Error::malformed(input.number)("a symbol is outside its section"))?;
    Ok(Some((Place::Section(position), value)))
}

impl Entry<'_> {
    fn of_section(place: Place) -> Self {
        let kind = if place == Place::Undefined { elf::STT_NOTYPE } else { elf::STT_SECTION };
        let info = elf::SymbolInfo::new(elf::STB_LOCAL, kind);
        Self { name: b"", info, other: elf::SymbolOther(0), place, value: 0, size: 0 }
    }
}

#[cfg(test)]
mod tests {
    use object::elf;
    use object::read::elf::SectionHeader as _;

    use crate::input::LE;
    use crate::testing::joined;

    #[test]
    fn local_symbols_are_before_promoted_ones_and_these_before_the_others() {
        let first = ".file \"a.c\"\nlocal: .quad g, x, .data\n.globl f\nf: nop";
        let second = ".file \"a.c\"\n.globl x, g\nx: nop\nlocal: nop\ng: nop";
        let joined = joined(&[first, second], &["x"]);
        let all = joined.symbol_names();
        let names: Vec<&str> = all.iter().map(String::as_str).filter(|name| !name.starts_with('[')).collect();
        assert_eq!(names, ["a.c", "local", "a.c", "local", "x", "g", "f"]);
        let locals = joined.symbol_table().iter().filter(|symbol| symbol.st_bind() == elf::STB_LOCAL).count();
        assert_eq!(joined.section(".symtab").sh_info(LE) as usize, locals);
        assert_eq!(locals, all.len() + 1 - 2);
    }

    #[test]
    fn a_section_has_one_symbol() {
        let text = "nop\n.section .refs,\"a\"\n.quad .text";
        let names = joined(&[text, text], &[]).symbol_names();
        assert_eq!(names.iter().filter(|name| *name == "[.text]").count(), 1);
    }

    #[test]
    fn values_move_with_the_section() {
        let joined = joined(&[".zero 8\na: .byte 1", "nop\nb: .byte 2"], &[]);
        assert_eq!((joined.symbol("a").value, joined.symbol("b").value), (8, 10));
    }
}
