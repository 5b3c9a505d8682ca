//! One symbol for each global name.
//!
//! A definition wins over a common symbol, that over a weak definition, and that over an undefined one; among equals
//! the first one does, and two strong definitions are an error. The visibility is the most constraining of all. An
//! undefined symbol is weak if all are. Symbols of sections that are left out count as undefined.

use object::elf;

use crate::error::{Error, shown};
use crate::input::{Input, Place, Symbol};
use crate::names::ByName;

/// All global names, by their first occurrence.
#[derive(Debug)]
pub(crate) struct Globals<'a> {
    pub(crate) symbols: Vec<Global<'a>>,
    /// For each object, the positions of its global symbols in `symbols`.
    positions: Vec<Vec<usize>>,
}

/// What becomes of a global name.
#[derive(Debug)]
pub(crate) struct Global<'a> {
    pub(crate) name: &'a [u8],
    /// The object that defines it, and the symbol's index there.
    pub(crate) definition: Option<(usize, usize)>,
    rank: Rank,
    /// How it is bound as long as it is undefined.
    undefined_binding: elf::SymbolBind,
    undefined_kind: elf::SymbolType,
    pub(crate) visibility: elf::SymbolVisibility,
    /// As a common symbol: its size and alignment.
    common: (u64, u64),
    /// Whether it is local in the result.
    pub(crate) is_promoted: bool,
}

/// What wins over what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Undefined,
    Weak,
    Common,
    Strong,
}

