//! The proof that a partitioning may be used.
//!
//! Each rule is checked from the graph and the partitioning alone, without looking at how the partitioning came about.
//! One variant of [`CheckError`] stands for each rule; it names the item and the unit.

use crate::graph::{Edge, Graph, GroupId, ItemId};
use crate::partitioning::{Partitioning, Unit};
use crate::rules;
use std::collections::BTreeMap;

/// The rule that a partitioning breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// There is no unit.
    #[error("there is no unit")]
    NoUnits,
    /// A unit that defines nothing, beside others.
    #[error("unit {unit} defines nothing")]
    EmptyUnit {
        /// The unit.
        unit: usize,
    },
    /// An id beyond the graph's items.
    #[error("{place} has item {id}, the module has {items} items")]
    UnknownItem {
        /// Where the id is: a unit, or the promoted items.
        place: String,
        /// The id.
        id: u32,
        /// The number of items in the graph.
        items: usize,
    },
    /// A list of a unit that is not strictly ordered.
    #[error("unit {unit} has `{item}` out of order or twice in one list")]
    Unordered {
        /// The first item that does not come after the one before it.
        item: String,
        /// The unit.
        unit: usize,
    },
    /// An item in two lists of a unit.
    #[error("unit {unit} has more than one body of `{item}`")]
    SeveralBodies {
        /// The item.
        item: String,
        /// The unit.
        unit: usize,
    },
    /// An item that two units define.
    #[error("`{item}` is defined in unit {first} and in unit {second}")]
    DefinedTwice {
        /// The item.
        item: String,
        /// One unit.
        first: usize,
        /// The other.
        second: usize,
    },
    /// A function that is replaced by one that is not known to do the same, or that may not be replaced.
    #[error("`{item}` is replaced by `{substitute}`, which cannot stand for it")]
    ForbiddenReplacement {
        /// The function that is replaced.
        item: String,
        /// What stands for it.
        substitute: String,
    },
    /// A replaced function with a body in a unit.
    #[error("unit {unit} has a body of `{item}`, which is replaced")]
    BodyOfReplaced {
        /// The function.
        item: String,
        /// The unit.
        unit: usize,
    },
    /// An item that no unit defines or copies.
    #[error("`{item}` is in no unit")]
    Missing {
        /// The item.
        item: String,
    },
    /// An item with an owner and copies.
    #[error("`{item}` is copied into unit {unit} and defined in unit {owner}")]
    CopyOfDefined {
        /// The item.
        item: String,
        /// The unit that has a copy.
        unit: usize,
        /// The unit that defines it.
        owner: usize,
    },
    /// A copy of an item that may not be copied.
    #[error("`{item}` is copied into unit {unit}, and there may be only one of it")]
    ForbiddenCopy {
        /// The item.
        item: String,
        /// The unit.
        unit: usize,
    },
    /// An import of an item that may not be imported.
    #[error("`{item}` is imported into unit {unit}, and may not be")]
    ForbiddenImport {
        /// The item.
        item: String,
        /// The unit.
        unit: usize,
    },
    /// An import of an item that no unit defines.
    #[error("`{item}` is imported into unit {unit}, and no unit defines it")]
    ImportWithoutOwner {
        /// The item.
        item: String,
        /// The unit.
        unit: usize,
    },
    /// A copy or an import that nothing in its unit uses.
    #[error("unit {unit} has a body of `{item}` that nothing in it uses")]
    UnusedBody {
        /// The item.
        item: String,
        /// The unit.
        unit: usize,
    },
    /// A reference that no definition answers.
    #[error("`{user}` in unit {unit} refers to `{item}`, which has no body there and no owner")]
    Unresolved {
        /// The item.
        item: String,
        /// What refers to it.
        user: String,
        /// The unit with the reference.
        unit: usize,
    },
    /// A local item that another unit refers to or imports, and that is not promoted.
    #[error("`{item}` is local to unit {owner} and not promoted, and unit {unit} needs it")]
    NotPromoted {
        /// The item.
        item: String,
        /// The unit that refers to it or imports it.
        unit: usize,
        /// The unit that defines it.
        owner: usize,
    },
    /// A promoted item that is not local, or that no unit but its owner needs.
    #[error("`{item}` is promoted without need")]
    NeedlessPromotion {
        /// The item.
        item: String,
    },
    /// A group that is spread over units.
    #[error("`{item}` is defined in unit {unit} and `{other}` of the same group in unit {other_unit}")]
    DividedGroup {
        /// An item of the group.
        item: String,
        /// Its unit.
        unit: usize,
        /// Another item of the group.
        other: String,
        /// The other item's unit.
        other_unit: usize,
    },
    /// A local symbol that the assembly names, and that unit 0 does not define.
    #[error("`{item}` is named by the module's assembly and defined in unit {unit} instead of unit 0")]
    AwayFromAssembly {
        /// The item.
        item: String,
        /// The unit that defines it.
        unit: usize,
    },
    /// A call of an always-inline function whose body is elsewhere.
    #[error("`{caller}` in unit {unit} calls the always-inline function `{item}`, whose body is not there")]
    NotInlinable {
        /// The always-inline function.
        item: String,
        /// Its caller.
        caller: String,
        /// The unit.
        unit: usize,
    },
}

