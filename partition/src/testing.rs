//! Small graphs for the unit tests.

use crate::graph::{Edge, Graph, InlineAttribute, Item, ItemId, ItemKind, Linkage};

/// An internal function, as rustc makes nearly all of them.
pub(crate) fn function(name: &str, instructions: u32) -> Item {
    Item {
        name: name.into(),
        kind: ItemKind::Function,
        linkage: Linkage::Internal,
        hidden: false,
        instructions,
        cost: instructions * 3 / 2,
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
    }
}

/// A function that other crates can call.
pub(crate) fn visible(name: &str, instructions: u32) -> Item {
    Item { linkage: Linkage::External, ..function(name, instructions) }
}

/// A private constant whose address has no meaning, such as a string or a vtable.
pub(crate) fn constant(name: &str, bytes: u64) -> Item {
    Item { kind: ItemKind::Variable, linkage: Linkage::Private, bytes, constant: true, ..function(name, 0) }
}

/// A local `static` that the program writes to.
pub(crate) fn variable(name: &str, bytes: u64) -> Item {
    Item { constant: false, unnamed_addr: false, linkage: Linkage::Internal, ..constant(name, bytes) }
}

/// Collects items and edges.
#[derive(Default)]
pub(crate) struct Builder {
    items: Vec<Item>,
    edges: Vec<(ItemId, Edge)>,
    pub(crate) has_asm: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&mut self, item: Item) -> ItemId {
        self.items.push(item);
        ItemId(self.items.len() as u32 - 1)
    }

    pub(crate) fn call(&mut self, from: ItemId, to: ItemId) {
        self.edges.push((from, Edge { to, calls: 1, references: 0, dead_calls: 0 }));
    }

    pub(crate) fn refer(&mut self, from: ItemId, to: ItemId) {
        self.edges.push((from, Edge { to, calls: 0, references: 1, dead_calls: 0 }));
    }

    pub(crate) fn dead_call(&mut self, from: ItemId, to: ItemId) {
        self.edges.push((from, Edge { to, calls: 0, references: 0, dead_calls: 1 }));
    }

    pub(crate) fn graph(&self) -> Graph {
        Graph::new("test".into(), self.items.clone(), self.edges.clone(), self.has_asm)
    }
}
