//! pcg's own strategy: a unit has every body that LLVM would inline in it, and nothing else twice.
//!
//! 1. **Roles** ([`roles`]): local functions that the forecast sees inlined everywhere are copied to where they are
//!    used; other functions that get inlined have an owner and are offered to their other callers; the rest has an
//!    owner.
//! 2. **Clusters** ([`clusters`], [`chains`], [`ties`]): items with owners are merged as long as a cluster stays small
//!    beside a unit: a local function with its only user first, then by the work that cutting between two clusters would
//!    cost.
//! 3. **Packing** ([`packing`], [`needs`], [`loads`]): heaviest cluster first, each goes where `makespan + copies` grows least, and
//!    clusters move while the same objective falls; then again with smaller clusters.
//!
//! The graph is cut where one unit would keep a call anyway: at visible functions, at functions whose address is
//! taken, at large functions with several callers.

mod chains;
mod clusters;
mod lists;
mod loads;
mod needs;
mod packing;
mod roles;
#[cfg(test)]
mod testing;
mod ties;

use crate::assignment::{Assignment, Place};
use crate::strategy::Problem;
use needs::Reach;
use roles::{Role, Roles};

pub(super) fn assign(problem: &Problem<'_>) -> Assignment {
    let roles = Roles::new(problem);
    let reach = Reach::new(problem.graph, &roles);
    let units = packing::pack(problem, &roles, &reach, &clusters::levels(problem, &roles, &reach));
    let mut assignment = Assignment::new(problem.graph, problem.units);
    for id in problem.graph.ids() {
        match roles.of(id) {
            Role::Copied => assignment.places[id.index()] = Place::WhereUsed,
            role => assignment.offers[id.index()] = role.offer(),
        }
        if let Some(unit) = units[id.index()] {
            assignment.places[id.index()] = Place::Unit(unit);
        }
    }
    assignment
}

#[cfg(test)]
mod tests {
    use crate::graph::{Item, ItemId};
    use crate::partitioning::{Partitioning, Unit};
    use crate::testing::{Builder, constant, function, visible};
    use crate::{Strategy, partition};

    fn cut(module: &Builder, units: usize) -> Partitioning {
        partition(&module.graph(), Strategy::Inline, units).expect("the strategy's answers are valid")
    }

    fn unit_of(partitioning: &Partitioning, id: ItemId) -> &Unit {
        partitioning.units.iter().find(|unit| unit.defines.contains(&id)).expect("the item has an owner")
    }

    /// `count` visible functions of the same size.
    fn crowd(module: &mut Builder, count: usize) -> Vec<ItemId> {
        (0..count).map(|number| module.add(visible(&format!("f{number}"), 1000))).collect()
    }

    #[test]
    fn small_local_functions_are_copied_and_not_promoted() {
        let mut module = Builder::new();
        let small = module.add(function("small", 20));
        crowd(&mut module, 4).into_iter().for_each(|user| module.call(user, small));
        let found = cut(&module, 2);
        assert!(found.units.iter().all(|unit| unit.copies == [small]));
        assert!(found.promoted.is_empty());
    }

    #[test]
    fn large_local_functions_have_one_owner() {
        let mut module = Builder::new();
        let large = module.add(function("large", 1000));
        crowd(&mut module, 8).into_iter().for_each(|user| module.call(user, large));
        let found = cut(&module, 2);
        assert!(unit_of(&found, large).defines.len() < 9);
        assert!(found.units.iter().all(|unit| unit.copies.is_empty() && unit.imports.is_empty()));
        assert!(found.promoted.contains(&large));
    }

    #[test]
    fn small_visible_functions_are_imported_where_they_are_called() {
        let mut module = Builder::new();
        let small = module.add(visible("small", 20));
        crowd(&mut module, 4).into_iter().for_each(|user| module.call(user, small));
        let found = cut(&module, 2);
        let bodies = |unit: &Unit| unit.defines.contains(&small) || unit.imports == [small];
        assert!(found.units.iter().all(bodies));
    }

    #[test]
    fn what_is_called_once_is_imported_with_its_caller() {
        let mut module = Builder::new();
        let (outer, inner) = (module.add(visible("outer", 200)), module.add(visible("inner", 200)));
        module.call(outer, inner);
        crowd(&mut module, 8).into_iter().for_each(|user| module.call(user, outer));
        let found = cut(&module, 4);
        let has = |unit: &Unit, id| unit.defines.contains(&id) || unit.imports.contains(&id);
        assert!(found.units.iter().all(|unit| has(unit, outer) && has(unit, inner)), "{found:?}");
    }

