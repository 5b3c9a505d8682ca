//! From the shim's description of a module to the partitioner's [`Graph`].

use std::sync::Arc;
use std::{ptr, slice};

use inkwell::context::Context;
use inkwell::module::Module;

use pcg_partition::{BodyId, Edge, Graph, GroupId, InlineAttribute, Item, ItemId, ItemKind, Linkage};

use crate::ffi;
use crate::parsed::{Loaded, Wanted};

/// A description that the shim made, with the module that it is of; they are freed with this value.
pub(crate) struct Description(*mut ffi::Graph);

// SAFETY: LLVM wants a context, and what belongs to it, to be used by one thread at a time, not always by the same one.
unsafe impl Send for Description {}

impl Drop for Description {
    fn drop(&mut self) {
        // SAFETY: the pointer came from pcg_graph_read and is freed once.
        unsafe { ffi::pcg_graph_free(self.0) }
    }
}

impl Description {
    /// Reads a whole module. The error is LLVM's.
    pub(crate) fn read(bitcode: &[u8]) -> Result<Self, String> {
        let (graph, error) = ffi::with_error(|error| {
            // SAFETY: the bytes live during the call, and the shim only reads them.
            unsafe { ffi::pcg_graph_read(bitcode.as_ptr(), bitcode.len(), error) }
        });
        if graph.is_null() { Err(error.unwrap_or_default()) } else { Ok(Self(graph)) }
    }

    /// Adds what has to be searched for. The error is LLVM's.
    pub(crate) fn search(&mut self, Wanted { bodies, promises, constants, .. }: Wanted) -> Result<(), String> {
        let (done, error) = ffi::with_error(|error| {
            // SAFETY: the pointer is valid, and has the module still, as whoever takes it takes `self`.
            unsafe { ffi::pcg_graph_search(self.0, bodies, promises, constants, error) }
        });
        if done { Ok(()) } else { Err(error.unwrap_or_default()) }
    }

    /// The module that was described, with the functions that were replaced for good when it was searched.
    pub(crate) fn into_module(self) -> (Loaded, Box<[ffi::Replaced]>) {
        let (mut context, mut replaced, mut count) = (ptr::null_mut(), ptr::null(), 0);
        // SAFETY: the pointer is valid, and the shim hands over both, once, as `self` is gone.
        let loaded = unsafe {
            let module = Module::new(ffi::pcg_graph_take_module(self.0, &mut context, &mut replaced, &mut count));
            Loaded { module, context: Context::new(context) }
        };
        // SAFETY: the array lives as long as `self`.
        (loaded, unsafe { array(replaced, count) }.into())
    }

    pub(crate) fn to_graph(&self, sources: bool) -> Graph {
        let items = self.items().iter().map(|raw| item(raw, sources)).collect();
        let edges = self.edges().iter().map(edge).collect();
        let mut length = 0;
        // SAFETY: the pointer is valid, the name lives as long as the graph.
        let name = unsafe { text(ffi::pcg_graph_name(self.0, &mut length), length) };
        // SAFETY: the pointer is valid.
        let has_asm = unsafe { ffi::pcg_graph_has_asm(self.0) };
        Graph::new(name, items, edges, has_asm)
    }

    /// What each item promises its callers, parallel to the graph's items.
    pub(crate) fn promises(&self) -> Arc<[u64]> {
        self.items().iter().map(|raw| raw.promises).collect()
    }

    /// The arguments that are constants, in the order of the graph's items.
    pub(crate) fn constants(&self) -> Box<[ffi::Constant]> {
        let mut count = 0;
        // SAFETY: as in `items`.
        unsafe { array(ffi::pcg_graph_constants(self.0, &mut count), count) }.into()
    }

    fn items(&self) -> &[ffi::Item] {
        let mut count = 0;
        // SAFETY: the pointer is valid, and so is the array behind it for as long as the graph lives.
        unsafe { array(ffi::pcg_graph_items(self.0, &mut count), count) }
    }