/// Proves that `partitioning` is a valid partitioning of `graph`.
///
/// # Errors
///
/// The first rule that is broken, in the order of [`CheckError`]'s variants as far as they depend on each other.
pub fn check(graph: &Graph, partitioning: &Partitioning) -> Result<(), CheckError> {
    shape(graph, partitioning)?;
    replacements(graph, partitioning)?;
    let owners = owners(graph, partitioning)?;
    let substitutes = partitioning.substitutes(graph);
    let checker = Checker { graph, partitioning, owners, substitutes };
    checker.bodies()?;
    checker.groups()?;
    checker.assembly()?;
    checker.references()
}

/// The lists are well formed: known ids, in order, no empty units.
fn shape(graph: &Graph, partitioning: &Partitioning) -> Result<(), CheckError> {
    let items = graph.items().len();
    let unknown = |id: &&ItemId| id.index() >= items;
    if partitioning.units.is_empty() {
        return Err(CheckError::NoUnits);
    }
    for (number, unit) in partitioning.units.iter().enumerate() {
        if unit.defines.is_empty() && (items > 0 || number > 0) {
            return Err(CheckError::EmptyUnit { unit: number });
        }
        if let Some(id) = bodies(unit).find(unknown) {
            return Err(CheckError::UnknownItem { place: format!("unit {number}"), id: id.0, items });
        }
        for list in [&unit.defines, &unit.imports, &unit.copies] {
            if let Some(pair) = list.windows(2).find(|pair| pair[0] >= pair[1]) {
                return Err(CheckError::Unordered { item: graph[pair[1]].name.clone(), unit: number });
            }
        }
    }
    if let Some(id) = partitioning.replaced.iter().flat_map(|(id, substitute)| [id, substitute]).find(unknown) {
        return Err(CheckError::UnknownItem { place: "the list of replaced items".into(), id: id.0, items });
    }
    match partitioning.promoted.iter().find(unknown) {
        Some(id) => Err(CheckError::UnknownItem { place: "the list of promoted items".into(), id: id.0, items }),
        None => Ok(()),
    }
}

/// What is replaced has the same body as what stands for it, no identity, and no body in any unit.
fn replacements(graph: &Graph, partitioning: &Partitioning) -> Result<(), CheckError> {
    let replaced = &partitioning.replaced;
    for (id, substitute) in replaced {
        let (item, other) = (&graph[*id], &graph[*substitute]);
        let same = item.body.is_some() && item.body == other.body;
        if !same || replaced.contains_key(substitute) || !rules::may_be_replaced(item) {
            let (item, substitute) = (item.name.clone(), other.name.clone());
            return Err(CheckError::ForbiddenReplacement { item, substitute });
        }
    }
    for (number, unit) in partitioning.units.iter().enumerate() {
        if let Some(id) = bodies(unit).find(|id| replaced.contains_key(id)) {
            return Err(CheckError::BodyOfReplaced { item: graph[*id].name.clone(), unit: number });
        }
    }
    Ok(())
}

/// All bodies of a unit.
fn bodies(unit: &Unit) -> impl Iterator<Item = &ItemId> {
    unit.defines.iter().chain(&unit.imports).chain(&unit.copies)
}

/// The unit that defines each item, after checking that each is defined once or copied.
fn owners(graph: &Graph, partitioning: &Partitioning) -> Result<Vec<Option<usize>>, CheckError> {
    let mut owners: Vec<Option<usize>> = vec![None; graph.items().len()];
    for (unit, id) in lists(partitioning, |unit| &unit.defines) {
        if let Some(first) = owners[id.index()].replace(unit) {
            return Err(CheckError::DefinedTwice { item: graph[id].name.clone(), first, second: unit });
        }
    }
    let mut present: Vec<bool> = owners.iter().map(Option::is_some).collect();
    for (unit, id) in lists(partitioning, |unit| &unit.copies) {
        if let Some(owner) = owners[id.index()] {
            let item = graph[id].name.clone();
            return Err(if owner == unit {
                CheckError::SeveralBodies { item, unit }
            } else {
                CheckError::CopyOfDefined { item, unit, owner }
            });
        }
        present[id.index()] = true;
    }
    let is_missing = |id: &ItemId| !present[id.index()] && !partitioning.replaced.contains_key(id);
    match graph.ids().find(is_missing) {
        Some(id) => Err(CheckError::Missing { item: graph[id].name.clone() }),
        None => Ok(owners),
    }
}

/// One list of every unit, with the units' numbers.
fn lists<'a>(
    partitioning: &'a Partitioning,
    list: impl Fn(&'a Unit) -> &'a Vec<ItemId> + Copy + 'a,
) -> impl Iterator<Item = (usize, ItemId)> + 'a {
    let numbered = partitioning.units.iter().enumerate();
    numbered.flat_map(move |(number, unit)| list(unit).iter().map(move |id| (number, *id)))
}

