//! One test per rule: a valid partitioning, broken in one way, is rejected for that reason.

use super::{CheckError, check};
use crate::graph::{BodyId, GroupId, InlineAttribute, Item, ItemId};
use crate::partitioning::{Partitioning, Unit};
use crate::testing::{Builder, constant, function, variable, visible};

/// Items of the sample module, by id.
const MAIN: ItemId = ItemId(0);
const OTHER: ItemId = ItemId(1);
const SMALL: ItemId = ItemId(2);
const LARGE: ItemId = ItemId(3);
const TEXT: ItemId = ItemId(4);
const STATE: ItemId = ItemId(5);
const ALWAYS: ItemId = ItemId(6);
const NAMED: ItemId = ItemId(7);
const HELPER: ItemId = ItemId(8);
const GROUPED: [ItemId; 2] = [ItemId(9), ItemId(10)];
/// A function with the body of `large` that nobody uses any more.
const TWIN: ItemId = ItemId(11);

/// `main` and `other` both use everything; only `large` uses `helper`.
fn module() -> Builder {
    let mut module = Builder::new();
    let grouped = |name| Item { group: Some(GroupId(0)), ..visible(name, 5) };
    let items = [
        visible("main", 100),
        visible("other", 90),
        function("small", 5),
        Item { body: Some(BodyId(1)), ..function("large", 500) },
        constant("text", 8),
        variable("state", 8),
        Item { inline: InlineAttribute::Always, ..function("always", 50) },
        Item { named_by_asm: true, ..function("named", 7) },
        function("helper", 300),
        grouped("first"),
        grouped("second"),
        Item { body: Some(BodyId(1)), ..function("twin", 500) },
    ];
    items.into_iter().for_each(|item| _ = module.add(item));
    for user in [MAIN, OTHER] {
        [SMALL, LARGE, ALWAYS].into_iter().for_each(|used| module.call(user, used));
        [TEXT, STATE].into_iter().for_each(|used| module.refer(user, used));
    }
    module.call(LARGE, HELPER);
    module.has_asm = true;
    module
}

/// A valid partitioning: unit 1 imports `large` from unit 0.
fn valid() -> Partitioning {
    let shared = vec![SMALL, TEXT, ALWAYS];
    let first = vec![MAIN, LARGE, STATE, NAMED, HELPER, GROUPED[0], GROUPED[1]];
    let units = vec![
        Unit { defines: first, imports: vec![], copies: shared.clone() },
        Unit { defines: vec![OTHER], imports: vec![LARGE], copies: shared },
    ];
    Partitioning { units, promoted: [LARGE, STATE, HELPER].into(), replaced: [(TWIN, LARGE)].into() }
}

/// What the checker says once `change` is made to the valid partitioning.
fn after(change: impl FnOnce(&mut Partitioning)) -> CheckError {
    let mut partitioning = valid();
    change(&mut partitioning);
    check(&module().graph(), &partitioning).expect_err("the change breaks a rule")
}

fn remove(list: &mut Vec<ItemId>, id: ItemId) {
    list.retain(|other| *other != id);
}

fn insert(list: &mut Vec<ItemId>, id: ItemId) {
    list.push(id);
    list.sort_unstable();
}

/// Moves an item's definition from unit 0 to unit 1.
fn relocate(partitioning: &mut Partitioning, id: ItemId) {
    remove(&mut partitioning.units[0].defines, id);
    insert(&mut partitioning.units[1].defines, id);
}

#[test]
fn the_sample_is_valid() {
    assert_eq!(check(&module().graph(), &valid()), Ok(()));
}

#[test]
fn an_empty_module_is_one_empty_unit() {
    let one =
        |units| Partitioning { units: vec![Unit::default(); units], promoted: [].into(), ..Partitioning::default() };
    let graph = Builder::new().graph();
    assert_eq!(check(&graph, &one(0)), Err(CheckError::NoUnits));
    assert_eq!(check(&graph, &one(1)), Ok(()));
    assert_eq!(check(&graph, &one(2)), Err(CheckError::EmptyUnit { unit: 1 }));
}

