//! Promoted functions that nothing refers to any more.
//!
//! A promoted function is visible while its unit is compiled, so LLVM keeps it, also where all calls from other units
//! have been inlined there. In one unit it would have been deleted. Where all objects are together it can be seen, and
//! such functions are left out.
//!
//! What other sections refer to stays, debugging information included; an entry of `.eh_frame` alone is no reason to
//! keep a function, and goes with it. So do constants that only such functions refer to: a jump table refers back to its
//! function.

use object::elf;

use crate::error::Error;
use crate::globals::Globals;
use crate::groups::leave_out_what_goes_with;
use crate::input::{Input, Place, Role, Section, Symbol};

/// Marks sections as left out that have promoted functions alone, if nothing that stays refers to them.
///
/// # Errors
/// [`Error::Malformed`] if a relocation has no symbol.
pub(crate) fn leave_out(inputs: &mut [Input<'_>], globals: &Globals<'_>) -> Result<(), Error> {
    let mut search = Search { inputs, globals, is_candidate: Vec::new(), reached: Vec::new() };
    search.is_candidate = inputs.iter().map(|input| search.candidates(input)).collect();
    if !search.is_candidate.iter().flatten().any(|is_candidate| *is_candidate) {
        return Ok(());
    }
    for (input, section) in search.constants()? {
        search.is_candidate[input][section] = true;
    }
    for input in search.inputs {
        for (section, _) in input.sections.iter().enumerate() {
            if !search.is_candidate[input.number][section] {
                search.follow(input, section)?;
            }
        }
    }
    while let Some((input, section)) = search.reached.pop() {
        search.follow(&inputs[input], section)?;
    }
    let unreached = search.is_candidate;
    for (input, unreached) in inputs.iter_mut().zip(unreached) {
        for (section, _) in input.sections.iter_mut().zip(unreached).filter(|(_, unreached)| *unreached) {
            section.role = Role::LeftOut;
        }
        leave_out_what_goes_with(input)?;
    }
    Ok(())
}

struct Search<'s, 'a> {
    inputs: &'s [Input<'a>],
    globals: &'s Globals<'a>,
    /// For each object and section, whether it can be left out and has not been reached.
    is_candidate: Vec<Vec<bool>>,
    /// What has been reached and is to be followed.
    reached: Vec<(usize, usize)>,
}

impl Search<'_, '_> {
    /// Whether a section can be left out: it is one of code whose every symbol is a promoted function.
    fn candidates(&self, input: &Input<'_>) -> Vec<bool> {
        let mut has_promoted = vec![false; input.sections.len()];
        let mut has_others = vec![false; input.sections.len()];
        for (index, symbol) in input.symbols.iter().enumerate() {
            let Place::Section(section) = symbol.place else { continue };
            if !symbol.is_section() {
                let has = if self.is_promoted(input, index, symbol) { &mut has_promoted } else { &mut has_others };
                has[section] = true;
            }
        }
        let can_go = |index: usize| {
            let section = &input.sections[index];
            // Other members of a group may stand for the function, too.
            let is_bound = section.has(elf::SHF_GROUP) || section.has(elf::SHF_GNU_RETAIN);
            section.role == Role::Content && section.has(elf::SHF_EXECINSTR) && !is_bound
        };
        (0..input.sections.len()).map(|index| has_promoted[index] && !has_others[index] && can_go(index)).collect()
    }

    /// Read-only data that candidates refer to and that has no symbol of its own.
    fn constants(&self) -> Result<Vec<(usize, usize)>, Error> {
        let mut found = Vec::new();
        for input in self.inputs {
            let mut is_constant: Vec<bool> = input.sections.iter().map(is_constant).collect();
            for symbol in input.symbols.iter().filter(|symbol| !symbol.is_section()) {
                if let Place::Section(section) = symbol.place {
                    is_constant[section] = false;
                }
            }
            let candidates = input.sections.iter().zip(&self.is_candidate[input.number]);
            for (section, _) in candidates.filter(|(_, is_candidate)| **is_candidate) {
                for relocation in section.relocations {
                    let (symbol, _) = input.target(relocation)?;
                    let target = self.globals.section_of(self.inputs, input, symbol);
                    found.extend(target.filter(|target| target.0 == input.number && is_constant[target.1]));
                }
            }
        }
        Ok(found)
    }

    fn is_promoted(&self, input: &Input<'_>, index: usize, symbol: &Symbol<'_>) -> bool {
        let Some(position) = self.globals.position(input, index) else { return false };
        let global = &self.globals.symbols[position];
        let is_definition = global.definition == Some((input.number, index));
        global.is_promoted && is_definition && symbol.kind() == elf::STT_FUNC
    }

    /// Reaches what a section refers to.
    fn follow(&mut self, input: &Input<'_>, section: usize) -> Result<(), Error> {
        let section = &input.sections[section];
        if section.role != Role::Content || section.is_unwind_table() {
            return Ok(());
        }
        for relocation in section.relocations {
            let (symbol, _) = input.target(relocation)?;
            let Some(target) = self.globals.section_of(self.inputs, input, symbol) else { continue };
            if std::mem::take(&mut self.is_candidate[target.0][target.1]) {
                self.reached.push(target);
            }
        }
        Ok(())
    }
}

