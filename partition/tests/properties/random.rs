//! Random graphs.

use std::ops::Range;

use pcg_partition::rules::may_be_replaced;
use pcg_partition::{BodyId, Edge, Graph, GroupId, InlineAttribute, Item, ItemId, ItemKind, Linkage};
use proptest::prelude::*;
use proptest::sample::Index;

/// An item as random as the module of a crate can have it.
fn item() -> impl Strategy<Value = Item> {
    let kind = prop_oneof![
        6 => Just(ItemKind::Function),
        3 => Just(ItemKind::Variable),
        1 => prop_oneof![Just(ItemKind::Alias), Just(ItemKind::IFunc)],
    ];
    let linkage = prop_oneof![
        8 => Just(Linkage::Internal),
        3 => Just(Linkage::External),
        3 => Just(Linkage::Private),
        1 => prop_oneof![
            Just(Linkage::Weak),
            Just(Linkage::LinkOnce),
            Just(Linkage::AvailableExternally),
            Just(Linkage::Appending),
            Just(Linkage::Common),
            Just(Linkage::ExternalWeak),
        ],
    ];
    let inline = prop_oneof![
        4 => Just(InlineAttribute::None),
        2 => Just(InlineAttribute::Hint),
        1 => Just(InlineAttribute::Always),
        1 => Just(InlineAttribute::Never),
    ];
    let rare = || prop::bool::weighted(0.05);
    let flags = (rare(), prop::bool::weighted(0.9), any::<bool>(), rare(), rare(), rare());
    let group = prop::option::weighted(0.1, 0..4u32);
    (kind, linkage, inline, 1..400u32, 0..4000u64, flags, group, 0..5usize).prop_map(
        |(kind, linkage, inline, instructions, bytes, flags, group, source)| {
            let (cold, unnamed_addr, constant, thread_local, unique, named_by_asm) = flags;
            let is_function = kind == ItemKind::Function;
            let is_variable = kind == ItemKind::Variable;
            let mut item = Item {
                name: String::new(),
                kind,
                linkage,
                hidden: false,
                instructions: if is_function { instructions } else { 0 },
                cost: if is_function { instructions * 3 / 2 } else { 0 },
                bytes: if is_variable { bytes } else { 0 },
                inline: if is_function { inline } else { InlineAttribute::None },
                cold,
                unnamed_addr,
                constant: is_variable && constant,
                thread_local: is_variable && thread_local,
                unique: is_variable && unique,
                named_by_asm,
                group: group.map(GroupId),
                body: None,
                source: ["", "a", "a::b", "a::c", "d"][source].into(),
            };
            // One of a few, so that some functions have the same.
            item.body = (bytes % 2 == 0 && may_be_replaced(&item)).then_some(BodyId((bytes / 2 % 8) as u32));
            item
        },
    )
}

/// A graph of up to `most` items with about two uses each.
pub(crate) fn graph(most: usize) -> impl Strategy<Value = Graph> {
    let items = prop::collection::vec(item(), 0..most);
    let uses = prop::collection::vec((any::<Index>(), any::<Index>(), 0..3u32, 0..2u32, 0..2u32), 0..most * 2);
    (items, uses, any::<bool>()).prop_map(|(mut items, uses, has_asm)| {
        items.iter_mut().enumerate().for_each(|(number, item)| item.name = format!("item{number}"));
        let id = |index: &Index| ItemId(index.index(items.len()) as u32);
        let edges = uses.iter().filter(|_| !items.is_empty());
        let edges = edges.map(|&(ref from, ref to, calls, references, dead_calls)| {
            let (from, to) = (id(from), id(to));
            let is_function = items[from.index()].kind == ItemKind::Function;
            let (calls, dead_calls) = if is_function { (calls, dead_calls) } else { (0, 0) };
            (from, Edge { to, calls, references: references.max(u32::from(calls + dead_calls == 0)), dead_calls })
        });
        let edges = edges.collect();
        Graph::new("random".into(), items, edges, has_asm)
    })
}

/// Visible functions of like sizes, as many as `count` says, that call each other and a few small local ones.
pub(crate) fn program(count: Range<usize>) -> impl Strategy<Value = Graph> {
    let sizes = prop::collection::vec(20..400u32, count);
    let calls = prop::collection::vec((any::<Index>(), any::<Index>()), 500..1500);
    (sizes, calls).prop_map(|(sizes, calls)| {
        let function = |(number, instructions): (usize, &u32)| Item {
            name: format!("f{number}"),
            kind: ItemKind::Function,
            // One of ten is local and small.
            linkage: if number % 10 == 0 { Linkage::Internal } else { Linkage::External },
            hidden: false,
            instructions: if number % 10 == 0 { instructions / 10 } else { *instructions },
            cost: if number % 10 == 0 { instructions / 7 } else { instructions * 3 / 2 },
            bytes: 0,
            inline: InlineAttribute::None,
            cold: false,
            unnamed_addr: true,
            constant: false,
            thread_local: false,
            unique: false,
            named_by_asm: false,
            group: None,
            body: None,
            source: String::new(),
        };
        let items: Vec<Item> = sizes.iter().enumerate().map(function).collect();
        let id = |index: &Index| ItemId(index.index(items.len()) as u32);
        let edge =
            |(from, to): &(Index, Index)| (id(from), Edge { to: id(to), calls: 1, references: 0, dead_calls: 0 });
        let edges = calls.iter().map(edge).collect();
        Graph::new("program".into(), items, edges, false)
    })
}
