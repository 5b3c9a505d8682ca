//! Programs of any size, made from the graphs of real crates.
//!
//! Copies of the graphs stand one after the other, in turns, until there are as many functions as are wanted; the last
//! copy is cut off there. One function of twenty also calls a function of another copy, as the crates of a program call
//! each other. So sizes, attributes and the shape of the call graph are those of real crates at any size.

use pcg_partition::{Edge, Graph, GroupId, Item, ItemId, ItemKind};

/// One function of so many calls one of another copy.
const CALLS_BETWEEN_COPIES: u64 = 20;

/// Fixtures have no source paths: this many items that follow each other are a source module.
const ITEMS_PER_MODULE: u32 = 100;

/// A program of `functions` functions made from `crates`.
pub(crate) fn program(crates: &[Graph], functions: usize) -> Graph {
    let mut program = Program::default();
    for copy in (0..).map(|number| &crates[number % crates.len()]) {
        if program.functions.len() >= functions {
            break;
        }
        program.append(copy, functions);
    }
    program.join();
    Graph::new("program".into(), program.items, program.edges, false)
}

#[derive(Default)]
struct Program {
    items: Vec<Item>,
    edges: Vec<(ItemId, Edge)>,
    /// The functions, and for each the copy that it belongs to.
    functions: Vec<(ItemId, u32)>,
    copies: u32,
    groups: u32,
}

impl Program {
    /// Appends a copy of a crate, up to a number of functions in all.
    fn append(&mut self, graph: &Graph, functions: usize) {
        let mut new_ids: Vec<Option<ItemId>> = Vec::with_capacity(graph.items().len());
        for item in graph.items() {
            let is_function = item.kind == ItemKind::Function;
            let id = ItemId(self.items.len() as u32);
            let is_kept = !is_function || self.functions.len() < functions;
            new_ids.push(is_kept.then_some(id));
            if !is_kept {
                continue;
            }
            let group = item.group.map(|group| GroupId(group.0 + self.groups));
            let name = format!("{}.{}", self.copies, item.name);
            let source = format!("crate{}::module{}", self.copies, id.0 / ITEMS_PER_MODULE);
            self.items.push(Item { name, source, group, ..item.clone() });
            if is_function {
                self.functions.push((id, self.copies));
            }
        }
        for (from, new_from) in graph.ids().zip(&new_ids) {
            for edge in graph.uses(from) {
                if let (Some(from), Some(to)) = (*new_from, new_ids[edge.to.index()]) {
                    self.edges.push((from, Edge { to, ..*edge }));
                }
            }
        }
        self.groups += graph.items().iter().filter_map(|item| item.group).map(|group| group.0 + 1).max().unwrap_or(0);
        self.copies += 1;
    }

    /// Adds the calls between copies.
    fn join(&mut self) {
        let mut random = Random(1);
        for &(from, copy) in &self.functions {
            let (to, other) = self.functions[random.below(self.functions.len() as u64) as usize];
            if random.below(CALLS_BETWEEN_COPIES) == 0 && other != copy {
                self.edges.push((from, Edge { to, calls: 1, references: 0, dead_calls: 0 }));
            }
        }
    }
}

/// A linear congruential generator (Knuth's MMIX): programs are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
