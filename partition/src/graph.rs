//! A crate's module as the partitioner sees it: items, their sizes and attributes, and the edges between them.
//!
//! A [`Graph`] is made by the back end from the bitcode that the front end wrote, or read from a file by `pcg-lab`.
//! Only what the module *defines* is an item; declarations of other crates' symbols do not matter to a partition.

use std::ops::{Index, Range};

use serde::{Deserialize, Serialize};

/// The position of an item in [`Graph::items`].
///
/// Ids follow the order of the definitions in the module (functions, variables, aliases, ifuncs), which rustc makes
/// the same on every run, so an order by id is a deterministic order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u32);

impl ItemId {
    /// The id as an index into a slice that is parallel to [`Graph::items`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an item is in LLVM's terms (`llvm::GlobalValue`'s concrete classes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// `llvm::Function` with a body.
    Function,
    /// `llvm::GlobalVariable` with an initialiser.
    Variable,
    /// `llvm::GlobalAlias`; an edge leads to its aliasee.
    Alias,
    /// `llvm::GlobalIFunc`; an edge leads to its resolver.
    #[serde(rename = "ifunc")]
    IFunc,
}

/// LLVM's linkage types, as far as a definition can have them (`llvm::GlobalValue::LinkageTypes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linkage {
    /// Visible to other objects, defined once in the program.
    External,
    /// A body for inlining whose definition is emitted elsewhere. It is never emitted.
    AvailableExternally,
    /// `linkonce`, `linkonce_odr`: merged by the linker, dropped if unused.
    LinkOnce,
    /// `weak`, `weak_odr`: another definition may win at link time.
    Weak,
    /// Arrays that the linker concatenates, such as `llvm.global_ctors`.
    Appending,
    /// A local symbol.
    Internal,
    /// A local symbol that does not reach the symbol table.
    Private,
    /// A reference that may be null.
    ExternalWeak,
    /// Tentative definitions of C.
    Common,
}

impl Linkage {
    /// Whether only this module can name the item (`GlobalValue::hasLocalLinkage`).
    pub fn is_local(self) -> bool {
        matches!(self, Linkage::Internal | Linkage::Private)
    }
}

/// What the function's attributes tell LLVM's inliner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InlineAttribute {
    /// No attribute.
    #[default]
    None,
    /// `inlinehint` (`#[inline]`).
    Hint,
    /// `alwaysinline` (`#[inline(always)]`).
    Always,
    /// `noinline` (`#[inline(never)]`) or `optnone`.
    Never,
}

/// A set of items that has to be defined in one unit and can be neither copied nor imported: a comdat group, an alias
/// with its aliasee, an ifunc with its resolver, a function with those that take its blocks' addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub u32);

/// Functions with the same number have the same body, up to which of several functions with the same body they use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BodyId(pub u32);

/// One definition of the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The symbol's name, as in the module (mangled).
    pub name: String,
    /// The item's class.
    pub kind: ItemKind,
    /// The linkage that rustc gave it.
    pub linkage: Linkage,
    /// Hidden visibility; default otherwise.
    pub hidden: bool,
    /// Instructions of a function before any optimisation (without debug intrinsics); 0 for other kinds.
    pub instructions: u32,
    /// What a function's own instructions, without those of calls, are expected to cost the inliner once they are
    /// simplified, in the units of `llvm/Analysis/InlineCost.h`; 0 for other kinds.
    pub cost: u32,
    /// Bytes of a variable's type; 0 for other kinds.
    pub bytes: u64,
    /// The function's inline attribute.
    pub inline: InlineAttribute,
    /// The `cold` attribute.
    pub cold: bool,
    /// The `unnamed_addr` attribute: nobody compares its address, so it may exist several times.
    pub unnamed_addr: bool,
    /// A variable that is `constant`.
    pub constant: bool,
    /// A `thread_local` variable.
    pub thread_local: bool,
    /// There must be exactly one of it, under its own name: it is in `llvm.used` or `llvm.compiler.used`, has a
    /// section of its own, or is an appending array.
    pub unique: bool,
    /// Named by the module's assembly: it is neither renamed nor copied, and if its linkage is local it is defined in
    /// the unit that has the assembly.
    pub named_by_asm: bool,
    /// The items it must stay together with.
    pub group: Option<GroupId>,
    /// What other functions have in common with it, if there are any that do the same. Only local functions without an
    /// identity have one.
    pub body: Option<BodyId>,
    /// Where it comes from, as a path such as `regex_syntax::hir`; empty if that is unknown. Only the `source`
    /// strategy and reports look at it.
    pub source: String,
}