#[test]
fn no_unit_is_empty() {
    assert_eq!(after(|p| p.units.push(Unit::default())), CheckError::EmptyUnit { unit: 2 });
}

#[test]
fn ids_are_those_of_the_graph() {
    let in_unit = after(|p| p.units[1].copies.push(ItemId(99)));
    assert_eq!(in_unit, CheckError::UnknownItem { place: "unit 1".into(), id: 99, items: 12 });
    let promoted = after(|p| _ = p.promoted.insert(ItemId(99)));
    assert!(matches!(promoted, CheckError::UnknownItem { id: 99, .. }));
}

#[test]
fn lists_are_ordered_without_repetition() {
    let swapped = after(|p| p.units[0].defines.swap(0, 1));
    assert_eq!(swapped, CheckError::Unordered { item: "main".into(), unit: 0 });
    let repeated = after(|p| p.units[1].imports.push(LARGE));
    assert_eq!(repeated, CheckError::Unordered { item: "large".into(), unit: 1 });
}

#[test]
fn a_unit_has_one_body_of_an_item() {
    let copied = after(|p| insert(&mut p.units[0].defines, SMALL));
    assert_eq!(copied, CheckError::SeveralBodies { item: "small".into(), unit: 0 });
    let imported = after(|p| p.units[0].imports.push(LARGE));
    assert_eq!(imported, CheckError::SeveralBodies { item: "large".into(), unit: 0 });
}

#[test]
fn an_item_has_one_owner() {
    let twice = after(|p| insert(&mut p.units[1].defines, STATE));
    assert_eq!(twice, CheckError::DefinedTwice { item: "state".into(), first: 0, second: 1 });
}

#[test]
fn no_item_is_missing() {
    let missing = after(|p| remove(&mut p.units[0].defines, HELPER));
    assert_eq!(missing, CheckError::Missing { item: "helper".into() });
}

#[test]
fn a_copied_item_has_no_owner() {
    let both = after(|p| {
        remove(&mut p.units[0].copies, SMALL);
        insert(&mut p.units[0].defines, SMALL);
    });
    assert_eq!(both, CheckError::CopyOfDefined { item: "small".into(), unit: 1, owner: 0 });
}

#[test]
fn only_what_may_be_copied_is_copied() {
    let copied = after(|p| {
        remove(&mut p.units[0].defines, STATE);
        p.units.iter_mut().for_each(|unit| insert(&mut unit.copies, STATE));
    });
    assert_eq!(copied, CheckError::ForbiddenCopy { item: "state".into(), unit: 0 });
}

#[test]
fn only_what_may_be_imported_is_imported() {
    let imported = after(|p| insert(&mut p.units[1].imports, STATE));
    assert_eq!(imported, CheckError::ForbiddenImport { item: "state".into(), unit: 1 });
}

#[test]
fn an_import_has_an_owner() {
    let imported = after(|p| {
        remove(&mut p.units[1].copies, SMALL);
        insert(&mut p.units[1].imports, SMALL);
    });
    assert_eq!(imported, CheckError::ImportWithoutOwner { item: "small".into(), unit: 1 });
}

#[test]
fn no_body_is_there_for_nothing() {
    let unused = after(|p| p.units[1].imports.insert(0, MAIN));
    assert_eq!(unused, CheckError::UnusedBody { item: "main".into(), unit: 1 });
}

#[test]
fn every_reference_is_answered() {
    let dangling = after(|p| remove(&mut p.units[1].copies, TEXT));
    assert_eq!(dangling, CheckError::Unresolved { item: "text".into(), user: "other".into(), unit: 1 });
}

#[test]
fn a_local_item_that_another_unit_needs_is_promoted() {
    let referred = after(|p| _ = p.promoted.remove(&STATE));
    assert_eq!(referred, CheckError::NotPromoted { item: "state".into(), unit: 1, owner: 0 });
    let imported = after(|p| _ = p.promoted.remove(&LARGE));
    assert_eq!(imported, CheckError::NotPromoted { item: "large".into(), unit: 1, owner: 0 });
    let by_import = after(|p| _ = p.promoted.remove(&HELPER));
    assert_eq!(by_import, CheckError::NotPromoted { item: "helper".into(), unit: 1, owner: 0 });
}