impl<'a> Globals<'a> {
    /// Decides which definition each global symbol is.
    ///
    /// # Errors
    /// [`Error::Duplicate`], [`Error::NotDefined`], and [`Error::Unsupported`] for kinds of symbols without a rule.
    pub(crate) fn resolve(inputs: &[Input<'a>], promoted: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let count = inputs.iter().map(|input| input.symbols.len() - input.first_global).sum();
        let mut by_name: ByName<&[u8], usize> = ByName::with_capacity_and_hasher(count, Default::default());
        let mut globals = Self { symbols: Vec::with_capacity(count), positions: Vec::with_capacity(inputs.len()) };
        for input in inputs {
            let mut positions = Vec::with_capacity(input.symbols.len() - input.first_global);
            for (index, symbol) in input.globals() {
                let position = *by_name.entry(symbol.name).or_insert_with(|| {
                    globals.symbols.push(Global::new(symbol));
                    globals.symbols.len() - 1
                });
                globals.symbols[position].merge(input, index, symbol)?;
                positions.push(position);
            }
            globals.positions.push(positions);
        }
        for name in promoted {
            let global = by_name.get(name.as_bytes()).map(|position| &mut globals.symbols[*position]);
            match global {
                Some(global) if matches!(global.rank, Rank::Weak | Rank::Strong) => global.is_promoted = true,
                _ => return Err(Error::NotDefined { symbol: name.to_owned() }),
            }
        }
        Ok(globals)
    }

    /// The position of an object's symbol, if that is a global one.
    pub(crate) fn position(&self, input: &Input<'_>, symbol: usize) -> Option<usize> {
        Some(self.positions[input.number][symbol.checked_sub(input.first_global)?])
    }

    /// The section that a symbol is in once all objects are together: its object and its index.
    pub(crate) fn section_of(&self, inputs: &[Input<'_>], input: &Input<'_>, symbol: usize) -> Option<(usize, usize)> {
        let (number, symbol) = match self.position(input, symbol) {
            Some(position) => self.symbols[position].definition?,
            None => (input.number, symbol),
        };
        match inputs[number].symbols[symbol].place {
            Place::Section(section) => Some((number, section)),
            _ => None,
        }
    }
}

impl<'a> Global<'a> {
    fn new(symbol: &Symbol<'a>) -> Self {
        Self {
            name: symbol.name,
            definition: None,
            rank: Rank::Undefined,
            undefined_binding: elf::STB_WEAK,
            undefined_kind: elf::STT_NOTYPE,
            visibility: elf::STV_DEFAULT,
            common: (0, 0),
            is_promoted: false,
        }
    }

    /// Takes an object's symbol of this name into account.
    fn merge(&mut self, input: &Input<'a>, index: usize, symbol: &Symbol<'a>) -> Result<(), Error> {
        self.visibility = most_constraining(self.visibility, symbol.entry.st_visibility());
        match rank(input, symbol)? {
            Rank::Undefined => {
                if symbol.entry.st_bind() != elf::STB_WEAK {
                    self.undefined_binding = elf::STB_GLOBAL;
                }
                if self.undefined_kind == elf::STT_NOTYPE {
                    self.undefined_kind = symbol.kind();
                }
            }
            Rank::Strong if self.rank == Rank::Strong => {
                let first = self.definition.map_or(0, |(number, _)| number);
                return Err(Error::Duplicate { symbol: shown(self.name), first, second: input.number });
            }
            rank => {
                if rank == Rank::Common {
                    let (size, alignment) = self.common;
                    self.common = (size.max(symbol.size()), alignment.max(symbol.value()));
                }
                if rank > self.rank {
                    self.rank = rank;
                    self.definition = Some((input.number, index));
                }
            }
        }
        Ok(())
    }

    /// As a common symbol: its size and alignment, the largest of all.
    pub(crate) fn common(&self) -> Option<(u64, u64)> {
        (self.rank == Rank::Common).then_some(self.common)
    }

    /// Its binding and type in the result, given those of its definition.
    pub(crate) fn info(&self, definition: Option<&Symbol<'_>>) -> elf::SymbolInfo {
        let (binding, kind) = match definition {
            Some(symbol) => (symbol.entry.st_bind(), symbol.kind()),
            None => (self.undefined_binding, self.undefined_kind),
        };
        elf::SymbolInfo::new(if self.is_promoted { elf::STB_LOCAL } else { binding }, kind)
    }
}

fn rank(input: &Input<'_>, symbol: &Symbol<'_>) -> Result<Rank, Error> {
    let binding = symbol.entry.st_bind();
    if !matches!(binding, elf::STB_GLOBAL | elf::STB_WEAK | elf::STB_GNU_UNIQUE) {
        let what = format!("symbol {} of binding {}", shown(symbol.name), binding.0);
        return Err(Error::unsupported(input.number, what));
    }
    Ok(match symbol.place {
        Place::Undefined => Rank::Undefined,
        Place::Section(_) if input.is_left_out(symbol) => Rank::Undefined,
        Place::Common => Rank::Common,
        _ if binding == elf::STB_WEAK => Rank::Weak,
        _ => Rank::Strong,
    })
}

/// Their numbers are in the order of how much they constrain, but for the default.
fn most_constraining(a: elf::SymbolVisibility, b: elf::SymbolVisibility) -> elf::SymbolVisibility {
    match (a, b) {
        (elf::STV_DEFAULT, other) | (other, elf::STV_DEFAULT) => other,
        (a, b) => a.min(b),
    }
}

#[cfg(test)]
mod tests {
    use object::elf;

    use crate::testing::{joined, refused};

    const STRONG: &str = ".globl f\n.type f,@function\nf: nop\n.size f,1";
    const WEAK: &str = ".data\n.weak f\n.type f,@object\nf: .byte 1, 2\n.size f,2";
    const COMMON: &str = ".comm f,3,8";
    const UNDEFINED: &str = ".quad f";

    #[test]
    fn the_strongest_definition_wins_whatever_the_order() {
        for order in [[UNDEFINED, WEAK, COMMON, STRONG], [STRONG, COMMON, WEAK, UNDEFINED]] {
            let found = joined(&order, &[]).symbol("f");
            assert_eq!((&*found.place, found.size, found.kind), (".text", 1, elf::STT_FUNC));
            assert_eq!(found.binding, elf::STB_GLOBAL);
        }
        for order in [[UNDEFINED, WEAK, COMMON], [COMMON, WEAK, UNDEFINED]] {
            let found = joined(&order, &[]).symbol("f");
            assert_eq!((&*found.place, found.size, found.value), ("common", 3, 8));
        }
        let found = joined(&[UNDEFINED, WEAK, UNDEFINED], &[]).symbol("f");
        assert_eq!((&*found.place, found.size, found.binding), (".data", 2, elf::STB_WEAK));
    }

    #[test]
    fn the_first_of_equal_definitions_wins() {
        let other = WEAK.replace(".data", ".section .other,\"aw\"");
        assert_eq!(joined(&[WEAK, &other], &[]).symbol("f").place, ".data");
        assert_eq!(joined(&[&other, WEAK], &[]).symbol("f").place, ".other");
    }

    #[test]
    fn common_symbols_have_the_largest_size_and_alignment() {
        let objects = [".comm f,3,8", ".comm f,5,4"];
        for order in [objects, [objects[1], objects[0]]] {
            let found = joined(&order, &[]).symbol("f");
            assert_eq!((found.size, found.value), (5, 8));
        }
    }

    #[test]
    fn two_strong_definitions_are_an_error() {
        let said = refused(&[STRONG, UNDEFINED, STRONG], &[]);
        assert_eq!(said, "`f` is defined by object 0 and by object 2");
    }

    #[test]
    fn the_most_constraining_visibility_counts() {
        let visibility = |visibilities: [&str; 2]| {
            let [a, b] = visibilities.map(|word| if word.is_empty() { String::new() } else { format!("\n.{word} f") });
            joined(&[&(STRONG.to_owned() + &a), &(UNDEFINED.to_owned() + &b)], &[]).symbol("f").visibility
        };
        assert_eq!(visibility(["", ""]), elf::STV_DEFAULT);
        assert_eq!(visibility(["", "hidden"]), elf::STV_HIDDEN);
        assert_eq!(visibility(["protected", ""]), elf::STV_PROTECTED);
        assert_eq!(visibility(["protected", "hidden"]), elf::STV_HIDDEN);
        assert_eq!(visibility(["hidden", "internal"]), elf::STV_INTERNAL);
    }

    #[test]
    fn an_undefined_symbol_is_weak_if_all_are() {
        let weak = ".weak f\n.quad f";
        assert_eq!(joined(&[weak, weak], &[]).symbol("f").binding, elf::STB_WEAK);
        assert_eq!(joined(&[weak, UNDEFINED], &[]).symbol("f").binding, elf::STB_GLOBAL);
        assert_eq!(joined(&[UNDEFINED, weak], &[]).symbol("f").binding, elf::STB_GLOBAL);
    }

    #[test]
    fn an_undefined_symbol_has_the_type_that_is_known() {
        let thread_local = "mov f@gottpoff(%rip), %rax";
        assert_eq!(joined(&[UNDEFINED, thread_local], &[]).symbol("f").kind, elf::STT_TLS);
    }

    #[test]
    fn types_and_bindings_of_gnus_are_kept() {
        let unique = ".data\n.type f,@gnu_unique_object\nf: .byte 1";
        let found = joined(&[unique, UNDEFINED], &[]);
        assert_eq!(found.symbol("f").binding, elf::STB_GNU_UNIQUE);
        assert_eq!(found.header().e_ident.os_abi, elf::ELFOSABI_GNU);
        let indirect = ".globl f\n.type f,@gnu_indirect_function\nf: ret";
        assert_eq!(joined(&[indirect], &[]).symbol("f").kind, elf::STT_GNU_IFUNC);
    }

    #[test]
    fn an_absolute_symbol_keeps_its_value() {
        let found = joined(&[UNDEFINED, ".globl f\nf = 0x1234"], &[]).symbol("f");
        assert_eq!((&*found.place, found.value), ("absolute", 0x1234));
    }

    #[test]
    fn a_promoted_symbol_is_local_with_default_visibility() {
        let hidden = STRONG.to_owned() + "\n.hidden f";
        let joined = joined(&[UNDEFINED, &hidden], &["f"]);
        let found = joined.symbol("f");
        assert_eq!((found.binding, found.visibility), (elf::STB_LOCAL, elf::STV_DEFAULT));
        assert_eq!((found.kind, found.size), (elf::STT_FUNC, 1));
    }

    #[test]
    fn a_promoted_symbol_is_defined() {
        let message = "the promoted symbol `f` is not defined";
        assert_eq!(refused(&[UNDEFINED], &["f"]), message);
        assert_eq!(refused(&[""], &["f"]), message);
        assert_eq!(refused(&[".local f\nf: ret"], &["f"]), message);
        assert_eq!(refused(&[COMMON], &["f"]), message);
    }
}
