//! The rules for items that stable Rust cannot write down, each on a module in IR, split by hand.

mod common;

use std::collections::BTreeMap;

use common::{compile, compile_at, id, join, module, partitioning, read, symbols, unit};
use pcg_llvm_backend::{CompileOptions, Error, OptLevel, Settings, Wanted, Workers, compile_units, tokens};
use pcg_partition::ItemId;

const GLOBAL: (bool, bool) = (true, true);
const LOCAL: (bool, bool) = (false, true);
const UNDEFINED: (bool, bool) = (true, false);

#[test]
fn a_promoted_function_is_hidden_between_units_and_local_after_the_join() {
    let module = module(
        "define void @a() { call void @shared() ret void }
         define void @b() { call void @shared() ret void }
         define internal void @shared() noinline { call void @extern() ret void }
         declare void @extern()",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let units = vec![unit(graph, &["a", "shared"], &[], &[]), unit(graph, &["b"], &[], &[])];
    let parts = partitioning(graph, units, &["shared"]);
    let objects = compile(&parsed, &parts).unwrap();
    assert_eq!(symbols(&objects[0].object)["shared"], GLOBAL);
    assert_eq!(symbols(&objects[1].object)["shared"], UNDEFINED);
    let joined = join(graph, &parts, &objects);
    assert_eq!(joined["shared"], LOCAL);
    assert_eq!((joined["a"], joined["b"], joined["extern"]), (GLOBAL, GLOBAL, UNDEFINED));
}

#[test]
fn an_imported_body_is_emitted_only_by_its_owner() {
    let module = module(
        "define void @a() { call void @b() ret void }
         define void @b() { ret void }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let units = vec![unit(graph, &["a"], &["b"], &[]), unit(graph, &["b"], &[], &[])];
    let parts = partitioning(graph, units, &[]);
    let objects = compile(&parsed, &parts).unwrap();
    assert_ne!(symbols(&objects[0].object).get("b"), Some(&GLOBAL));
    assert_eq!(join(graph, &parts, &objects)["b"], GLOBAL);
}

#[test]
fn what_is_dropped_where_it_is_unused_is_there_for_other_units() {
    let module = module(
        "@table = linkonce_odr unnamed_addr constant i32 7
         define ptr @a() { ret ptr @table }
         define linkonce i32 @b() noinline { ret i32 8 }
         define i32 @c() { %r = call i32 @b() ret i32 %r }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let units = vec![unit(graph, &["a", "b"], &[], &[]), unit(graph, &["c", "table"], &[], &[])];
    let parts = partitioning(graph, units, &[]);
    let objects = compile_at(OptLevel::O3, &parsed, &parts).unwrap();
    let joined = join(graph, &parts, &objects);
    assert_eq!((joined["table"], joined["b"]), (GLOBAL, GLOBAL));
}

#[test]
fn copies_are_local_in_each_unit() {
    let module = module(
        "define ptr @a() { ret ptr @copied }
         define ptr @b() { ret ptr @copied }
         define internal i32 @copied() unnamed_addr { ret i32 7 }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let units = vec![unit(graph, &["a"], &[], &["copied"]), unit(graph, &["b"], &[], &["copied"])];
    let parts = partitioning(graph, units, &[]);
    let objects = compile(&parsed, &parts).unwrap();
    for object in &objects {
        assert_eq!(symbols(&object.object)["copied"], LOCAL);
    }
    assert_eq!(join(graph, &parts, &objects)["copied"], LOCAL);
}

#[test]
fn thread_locals_and_statics_have_one_owner() {
    let module = module(
        "@counter = internal thread_local global i32 5
         @state = internal global i32 6
         define ptr @a() { %p = call ptr @llvm.threadlocal.address.p0(ptr @counter) store i32 1, ptr @state ret ptr %p }
         define ptr @b() { %p = call ptr @llvm.threadlocal.address.p0(ptr @counter) store i32 2, ptr @state ret ptr %p }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    assert!(graph[id(graph, "counter")].thread_local);
    let units = vec![unit(graph, &["a", "counter"], &[], &[]), unit(graph, &["b", "state"], &[], &[])];
    let parts = partitioning(graph, units, &["counter", "state"]);
    let objects = compile(&parsed, &parts).unwrap();
    assert_eq!(symbols(&objects[1].object)["counter"], UNDEFINED);
    let joined = join(graph, &parts, &objects);
    assert_eq!((joined["counter"], joined["state"]), (LOCAL, LOCAL));
}

#[test]
fn used_arrays_are_rebuilt_where_their_elements_are() {
    let module = module(
        "@kept = internal constant i32 1, section \".kept\"
         @llvm.used = appending global [1 x ptr] [ptr @kept], section \"llvm.metadata\"
         define void @a() { ret void }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    assert!(graph[id(graph, "kept")].unique);
    assert!(graph.items().iter().all(|item| item.name != "llvm.used"));
    let units = vec![unit(graph, &["a"], &[], &[]), unit(graph, &["kept"], &[], &[])];
    let parts = partitioning(graph, units, &[]);
    let objects = compile(&parsed, &parts).unwrap();
    assert_eq!(symbols(&objects[1].object)["kept"], LOCAL);
    assert!(!symbols(&objects[0].object).contains_key("kept"));
}

#[test]
fn module_assembly_is_in_the_first_unit_only_and_ties_what_it_names() {
    let module = module(
        "module asm \".globl from_asm\"
         module asm \"from_asm: jmp named\"
         module asm \"local_in_asm: ret\"
         define internal void @named() { ret void }
         @llvm.compiler.used = appending global [1 x ptr] [ptr @named], section \"llvm.metadata\"
         declare void @from_asm()
         declare void @local_in_asm()
         define void @a() { call void @from_asm() ret void }
         define void @b() { call void @local_in_asm() ret void }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    assert!(graph.has_asm);
    assert!(graph[id(graph, "named")].named_by_asm);
    assert!(graph[id(graph, "b")].named_by_asm, "a local symbol of the assembly is reached from its own object only");
    assert!(!graph[id(graph, "a")].named_by_asm);
    let units = vec![unit(graph, &["named", "b"], &[], &[]), unit(graph, &["a"], &[], &[])];
    let parts = partitioning(graph, units, &[]);
    let objects = compile(&parsed, &parts).unwrap();
    assert_eq!(symbols(&objects[0].object)["from_asm"], GLOBAL);
    assert_eq!(symbols(&objects[1].object)["from_asm"], UNDEFINED);
    assert_eq!(join(graph, &parts, &objects)["named"], LOCAL);
}

#[test]
fn groups_hold_aliases_ifuncs_comdats_and_block_addresses() {
    let module = module(
        "$group = comdat any
         @in_comdat = linkonce_odr global i32 1, comdat($group)
         define linkonce_odr void @in_comdat_too() comdat($group) { ret void }
         define void @target() { ret void }
         @other_name = alias void (), ptr @target
         define ptr @resolver() { ret ptr @target }
         @indirect = ifunc void (), ptr @resolver
         define ptr @with_blocks() { br label %next
         next: ret ptr blockaddress(@with_blocks, %next) }
         define ptr @takes_block() { ret ptr blockaddress(@with_blocks, %next) }
         define void @alone() { ret void }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let group = |name: &str| graph[id(graph, name)].group;
    assert!(group("in_comdat").is_some());
    assert_eq!(group("in_comdat"), group("in_comdat_too"));
    assert_eq!(group("other_name"), group("target"));
    assert_eq!(group("indirect"), group("resolver"));
    assert_eq!(group("takes_block"), group("with_blocks"));
    assert!(group("with_blocks").is_some());
    assert_ne!(group("in_comdat"), group("target"));
    assert_eq!(group("alone"), None);
    let grouped =
        |unit: usize| -> Vec<ItemId> { graph.ids().filter(|id| (graph[*id].name == "alone") == (unit == 1)).collect() };
    let names: Vec<Vec<&str>> =
        (0..2).map(|unit| grouped(unit).into_iter().map(|id| graph[id].name.as_str()).collect()).collect();
    let units = names.iter().map(|names| unit(graph, names, &[], &[])).collect();
    let parts = partitioning(graph, units, &[]);
    let objects = compile(&parsed, &parts).unwrap();
    let joined = join(graph, &parts, &objects);
    assert_eq!((joined["other_name"], joined["indirect"], joined["in_comdat_too"]), (GLOBAL, GLOBAL, GLOBAL));
}

#[test]
fn an_alias_of_another_unit_is_a_declaration() {
    let module = module(
        "define void @target() { ret void }
         @other_name = alias void (), ptr @target
         define void @caller() { call void @other_name() ret void }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let units = vec![unit(graph, &["target", "other_name"], &[], &[]), unit(graph, &["caller"], &[], &[])];
    let parts = partitioning(graph, units, &[]);
    let objects = compile(&parsed, &parts).unwrap();
    assert_eq!(symbols(&objects[1].object)["other_name"], UNDEFINED);
    assert_eq!(join(graph, &parts, &objects)["other_name"], GLOBAL);
}

#[test]
fn weak_items_keep_their_linkage() {
    let module = module(
        "define weak void @weak() { ret void }
         @maybe = extern_weak global i32
         define ptr @a() { call void @weak() ret ptr @maybe }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let units = vec![unit(graph, &["a"], &[], &[]), unit(graph, &["weak"], &[], &[])];
    let parts = partitioning(graph, units, &[]);
    let objects = compile(&parsed, &parts).unwrap();
    assert_eq!(symbols(&objects[0].object)["weak"], UNDEFINED);
    let file = object::File::parse(&*objects[1].object).unwrap();
    assert!(object::Object::symbol_by_name(&file, "weak").is_some_and(|symbol| object::ObjectSymbol::is_weak(&symbol)));
}

#[test]
fn an_item_that_a_unit_cannot_reach_is_refused() {
    let module = module(
        "define void @a() { call void @shared() ret void }
         define void @b() { call void @shared() ret void }
         define internal void @shared() { ret void }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    // The checker would refuse this; the back end does not rely on it.
    let parts = pcg_partition::Partitioning {
        units: vec![unit(graph, &["a", "shared"], &[], &[]), unit(graph, &["b"], &[], &[])],
        ..Default::default()
    };
    let error = compile(&parsed, &parts).unwrap_err();
    assert!(matches!(error, Error::Unit { stage: "loaded", .. }), "{error}");
    assert!(error.to_string().contains("shared"), "{error}");
}

#[test]
fn inlined_call_sites_are_recorded_if_asked_for() {
    let module = module(
        "define i32 @caller(i32 %x) { %y = call i32 @callee(i32 %x) ret i32 %y }
         define internal i32 @callee(i32 %x) { %y = add i32 %x, 1 ret i32 %y }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let parts = partitioning(graph, vec![unit(graph, &["caller", "callee"], &[], &[])], &[]);
    let settings = Settings { opt_level: OptLevel::O2, ..Settings::default() };
    let workers = Workers::new(tokens::from_environment_or(1), 1);
    let inlined = |record_inlined: bool| {
        let options = CompileOptions { record_inlined, ..CompileOptions::default() };
        let units = compile_units(&parsed, &parts, &settings, &workers, &options).unwrap();
        units.into_iter().flat_map(|unit| unit.inlined).collect::<Vec<_>>()
    };
    assert_eq!(inlined(true), [("caller".to_owned(), "callee".to_owned())]);
    assert!(inlined(false).is_empty());
}

#[test]
fn one_unit_is_the_same_whether_its_module_was_read_for_the_graph_or_is_read_again() {
    // To fold the comparison, an expression is made that refers to `same`.
    let ir = "@table = internal constant [1 x ptr] [ptr @same]
         define i64 @f() {
           %x = load i64, ptr @table
           %is = icmp ne i64 %x, 0
           br i1 %is, label %yes, label %no
         yes:
           %y = call i64 @same(i64 %x)
           ret i64 %y
         no:
           ret i64 0
         }
         define internal i64 @same(i64 %x) { %y = add i64 %x, 1 ret i64 %y }";
    let module = module(ir);
    let with = |wanted: Wanted| read(&module, wanted).unwrap();
    let parsed = with(Wanted::default());
    let parts = partitioning(&parsed.graph, vec![unit(&parsed.graph, &["f", "same", "table"], &[], &[])], &[]);
    let [first, again, searched] = [&parsed, &parsed, &with(Wanted { promises: true, ..Wanted::default() })]
        .map(|module| compile_at(OptLevel::O2, module, &parts).unwrap().remove(0));
    assert_eq!(first.object, again.object);
    assert_eq!(first.object, searched.object);
    // What a search has noted in the module that it went through is not in the unit.
    assert_eq!(again.bitcode, searched.bitcode);
}

/// The symbols of two units after their join. The second one inlines `shared` and `inner` of the first one, which also
/// has `more`.
fn symbols_after_inlining(more: &str, defined_by_it: &[&str]) -> BTreeMap<String, (bool, bool)> {
    let module = module(&format!(
        "define void @a() {{ call void @extern(i32 1) ret void }}
         define void @b() {{ call void @shared() ret void }}
         define internal void @shared() {{ call void @inner() ret void }}
         define internal void @inner() {{ call void @extern(i32 2) ret void }}
         declare void @extern(i32)
         {more}"
    ));
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let first = [&["a", "shared", "inner"], defined_by_it].concat();
    let units = vec![unit(graph, &first, &[], &[]), unit(graph, &["b"], &["shared", "inner"], &[])];
    let parts = partitioning(graph, units, &["shared", "inner"]);
    let objects = compile_at(OptLevel::O2, &parsed, &parts).unwrap();
    let alone = symbols(&objects[0].object);
    assert_eq!((alone["shared"], alone["inner"]), (GLOBAL, GLOBAL));
    join(graph, &parts, &objects)
}

#[test]
fn promoted_functions_that_nothing_refers_to_are_left_out_of_the_join() {
    let joined = symbols_after_inlining("", &[]);
    assert_eq!(joined.keys().collect::<Vec<_>>(), ["a", "b", "extern", "test.0-cgu.0"]);
}

#[test]
fn a_promoted_function_in_a_table_stays() {
    let joined = symbols_after_inlining("@table = constant ptr @inner", &["table"]);
    assert_eq!(joined["inner"], LOCAL);
    assert!(!joined.contains_key("shared"));
}

#[test]
fn a_promoted_function_that_is_called_stays() {
    let joined = symbols_after_inlining(
        "define void @c() { call void @inner() noinline call void @extern(i32 3) ret void }",
        &["c"],
    );
    assert_eq!(joined["inner"], LOCAL);
    assert!(!joined.contains_key("shared"));
}

#[test]
fn what_only_a_promoted_function_calls_stays_with_it() {
    let of = |more: &str, names: &[&str]| {
        let module = module(&format!(
            "define void @b() {{ call void @shared(i1 false) ret void }}
             define internal void @shared(i1 %far) {{
               br i1 %far, label %yes, label %no
             yes:
               call void @inner()
               ret void
             no:
               ret void
             }}
             define internal void @inner() noinline {{ call void @extern() ret void }}
             declare void @extern()
             {more}"
        ));
        let parsed = read(&module, Wanted::default()).unwrap();
        let graph = &parsed.graph;
        let first = [&["shared", "inner"], names].concat();
        let units = vec![unit(graph, &first, &[], &[]), unit(graph, &["b"], &["shared"], &[])];
        let parts = partitioning(graph, units, &["shared", "inner"]);
        join(graph, &parts, &compile_at(OptLevel::O2, &parsed, &parts).unwrap())
    };
    let with_table = of("@table = constant ptr @shared", &["table"]);
    assert_eq!((with_table["shared"], with_table["inner"]), (LOCAL, LOCAL));
    let without = of("", &[]);
    assert!(!without.contains_key("shared") && !without.contains_key("inner"));
}

#[test]
fn a_promoted_function_beside_others_in_a_section_stays() {
    let joined = symbols_after_inlining("define void @c() section \".text.inner\" { ret void }", &["c"]);
    assert_eq!(joined["inner"], LOCAL);
}