    fn edges(&self) -> &[ffi::Edge] {
        let mut count = 0;
        // SAFETY: as in `items`.
        unsafe { array(ffi::pcg_graph_edges(self.0, &mut count), count) }
    }
}

/// # Safety
/// `data` points to `count` values that live for `'a`, unless `count` is 0.
unsafe fn array<'a, T>(data: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(data, count) }
}

/// # Safety
/// `data` points to `length` bytes, unless `length` is 0.
unsafe fn text(data: *const u8, length: usize) -> String {
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { array(data, length) }).into_owned()
}

fn item(raw: &ffi::Item, sources: bool) -> Item {
    // SAFETY: names live as long as the graph that `raw` was borrowed from.
    let name = unsafe { text(raw.name, raw.name_length) };
    let is_named = raw.kind == 0 && sources;
    let source = if is_named { source_module(&name) } else { String::new() };
    Item {
        name,
        kind: [ItemKind::Function, ItemKind::Variable, ItemKind::Alias, ItemKind::IFunc][usize::from(raw.kind)],
        linkage: LINKAGES[usize::from(raw.linkage)],
        hidden: raw.hidden,
        instructions: raw.instructions,
        cost: raw.cost,
        bytes: raw.bytes,
        inline: INLINE[usize::from(raw.inline_attribute)],
        cold: raw.cold,
        unnamed_addr: raw.unnamed_addr,
        constant: raw.constant,
        thread_local: raw.thread_local,
        unique: raw.unique,
        named_by_asm: raw.tied_to_asm,
        group: (raw.group != 0).then_some(GroupId(raw.group)),
        body: (raw.body != 0).then_some(BodyId(raw.body)),
        source,
    }
}

/// The order is that of `linkageCode` in `shim/graph.cpp`.
const LINKAGES: [Linkage; 9] = [
    Linkage::External,
    Linkage::AvailableExternally,
    Linkage::LinkOnce,
    Linkage::Weak,
    Linkage::Appending,
    Linkage::Internal,
    Linkage::Private,
    Linkage::ExternalWeak,
    Linkage::Common,
];

/// The order is that of `inlineCode` in `shim/graph.cpp`.
const INLINE: [InlineAttribute; 4] =
    [InlineAttribute::None, InlineAttribute::Hint, InlineAttribute::Always, InlineAttribute::Never];

fn edge(raw: &ffi::Edge) -> (ItemId, Edge) {
    let &ffi::Edge { from, to, calls, references, dead_calls } = raw;
    (ItemId(from), Edge { to: ItemId(to), calls, references, dead_calls })
}

/// The module in which a function was written, from its symbol: `regex_syntax::hir` for
/// `<regex_syntax::hir::Hir as core::clone::Clone>::clone`.
fn source_module(symbol: &str) -> String {
    let Ok(demangled) = rustc_demangle::try_demangle(symbol) else { return String::new() };
    let path = format!("{demangled:#}");
    let path = path.trim_start_matches(['<', '&', '(', '[', '*']);
    let end = path.find(['<', '>', ' ', '(', '[', '{', ',']).unwrap_or(path.len());
    let mut segments: Vec<&str> = path[..end].split("::").filter(|segment| !segment.is_empty()).collect();
    // The last segment is the function or the type itself.
    if segments.len() > 1 {
        segments.pop();
    }
    if let Some(first_type) = segments.iter().position(|segment| segment.starts_with(char::is_uppercase)) {
        segments.truncate(first_type.max(1));
    }
    segments.join("::")
}

#[cfg(test)]
mod tests {
    use super::source_module;

    #[test]
    fn source_modules_are_read_from_symbols() {
        for (symbol, module) in [
            (
                "_ZN12regex_syntax3hir9translate10Translator9translate17h0123456789abcdefE",
                "regex_syntax::hir::translate",
            ),
            (
                "_ZN61_$LT$regex_syntax..hir..Hir$u20$as$u20$core..clone..Clone$GT$5clone17h0123456789abcdefE",
                "regex_syntax::hir",
            ),
            ("main", ""),
        ] {
            assert_eq!(source_module(symbol), module, "{symbol}");
        }
    }
}
