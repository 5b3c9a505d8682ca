//! Which items may exist in more than one unit.
//!
//! These are properties of a single item. They follow from what its linkage promises to the linker, and from what the
//! module says about its identity: an item whose address may be compared, whose definition another object may replace,
//! or that something outside LLVM's sight names, exists once.

use crate::graph::{Edge, Graph, InlineAttribute, Item, ItemId, ItemKind, Linkage};

/// Methods of at most so many instructions are there where a vtable is that has them: LLVM may find out what is called.
/// With 20, as much is inlined; with 40, units are larger.
const METHOD_INSTRUCTIONS: u32 = 12;

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

/// Whether another function with the same body may take the item's place everywhere.
pub fn may_be_replaced(item: &Item) -> bool {
    item.kind == ItemKind::Function && may_be_copied(item)
}

/// Whether units other than the owner may have the item's body for inlining (`available_externally`).
pub fn may_be_imported(item: &Item) -> bool {
    item.kind == ItemKind::Function && !is_single(item)
}

/// Whether a unit that calls the item must have its body.
pub fn must_be_inlined(item: &Item) -> bool {
    item.kind == ItemKind::Function && item.inline == InlineAttribute::Always
}

/// Whether a use may become a call: it is one, or a function passes the item on to another one that calls it, such as
/// `map` its closure, and that may be inlined. A dead call vanishes: only what must be inlined has a body there, too.
/// Constants, such as vtables, are rarely looked into: only for functions that cost next to nothing.
pub fn may_call(graph: &Graph, from: ItemId, edge: &Edge) -> bool {
    let (user, used) = (&graph[from], &graph[edge.to]);
    match user.kind {
        ItemKind::Variable => {
            user.constant && used.kind == ItemKind::Function && used.instructions <= METHOD_INSTRUCTIONS
        }
        ItemKind::Function => edge.calls > 0 || edge.references > 0 || must_be_inlined(used),
        ItemKind::Alias | ItemKind::IFunc => false,
    }
}

/// Whether the item is defined where the module's assembly is: the assembly names it, and no other unit's symbol table
/// would offer it.
pub fn follows_assembly(item: &Item) -> bool {
    item.named_by_asm && item.linkage.is_local()
}

#[cfg(test)]
mod tests {
    use super::{follows_assembly, may_be_copied, may_be_imported, must_be_inlined};
    use crate::graph::{GroupId, InlineAttribute, Item, ItemKind, Linkage};
    use crate::testing::{constant, function, variable, visible};

    #[test]
    fn local_functions_and_private_constants_may_be_copied() {
        assert!(may_be_copied(&function("f", 10)));
        assert!(may_be_copied(&constant("c", 10)));
    }

    #[test]
    fn what_has_an_identity_is_not_copied() {
        assert!(!may_be_copied(&visible("f", 10)), "other crates call it");
        assert!(!may_be_copied(&variable("v", 10)), "the program writes to it");
        assert!(!may_be_copied(&Item { unnamed_addr: false, ..function("f", 10) }), "its address is compared");
        assert!(!may_be_copied(&Item { unnamed_addr: false, ..constant("c", 10) }), "its address is compared");
        assert!(!may_be_copied(&Item { kind: ItemKind::Alias, ..function("f", 0) }), "it is a name, not a body");
    }

    #[test]
    fn functions_may_be_imported_and_nothing_else() {
        assert!(may_be_imported(&function("f", 10)));
        assert!(may_be_imported(&visible("f", 10)));
        assert!(!may_be_imported(&constant("c", 10)));
    }

    #[test]
    fn what_exists_once_is_neither_copied_nor_imported() {
        let replaceable = [
            Linkage::Weak,
            Linkage::LinkOnce,
            Linkage::AvailableExternally,
            Linkage::Appending,
            Linkage::Common,
            Linkage::ExternalWeak,
        ];
        let mut single: Vec<Item> =
            replaceable.into_iter().map(|linkage| Item { linkage, ..function("f", 10) }).collect();
        single.push(Item { unique: true, ..function("f", 10) });
        single.push(Item { named_by_asm: true, ..function("f", 10) });
        single.push(Item { thread_local: true, ..constant("c", 10) });
        single.push(Item { group: Some(GroupId(0)), ..function("f", 10) });
        for item in single {
            assert!(!may_be_copied(&item) && !may_be_imported(&item), "{item:?}");
        }
    }

    #[test]
    fn always_inline_functions_must_be_inlined() {
        assert!(must_be_inlined(&Item { inline: InlineAttribute::Always, ..function("f", 10) }));
        assert!(!must_be_inlined(&Item { inline: InlineAttribute::Hint, ..function("f", 10) }));
    }

    #[test]
    fn only_local_symbols_follow_the_assembly() {
        assert!(follows_assembly(&Item { named_by_asm: true, ..function("f", 10) }));
        assert!(!follows_assembly(&Item { named_by_asm: true, ..visible("f", 10) }));
    }
}