struct Checker<'a> {
    graph: &'a Graph,
    partitioning: &'a Partitioning,
    owners: Vec<Option<usize>>,
    substitutes: Vec<ItemId>,
}

impl Checker<'_> {
    fn name(&self, id: ItemId) -> String {
        self.graph[id].name.clone()
    }

    fn owner(&self, id: ItemId) -> Option<usize> {
        self.owners[id.index()]
    }

    /// Copies and imports are of items that allow it; imports have an owner, in another unit.
    fn bodies(&self) -> Result<(), CheckError> {
        for (unit, id) in lists(self.partitioning, |unit| &unit.copies) {
            if !rules::may_be_copied(&self.graph[id]) {
                return Err(CheckError::ForbiddenCopy { item: self.name(id), unit });
            }
        }
        for (unit, id) in lists(self.partitioning, |unit| &unit.imports) {
            let item = self.name(id);
            match self.owner(id) {
                _ if !rules::may_be_imported(&self.graph[id]) => {
                    return Err(CheckError::ForbiddenImport { item, unit });
                }
                None => return Err(CheckError::ImportWithoutOwner { item, unit }),
                Some(owner) if owner == unit => return Err(CheckError::SeveralBodies { item, unit }),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Each group is defined in one unit. (Its items cannot be copied, so each has an owner.)
    fn groups(&self) -> Result<(), CheckError> {
        let mut first: BTreeMap<GroupId, (ItemId, usize)> = BTreeMap::new();
        for id in self.graph.ids() {
            let (Some(group), Some(unit)) = (self.graph[id].group, self.owner(id)) else { continue };
            let (other, other_unit) = *first.entry(group).or_insert((id, unit));
            if unit != other_unit {
                let (item, other) = (self.name(id), self.name(other));
                return Err(CheckError::DividedGroup { item, unit, other, other_unit });
            }
        }
        Ok(())
    }

    /// Local symbols of the assembly are in unit 0, where the assembly is.
    fn assembly(&self) -> Result<(), CheckError> {
        for id in self.graph.ids().filter(|id| rules::follows_assembly(&self.graph[*id])) {
            if let Some(unit) = self.owner(id).filter(|unit| *unit != 0) {
                return Err(CheckError::AwayFromAssembly { item: self.name(id), unit });
            }
        }
        Ok(())
    }

    /// Every reference is answered, always-inline functions are where they are called, promotion is exactly where it
    /// is needed, and no body is there for nothing.
    fn references(&self) -> Result<(), CheckError> {
        let mut needed = vec![false; self.graph.items().len()];
        let mut present = vec![usize::MAX; self.graph.items().len()];
        let mut used = vec![usize::MAX; self.graph.items().len()];
        for (number, unit) in self.partitioning.units.iter().enumerate() {
            bodies(unit).for_each(|id| present[id.index()] = number);
            for id in &unit.imports {
                self.need(*id, number, &mut needed)?;
            }
            for user in bodies(unit) {
                for edge in self.graph.uses(*user) {
                    let edge = &Edge { to: self.substitutes[edge.to.index()], ..*edge };
                    used[edge.to.index()] = number;
                    if present[edge.to.index()] != number {
                        self.reference(*user, edge, number)?;
                        self.need(edge.to, number, &mut needed)?;
                    }
                }
            }
            if let Some(id) = unit.imports.iter().chain(&unit.copies).find(|id| used[id.index()] != number) {
                return Err(CheckError::UnusedBody { item: self.name(*id), unit: number });
            }
        }
        match self.partitioning.promoted.iter().find(|id| !needed[id.index()]) {
            Some(id) => Err(CheckError::NeedlessPromotion { item: self.name(*id) }),
            None => Ok(()),
        }
    }

    /// A reference to an item without a body in the unit: it needs an owner, and must not be a call to be inlined.
    fn reference(&self, user: ItemId, edge: &Edge, unit: usize) -> Result<(), CheckError> {
        if edge.has_calls() && rules::must_be_inlined(&self.graph[edge.to]) {
            return Err(CheckError::NotInlinable { item: self.name(edge.to), caller: self.name(user), unit });
        }
        match self.owner(edge.to) {
            Some(_) => Ok(()),
            None => Err(CheckError::Unresolved { item: self.name(edge.to), user: self.name(user), unit }),
        }
    }

    /// Unit `unit` needs the symbol of an item of another unit: if the item is local, it has to be promoted.
    fn need(&self, id: ItemId, unit: usize, needed: &mut [bool]) -> Result<(), CheckError> {
        let Some(owner) = self.owner(id).filter(|_| self.graph[id].linkage.is_local()) else { return Ok(()) };
        needed[id.index()] = true;
        if self.partitioning.promoted.contains(&id) {
            return Ok(());
        }
        Err(CheckError::NotPromoted { item: self.name(id), unit, owner })
    }
}

#[cfg(test)]
mod tests;