#[test]
fn nothing_else_is_promoted() {
    for id in [NAMED, MAIN, SMALL] {
        let item = module().graph()[id].name.clone();
        assert_eq!(after(|p| _ = p.promoted.insert(id)), CheckError::NeedlessPromotion { item });
    }
}

#[test]
fn groups_stay_together() {
    let divided = after(|p| relocate(p, GROUPED[1]));
    let (item, other) = ("second".into(), "first".into());
    assert_eq!(divided, CheckError::DividedGroup { item, unit: 1, other, other_unit: 0 });
}

#[test]
fn local_symbols_of_the_assembly_are_in_unit_0() {
    assert_eq!(after(|p| relocate(p, NAMED)), CheckError::AwayFromAssembly { item: "named".into(), unit: 1 });
}

#[test]
fn always_inline_functions_are_where_they_are_called() {
    let absent = after(|p| remove(&mut p.units[1].copies, ALWAYS));
    assert_eq!(absent, CheckError::NotInlinable { item: "always".into(), caller: "other".into(), unit: 1 });
    let mut dead = Builder::new();
    let always = dead.add(Item { inline: InlineAttribute::Always, ..function("always", 50) });
    let (user, other) = (dead.add(visible("user", 9)), dead.add(visible("other", 9)));
    dead.dead_call(user, always);
    let unit = |defines| Unit { defines, ..Unit::default() };
    let units = vec![unit(vec![always, other]), unit(vec![user])];
    let partitioning = Partitioning { units, promoted: [always].into(), ..Partitioning::default() };
    let error = CheckError::NotInlinable { item: "always".into(), caller: "user".into(), unit: 1 };
    assert_eq!(check(&dead.graph(), &partitioning), Err(error), "a dead call is one for those who do not see it");
}

#[test]
fn only_functions_with_the_same_body_stand_for_each_other() {
    let forbidden = |substitute| after(|p| p.replaced = [(TWIN, substitute)].into());
    let error =
        |substitute: &str| CheckError::ForbiddenReplacement { item: "twin".into(), substitute: substitute.into() };
    assert_eq!([forbidden(SMALL), forbidden(TWIN)], [error("small"), error("twin")]);
}

#[test]
fn what_has_an_identity_is_not_replaced() {
    let mut module = Builder::new();
    let body = |item: Item| Item { body: Some(BodyId(1)), ..item };
    let (first, seen) = (module.add(body(function("first", 9))), module.add(body(visible("seen", 9))));
    let unit = Unit { defines: vec![first], ..Unit::default() };
    let replaced = Partitioning { units: vec![unit], replaced: [(seen, first)].into(), ..Partitioning::default() };
    let error = check(&module.graph(), &replaced).expect_err("other crates may use it");
    assert!(matches!(error, CheckError::ForbiddenReplacement { .. }), "{error}");
}

#[test]
fn what_is_replaced_has_no_body() {
    let error = CheckError::BodyOfReplaced { item: "twin".into(), unit: 1 };
    assert_eq!(after(|p| insert(&mut p.units[1].defines, TWIN)), error);
}

#[test]
fn what_is_not_replaced_has_a_body() {
    assert_eq!(after(|p| p.replaced.clear()), CheckError::Missing { item: "twin".into() });
}

#[test]
fn users_of_a_replaced_function_need_the_one_that_stands_for_it() {
    let mut module = module();
    module.call(OTHER, TWIN);
    let graph = module.graph();
    assert_eq!(check(&graph, &valid()), Ok(()));
    let mut partitioning = valid();
    partitioning.promoted.remove(&LARGE);
    let error = check(&graph, &partitioning).expect_err("unit 1 cannot see it");
    assert_eq!(error, CheckError::NotPromoted { item: "large".into(), unit: 1, owner: 0 });
}
