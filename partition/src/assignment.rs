//! What a strategy decides: an owner for each item, or none.

use crate::graph::{Graph, ItemId};

/// Where an item is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this unit. Other units that use the item refer to it.
    Unit(usize),
    /// In each unit that uses it, as an internal copy. Only for items that may be copied.
    WhereUsed,
}

/// Who gets a function's body for inlining, beside the unit that defines it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offer {
    /// Nobody.
    #[default]
    Never,
    /// Units in which a body calls it that is emitted there, or may be.
    ToEmitted,
    /// These, and those in which an imported body calls it.
    ToAll,
}

/// A strategy's answer. Unit numbers are the strategy's own: [`place`](crate::placement::place) drops empty units and
/// brings the others in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// How many units there are; every [`Place::Unit`] is below it.
    pub units: usize,
    /// For each item, where it is defined. What a bundle's leader says holds for the whole bundle.
    pub places: Vec<Place>,
    /// For each item, which units that call it, and do not define it, get its body for inlining. Ignored for what may
    /// not be imported.
    pub offers: Vec<Offer>,
}

impl Assignment {
    /// Everything in unit 0, nothing offered: for a strategy to start from.
    pub fn new(graph: &Graph, units: usize) -> Self {
        let items = graph.items().len();
        Self { units, places: vec![Place::Unit(0); items], offers: vec![Offer::Never; items] }
    }

    /// The whole module as one unit.
    pub fn whole(graph: &Graph) -> Self {
        Self::new(graph, 1)
    }

    /// Where `id` is defined.
    pub fn place(&self, id: ItemId) -> Place {
        self.places[id.index()]
    }
}
