//! Saved graphs: what `--pcg-dump-graph` writes and `pcg-lab` reads.
//!
//! One JSON object without line breaks, UTF-8. Version 3:
//!
//! | field | content |
//! |---|---|
//! | `schema_version` | `3` |
//! | `name` | the module's name |
//! | `has_asm` | whether it has assembly; left out if not |
//! | `items` | the items in the order of their ids |
//!
//! and for each item, where everything but the first three fields is left out if it is `0`, `false`, empty or none:
//!
//! | field | content |
//! |---|---|
//! | `name` | the symbol, mangled |
//! | `kind` | `function`, `variable`, `alias` or `ifunc` |
//! | `linkage` | `external`, `available_externally`, `link_once`, `weak`, `appending`, `internal`, `private`, `external_weak` or `common` |
//! | `hidden` | hidden visibility |
//! | `instructions` | of a function, before optimisation |
//! | `cost` | of a function's simplified instructions, in the inliner's units |
//! | `bytes` | of a variable |
//! | `inline` | `none`, `hint`, `always` or `never` |
//! | `cold`, `unnamed_addr`, `constant`, `thread_local`, `unique`, `named_by_asm` | as in [`Item`] |
//! | `group` | a number that the items of a group share |
//! | `body` | a number that functions with the same body share |
//! | `source` | a path such as `regex_syntax::hir` |
//! | `uses` | what the item uses: `[id, calls, references]` for each, ordered by id |
//! | `dead_calls` | the calls in blocks that are never reached: `[id, calls]` for each, ordered by id |
//!
//! A reader accepts exactly the version that it knows, and fields that it does not know are an error: a graph that is
//! half understood would be partitioned wrongly.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use crate::graph::{BodyId, Edge, Graph, GroupId, InlineAttribute, Item, ItemId, ItemKind, Linkage};

/// The version of the format that is written, and the only one that is read.
pub const SCHEMA_VERSION: u32 = 3;