    #[test]
    fn small_functions_whose_address_is_taken_are_not_emitted_twice() {
        let mut module = Builder::new();
        let small = module.add(function("small", 20));
        for user in crowd(&mut module, 4) {
            module.call(user, small);
            module.refer(user, small);
        }
        assert!(cut(&module, 2).units.iter().all(|unit| unit.copies.is_empty()));
    }

    #[test]
    fn a_local_function_is_with_its_only_caller() {
        let mut module = Builder::new();
        let users = crowd(&mut module, 40);
        let pairs: Vec<(ItemId, ItemId)> =
            users.iter().map(|user| (*user, module.add(function(&format!("local{}", user.0), 500)))).collect();
        pairs.iter().for_each(|(user, local)| module.call(*user, *local));
        let found = cut(&module, 4);
        assert_eq!(found.units.len(), 4);
        assert!(pairs.iter().all(|(user, local)| unit_of(&found, *user).defines.contains(local)));
        assert!(found.promoted.is_empty());
    }

    #[test]
    fn an_only_call_that_gets_inlined_may_fill_a_unit() {
        assert!(stay_together(|module, user| {
            let local = module.add(function(&format!("local{}", user.0), 900));
            module.call(user, local);
            local
        }));
    }

    #[test]
    fn an_only_call_is_not_lost_where_its_caller_has_copies() {
        let mut module = Builder::new();
        let (wrapper, inner) = (module.add(function("wrapper", 20)), module.add(function("inner", 120)));
        module.call(wrapper, inner);
        crowd(&mut module, 4).into_iter().for_each(|user| module.call(user, wrapper));
        let found = cut(&module, 2);
        assert!(found.units.iter().all(|unit| unit.copies == [inner]), "{found:?}");
    }

    /// Eight functions, each with what `local` makes for it and calls, and with a neighbour that draws the two apart.
    /// Whether each is with what was made for it.
    fn stay_together(local: impl Fn(&mut Builder, ItemId) -> ItemId) -> bool {
        let mut module = Builder::new();
        let users = crowd(&mut module, 8);
        let locals: Vec<ItemId> = users.iter().map(|user| local(&mut module, *user)).collect();
        for (index, local) in locals.iter().enumerate() {
            let helper = module.add(function(&format!("helper{index}"), 60));
            module.call(*local, helper);
            module.call(users[(index + 1) % 8], helper);
        }
        let found = cut(&module, 8);
        users.iter().zip(&locals).all(|(user, local)| unit_of(&found, *user).defines.contains(local))
    }

    #[test]
    fn an_only_call_is_not_lost_in_a_cycle() {
        assert!(stay_together(|module, user| {
            let local = module.add(function(&format!("local{}", user.0), 900));
            module.call(user, local);
            module.call(local, user);
            local
        }));
    }

    #[test]
    fn the_only_call_from_outside_of_a_function_that_calls_itself_is_not_lost() {
        assert!(stay_together(|module, user| {
            let local = module.add(function(&format!("local{}", user.0), 900));
            module.call(user, local);
            module.call(local, local);
            local
        }));
    }

    #[test]
    fn an_only_call_by_what_others_have_bodies_of_is_not_lost() {
        assert!(stay_together(|module, user| {
            let local = module.add(function(&format!("local{}", user.0), 900));
            let between = module.add(function(&format!("between{}", user.0), 20));
            module.call(user, between);
            module.call(between, local);
            module.call(local, user);
            local
        }));
    }

    #[test]
    fn an_only_call_that_is_inlined_may_make_a_unit_larger_than_others() {
        let mut module = Builder::new();
        crowd(&mut module, 4);
        let (user, local) = (module.add(visible("user", 2500)), module.add(function("local", 1800)));
        module.call(user, local);
        let found = cut(&module, 4);
        assert!(unit_of(&found, user).defines.contains(&local), "{found:?}");
    }

    /// A program: `main` calls each of its commands once, and both are called by nobody else. The functions that are
    /// not in the unit of `main`, when the program is cut into four units.
    fn commands_away_from_main(commands: usize, instructions: u32) -> usize {
        let mut module = Builder::new();
        let main = module.add(visible("main", 100));
        let commands: Vec<ItemId> = (0..commands)
            .map(|number| module.add(Item { cost: instructions, ..function(&format!("command{number}"), instructions) }))
            .collect();
        commands.iter().for_each(|command| module.call(main, *command));
        crowd(&mut module, 20);
        let found = cut(&module, 4);
        let with_main = unit_of(&found, main);
        commands.iter().filter(|command| !with_main.defines.contains(command)).count()
    }

