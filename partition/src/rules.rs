//! Which items may exist in more than one unit.
//!
//! These are properties of a single item. They follow from what its linkage promises to the linker, and from what the
//! module says about its identity: an item whose address may be compared, whose definition another object may replace,
//! or that something outside LLVM's sight names, exists once.

use crate::graph::{InlineAttribute, Item, ItemKind, Linkage};

/// Whether there must be exactly one body of the item, in the unit that defines it.
pub fn is_single(item: &Item) -> bool {
    item.unique || item.named_by_asm || item.thread_local || item.group.is_some() || !has_exact_definition(item.linkage)
}

/// Whether the definition that the optimiser sees is the one that the program runs. It is not for `weak` and
/// `linkonce`, which another object may replace; `available_externally` is never ours to emit.
fn has_exact_definition(linkage: Linkage) -> bool {
    matches!(linkage, Linkage::External | Linkage::Internal | Linkage::Private)
}

/// Whether units may have internal copies of the item: local functions and constants whose address has no meaning.
pub fn may_be_copied(item: &Item) -> bool {
    let kind_allows = match item.kind {
        ItemKind::Function => true,
        ItemKind::Variable => item.constant,
        ItemKind::Alias | ItemKind::IFunc => false,
    };
    kind_allows && item.linkage.is_local() && item.unnamed_addr && !is_single(item)
}

/// Whether units other than the owner may have the item's body for inlining (`available_externally`).
pub fn may_be_imported(item: &Item) -> bool {
    item.kind == ItemKind::Function && !is_single(item)
}

/// Whether a unit that calls the item must have its body.
pub fn must_be_inlined(item: &Item) -> bool {
    item.kind == ItemKind::Function && item.inline == InlineAttribute::Always
}

/// Whether the item is defined where the module's assembly is: the assembly names it, and no other unit's symbol table
/// would offer it.
pub fn follows_assembly(item: &Item) -> bool {
    item.named_by_asm && item.linkage.is_local()
}