/// How one item uses another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The item that is used.
    pub to: ItemId,
    /// Direct call sites (`call` and `invoke` with the item as the callee), and those through an argument that is it.
    pub calls: u32,
    /// Every other use: an address taken, a constant referenced, an initialiser's element, what an argument always is.
    pub references: u32,
    /// Call sites in blocks that LLVM finds unreachable when it folds comparisons of constants. They are no `calls`.
    pub dead_calls: u32,
}

impl Edge {
    /// Whether there is a call site, reached or not.
    pub fn has_calls(&self) -> bool {
        self.calls > 0 || self.dead_calls > 0
    }
}

/// A crate's module: items and, for each, its outgoing edges ordered by target, one edge per target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// The module's name (`llvm::Module::getSourceFileName`).
    pub name: String,
    items: Vec<Item>,
    /// Edges of all items, grouped by the using item.
    edges: Vec<Edge>,
    /// `edges[first[i]..first[i + 1]]` are those of item `i`.
    first: Vec<u32>,
    /// Whether the module has assembly (`global_asm!`). It goes to unit 0.
    pub has_asm: bool,
}

impl Graph {
    /// Builds a graph; `edges` are `(from, edge)` in any order, repeated pairs are added up.
    pub fn new(name: String, items: Vec<Item>, mut edges: Vec<(ItemId, Edge)>, has_asm: bool) -> Self {
        edges.sort_unstable_by_key(|(from, edge)| (*from, edge.to));
        edges.dedup_by(|(from, edge), (kept_from, kept)| {
            let same = from == kept_from && edge.to == kept.to;
            if same {
                kept.calls += edge.calls;
                kept.dead_calls += edge.dead_calls;
                kept.references += edge.references;
            }
            same
        });
        let mut first = vec![0u32; items.len() + 1];
        for (from, _) in &edges {
            first[from.index() + 1] += 1;
        }
        for i in 0..items.len() {
            first[i + 1] += first[i];
        }
        let edges = edges.into_iter().map(|(_, edge)| edge).collect();
        Self { name, items, edges, first, has_asm }
    }

    /// The items, indexed by [`ItemId`].
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// All ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = ItemId> + ExactSizeIterator + use<> {
        let ids: Range<u32> = 0..self.items.len() as u32;
        ids.map(ItemId)
    }

    /// What `from` uses, ordered by target.
    pub fn uses(&self, from: ItemId) -> &[Edge] {
        &self.edges[self.first[from.index()] as usize..self.first[from.index() + 1] as usize]
    }

    /// How many calls of `to` in `from` may be reached.
    pub fn calls(&self, from: ItemId, to: ItemId) -> u32 {
        let uses = self.uses(from);
        uses.binary_search_by_key(&to, |edge| edge.to).map_or(0, |position| uses[position].calls)
    }

    /// Who uses each item: the reverse of [`Graph::uses`], each list ordered by user.
    pub fn users(&self) -> Vec<Vec<(ItemId, Edge)>> {
        let mut users = vec![Vec::new(); self.items.len()];
        for from in self.ids() {
            for edge in self.uses(from) {
                users[edge.to.index()].push((from, *edge));
            }
        }
        users
    }
}

impl Index<ItemId> for Graph {
    type Output = Item;

    fn index(&self, id: ItemId) -> &Item {
        &self.items[id.index()]
    }
}