    #[test]
    fn what_would_be_more_than_a_unit_is_cut_where_it_calls_what_is_large() {
        assert!(commands_away_from_main(20, 2000) >= 10);
    }

    #[test]
    fn what_is_short_stays_with_its_only_caller_even_if_that_is_more_than_a_unit() {
        assert_eq!(commands_away_from_main(80, 500), 0);
    }

    #[test]
    fn what_is_as_much_as_any_unit_is_not_cut() {
        assert_eq!(commands_away_from_main(9, 2000), 0);
    }

    #[test]
    fn dead_calls_tie_no_functions_together() {
        let mut module = Builder::new();
        let users = crowd(&mut module, 8);
        for (index, user) in users.iter().enumerate() {
            let local = module.add(function(&format!("local{index}"), 900));
            module.call(*user, local);
            module.dead_call(users[(index + 1) % 8], local);
        }
        assert_eq!(cut(&module, 8).units.len(), 8);
    }

    #[test]
    fn dead_calls_make_no_copies() {
        let mut module = Builder::new();
        let (wrapper, inner) = (module.add(function("wrapper", 20)), module.add(function("inner", 300)));
        let users = crowd(&mut module, 4);
        users.iter().for_each(|user| module.call(*user, wrapper));
        module.call(users[0], inner);
        module.dead_call(wrapper, inner);
        let found = cut(&module, 2);
        assert!(unit_of(&found, users[0]).defines.contains(&inner), "{found:?}");
    }

    #[test]
    fn methods_that_cost_nothing_are_where_a_vtable_is() {
        let mut module = Builder::new();
        let (vtable, tiny, large) =
            (module.add(constant("vtable", 32)), module.add(function("tiny", 5)), module.add(function("large", 900)));
        module.refer(vtable, tiny);
        module.refer(vtable, large);
        crowd(&mut module, 4).into_iter().for_each(|user| module.refer(user, vtable));
        let found = cut(&module, 2);
        assert!(found.units.iter().all(|unit| unit.defines.contains(&tiny) || unit.imports.contains(&tiny)), "{found:?}");
        assert!(found.units.iter().all(|unit| !unit.imports.contains(&large)));
    }

    #[test]
    fn units_are_balanced() {
        let mut module = Builder::new();
        crowd(&mut module, 64);
        let graph = module.graph();
        let found = crate::statistics(&graph, &cut(&module, 4));
        assert!(found.totals.balance < 1.01, "{}", found.totals.balance);
    }

    #[test]
    fn small_constants_are_copied_and_tables_are_not() {
        let mut module = Builder::new();
        let (text, table) = (module.add(constant("text", 40)), module.add(constant("table", 1 << 16)));
        for user in crowd(&mut module, 4) {
            module.refer(user, text);
            module.refer(user, table);
        }
        let found = cut(&module, 2);
        assert!(found.units.iter().all(|unit| unit.copies == [text]));
        assert!(found.promoted.contains(&table));
    }

    #[test]
    fn what_uses_the_same_small_functions_is_together() {
        let mut module = Builder::new();
        let users = crowd(&mut module, 32);
        for family in 0..4 {
            let helper = module.add(Item { instructions: 30, ..function(&format!("helper{family}"), 30) });
            users.iter().skip(family).step_by(4).for_each(|user| module.call(*user, helper));
        }
        let found = cut(&module, 4);
        assert!(found.units.iter().all(|unit| unit.copies.is_empty()), "{found:?}");
    }

    #[test]
    fn a_table_is_with_the_functions_that_read_it() {
        let mut module = Builder::new();
        let users = crowd(&mut module, 640);
        let tables: Vec<ItemId> = (0..320).map(|n| module.add(constant(&format!("table{n}"), 2000))).collect();
        for (user, number) in users.iter().zip(0..) {
            module.refer(*user, tables[number / 2]);
        }
        // Who shares a small function would be together but for the tables.
        for family in 0..4 {
            let helper = module.add(Item { instructions: 30, ..function(&format!("helper{family}"), 30) });
            users.iter().skip(family).step_by(4).for_each(|user| module.call(*user, helper));
        }
        assert!(cut(&module, 4).promoted.is_empty());
    }
}