/// Why a saved graph could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file could not be read.
    #[error("the saved graph could not be read")]
    Read(#[source] std::io::Error),
    /// The file could not be written.
    #[error("the graph could not be written")]
    Write(#[source] serde_json::Error),
    /// The content is not a saved graph.
    #[error("this is not a saved graph")]
    Format(#[source] serde_json::Error),
    /// The file is a saved graph of another version.
    #[error("the saved graph has schema version {found}, this program reads version {SCHEMA_VERSION}")]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// An item uses an id that no item has.
    #[error("item {user} (`{name}`) uses item {id}, and there are only {items}")]
    UnknownItem {
        /// The id of the item with the use.
        user: u32,
        /// Its name.
        name: String,
        /// The id that it uses.
        id: u32,
        /// The number of items in the file.
        items: usize,
    },
}

/// Writes `graph`.
///
/// # Errors
///
/// [`FileError::Write`] if `writer` fails.
pub fn write_graph(graph: &Graph, writer: impl Write) -> Result<(), FileError> {
    let items = graph.ids().map(|id| SavedItem::new(graph, id)).collect();
    let saved = SavedGraph { schema_version: SCHEMA_VERSION, name: graph.name.clone(), has_asm: graph.has_asm, items };
    serde_json::to_writer(writer, &saved).map_err(FileError::Write)
}

/// Reads a graph.
///
/// # Errors
///
/// [`FileError`] if `reader` fails, or the content is not a saved graph of this version.
pub fn read_graph(mut reader: impl Read) -> Result<Graph, FileError> {
    let mut text = Vec::new();
    reader.read_to_end(&mut text).map_err(FileError::Read)?;
    let header: Header = serde_json::from_slice(&text).map_err(FileError::Format)?;
    if header.schema_version != SCHEMA_VERSION {
        return Err(FileError::Version { found: header.schema_version });
    }
    let saved: SavedGraph = serde_json::from_slice(&text).map_err(FileError::Format)?;
    saved.graph()
}

/// The part of the format that stays the same in every version.
#[derive(Deserialize)]
struct Header {
    schema_version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedGraph {
    schema_version: u32,
    name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    has_asm: bool,
    items: Vec<SavedItem>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedItem {
    name: String,
    kind: ItemKind,
    linkage: Linkage,
    #[serde(default, skip_serializing_if = "is_default")]
    hidden: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    instructions: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    cost: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    bytes: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    inline: InlineAttribute,
    #[serde(default, skip_serializing_if = "is_default")]
    cold: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    unnamed_addr: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    constant: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    thread_local: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    unique: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    named_by_asm: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    group: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    body: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    source: String,
    #[serde(default, skip_serializing_if = "is_default")]
    uses: Vec<(u32, u32, u32)>,
    #[serde(default, skip_serializing_if = "is_default")]
    dead_calls: Vec<(u32, u32)>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl SavedGraph {
    fn graph(self) -> Result<Graph, FileError> {
        let count = self.items.len();
        let mut items = Vec::with_capacity(count);
        let mut edges = Vec::new();
        for (user, saved) in (0..).zip(self.items) {
            let uses = saved.uses.iter().map(|&(to, calls, references)| (to, calls, references, 0));
            let dead_calls = saved.dead_calls.iter().map(|&(to, calls)| (to, 0, 0, calls));
            for (to, calls, references, dead_calls) in uses.chain(dead_calls) {
                if to as usize >= count {
                    return Err(FileError::UnknownItem { user, name: saved.name, id: to, items: count });
                }
                edges.push((ItemId(user), Edge { to: ItemId(to), calls, references, dead_calls }));
            }
            items.push(saved.item());
        }
        Ok(Graph::new(self.name, items, edges, self.has_asm))
    }
}

impl SavedItem {
    fn new(graph: &Graph, id: ItemId) -> Self {
        let item = graph[id].clone();
        let uses = graph.uses(id).iter().filter(|edge| edge.calls + edge.references > 0);
        let dead_calls = graph.uses(id).iter().filter(|edge| edge.dead_calls > 0);
        Self {
            name: item.name,
            kind: item.kind,
            linkage: item.linkage,
            hidden: item.hidden,
            instructions: item.instructions,
            cost: item.cost,
            bytes: item.bytes,
            inline: item.inline,
            cold: item.cold,
            unnamed_addr: item.unnamed_addr,
            constant: item.constant,
            thread_local: item.thread_local,
            unique: item.unique,
            named_by_asm: item.named_by_asm,
            group: item.group.map(|group| group.0),
            body: item.body.map(|body| body.0),
            source: item.source,
            uses: uses.map(|edge| (edge.to.0, edge.calls, edge.references)).collect(),
            dead_calls: dead_calls.map(|edge| (edge.to.0, edge.dead_calls)).collect(),
        }
    }

    fn item(self) -> Item {
        Item {
            name: self.name,
            kind: self.kind,
            linkage: self.linkage,
            hidden: self.hidden,
            instructions: self.instructions,
            cost: self.cost,
            bytes: self.bytes,
            inline: self.inline,
            cold: self.cold,
            unnamed_addr: self.unnamed_addr,
            constant: self.constant,
            thread_local: self.thread_local,
            unique: self.unique,
            named_by_asm: self.named_by_asm,
            group: self.group.map(GroupId),
            body: self.body.map(BodyId),
            source: self.source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileError, read_graph, write_graph};
    use crate::graph::{Graph, GroupId, InlineAttribute, Item};
    use crate::testing::{Builder, constant, function, visible};

    fn saved(graph: &Graph) -> String {
        let mut bytes = Vec::new();
        write_graph(graph, &mut bytes).expect("memory takes everything");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    fn sample() -> Graph {
        let mut module = Builder::new();
        let f = module.add(Item { group: Some(GroupId(3)), inline: InlineAttribute::Hint, ..function("f", 20) });
        let g = module.add(visible("g \"quoted\"", 7));
        let c = module.add(constant("c", 16));
        module.call(f, g);
        module.call(f, g);
        module.dead_call(f, g);
        module.dead_call(g, f);
        module.refer(f, c);
        module.has_asm = true;
        module.graph()
    }

    #[test]
    fn a_graph_survives_saving_and_reading() {
        assert_eq!(read_graph(saved(&sample()).as_bytes()).expect("own files are readable"), sample());
    }

    #[test]
    fn the_format_is_as_documented() {
        let mut module = Builder::new();
        let f = module.add(function("f", 20));
        let c = module.add(constant("c", 16));
        module.refer(f, c);
        module.dead_call(f, f);
        let expected = concat!(
            r#"{"schema_version":3,"name":"test","items":["#,
            r#"{"name":"f","kind":"function","linkage":"internal","instructions":20,"cost":30,"unnamed_addr":true,"#,
            r#""uses":[[1,0,1]],"dead_calls":[[0,1]]},"#,
            r#"{"name":"c","kind":"variable","linkage":"private","bytes":16,"unnamed_addr":true,"constant":true}]}"#,
        );
        assert_eq!(saved(&module.graph()), expected);
    }

    #[test]
    fn another_version_is_refused_by_its_number() {
        let newer = r#"{"schema_version":4,"nodes":[]}"#;
        assert!(matches!(read_graph(newer.as_bytes()), Err(FileError::Version { found: 4 })));
    }

    #[test]
    fn garbage_is_refused() {
        let unknown_field = saved(&sample()).replacen("\"bytes\"", "\"size\"", 1);
        let truncated = &saved(&sample())[..40];
        for text in ["", "\u{7f}ELF", "[]", "{}", truncated, &unknown_field] {
            assert!(matches!(read_graph(text.as_bytes()), Err(FileError::Format(_))), "{text}");
        }
    }

    #[test]
    fn a_use_of_no_item_is_refused() {
        let text = saved(&sample()).replace("[2,0,1]", "[9,0,1]");
        assert!(matches!(read_graph(text.as_bytes()), Err(FileError::UnknownItem { user: 0, id: 9, items: 3, .. })));
    }
}
