//! What a strategy answers: which unit defines, imports or copies which item, and which items get promoted.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::graph::{Graph, ItemId};

/// One codegen unit: the items whose bodies it has. Each list is ordered and the three are disjoint; whatever else its
/// bodies refer to is a declaration in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Emitted here and nowhere else.
    pub defines: Vec<ItemId>,
    /// Bodies for inlining (`available_externally`); emitted by the unit that defines them.
    pub imports: Vec<ItemId>,
    /// Copies of local items: internal here, emitted if something still refers to them after optimisation.
    pub copies: Vec<ItemId>,
}

/// A crate's items distributed over codegen units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partitioning {
    /// The units, heaviest first except that unit 0 has the module's assembly if there is any.
    pub units: Vec<Unit>,
    /// Local items that another unit refers to: hidden during the split, local again after the join.
    pub promoted: BTreeSet<ItemId>,
    /// Functions that no unit has a body of, each with the function of the same body that is used in its place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<ItemId, ItemId>,
}

impl Partitioning {
    /// For each item of `graph`, the item that is used in its place: itself unless it is replaced.
    pub fn substitutes(&self, graph: &Graph) -> Vec<ItemId> {
        let mut substitutes: Vec<ItemId> = graph.ids().collect();
        for (id, substitute) in &self.replaced {
            substitutes[id.index()] = *substitute;
        }
        substitutes
    }
}