/// Whether LLVM puts constants and jump tables into the section, and the linker nothing of its own.
fn is_constant(section: &Section<'_>) -> bool {
    let others = [elf::SHF_WRITE, elf::SHF_GROUP, elf::SHF_GNU_RETAIN];
    let is_other = others.iter().any(|flag| section.has(*flag));
    section.role == Role::Content && section.has(elf::SHF_ALLOC) && section.name.starts_with(b".rodata") && !is_other
}

#[cfg(test)]
mod tests {
    use crate::testing::{function, joined};

    #[test]
    fn a_promoted_function_that_nobody_refers_to_is_left_out() {
        let joined = joined(&[&(function("a", "call c@PLT") + &function("b", "")), &function("c", "")], &["b", "c"]);
        assert_eq!(joined.names(), [".text.a", ".rela.text.a", ".eh_frame", ".rela.eh_frame", ".text.c"]);
        assert!(joined.symbols("b").is_empty() && joined.symbols("c").len() == 1);
    }

    #[test]
    fn promoted_functions_that_refer_to_each_other_alone_are_left_out() {
        let joined =
            joined(&[&(function("a", "") + &function("b", "call c@PLT")), &function("c", "call b@PLT")], &["b", "c"]);
        assert!(joined.symbols("b").is_empty() && joined.symbols("c").is_empty());
    }

    #[test]
    fn what_a_reached_function_refers_to_is_reached() {
        let first = function("a", "call b@PLT") + &function("c", "");
        let joined = joined(&[&first, &function("b", "call c@PLT")], &["b", "c"]);
        assert!(joined.symbols("b").len() == 1 && joined.symbols("c").len() == 1);
    }

    #[test]
    fn references_through_the_section_count() {
        let joined = joined(&[&(function("b", "") + ".data\n.quad .text.b")], &["b"]);
        assert_eq!(joined.symbols("b").len(), 1);
    }

    /// A section of constants that refers to the function `b`, as its jump table would.
    fn table(section: &str) -> String {
        format!(".section {section}\n.Ltable: .quad .text.b\n")
    }

    const TABLE: &str = ".rodata.b,\"a\",@progbits";
    const READ_TABLE: &str = "lea .Ltable(%rip), %rax";

    #[test]
    fn a_function_that_only_its_jump_table_refers_to_is_left_out_with_it() {
        let joined = joined(&[&(function("b", READ_TABLE) + &table(TABLE) + &function("a", ""))], &["b"]);
        assert_eq!(joined.names(), [".text.a", ".eh_frame", ".rela.eh_frame"]);
    }

    #[test]
    fn constants_that_others_refer_to_stay() {
        let text = function("b", READ_TABLE) + &table(TABLE) + &function("a", READ_TABLE);
        assert_eq!(joined(&[&text], &["b"]).symbols("b").len(), 1);
    }

    #[test]
    fn what_has_a_symbol_or_may_be_more_than_constants_stays() {
        let sections = [
            "mine,\"a\",@progbits",
            ".rodata.b,\"aw\",@progbits",
            ".rodata.b,\"aG\",@progbits,group,comdat",
            ".rodata.b,\"aR\",@progbits",
        ];
        for table in sections.map(table).into_iter().chain([table(TABLE) + "named: .byte 1"]) {
            assert_eq!(joined(&[&(function("b", READ_TABLE) + &table)], &["b"]).symbols("b").len(), 1, "{table}");
        }
        assert_eq!(joined(&[&(function("b", "") + &table(TABLE))], &["b"]).symbols("b").len(), 1);
    }

    #[test]
    fn a_section_with_anything_else_stays() {
        for other in ["other: nop", ".globl other\nother: nop"] {
            let joined = joined(&[&(function("b", "") + other)], &["b"]);
            assert_eq!(joined.symbols("b").len(), 1);
        }
    }

    #[test]
    fn functions_that_are_not_promoted_and_promoted_variables_stay() {
        let variable = ".data\n.globl v\n.type v,@object\nv: .byte 1";
        let joined = joined(&[&(function("b", "") + variable)], &["v"]);
        assert!(joined.symbols("b").len() == 1 && joined.symbols("v").len() == 1);
    }

    #[test]
    fn a_member_of_a_group_stays() {
        let text = function("b", "").replace("\"ax\",@progbits", "\"axG\",@progbits,b,comdat");
        let joined = joined(&[&text], &["b"]);
        assert_eq!((joined.symbol("b").place, joined.indices(".group").len()), (".text.b".to_owned(), 1));
    }

    #[test]
    fn a_section_that_is_to_be_retained_stays() {
        let text = function("b", "").replace("\"ax\"", "\"axR\"");
        assert_eq!(joined(&[&text], &["b"]).symbols("b").len(), 1);
    }
}
