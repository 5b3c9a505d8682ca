//! Functions with the same body: which are found, and what becomes of those that are replaced.

mod common;

use std::collections::BTreeMap;

use common::{compile, compile_at, id, in_unit, join, module, read, unit};
use pcg_llvm_backend::{OptLevel, Wanted};
use pcg_partition::{BodyId, Graph, Partitioning, check};

const BODIES: Wanted = Wanted { sources: false, bodies: true, promises: false, constants: false };

fn graph(ir: &str) -> Graph {
    read(&module(ir), BODIES).expect("the module can be read").graph
}

/// The names of functions by body, those alone left out.
fn classes(graph: &Graph) -> Vec<Vec<&str>> {
    let mut classes: BTreeMap<BodyId, Vec<&str>> = BTreeMap::new();
    for item in graph.items() {
        if let Some(body) = item.body {
            classes.entry(body).or_default().push(&item.name);
        }
    }
    classes.into_values().collect()
}

#[test]
fn functions_with_the_same_body_are_found() {
    let found = graph(
        "define internal i32 @f(i32 %x) unnamed_addr { %y = add i32 %x, 1 ret i32 %y }
         define internal i32 @g(i32 %x) unnamed_addr { %y = add i32 %x, 2 ret i32 %y }
         define internal i32 @h(i32 %x) unnamed_addr { %y = add i32 %x, 1 ret i32 %y }
         define i32 @user(i32 %x) { %a = call i32 @f(i32 %x) %b = call i32 @g(i32 %a) %c = call i32 @h(i32 %b) ret i32 %c }",
    );
    assert_eq!(classes(&found), [["f", "h"]]);
}

#[test]
fn functions_that_use_twins_are_twins() {
    let found = graph(
        "define internal i32 @top1(i32 %x) unnamed_addr { %y = call i32 @mid1(i32 %x) ret i32 %y }
         define internal i32 @top2(i32 %x) unnamed_addr { %y = call i32 @mid2(i32 %x) ret i32 %y }
         define internal i32 @mid1(i32 %x) unnamed_addr { %y = call i32 @leaf1(i32 %x) ret i32 %y }
         define internal i32 @mid2(i32 %x) unnamed_addr { %y = call i32 @leaf2(i32 %x) ret i32 %y }
         define internal i32 @leaf1(i32 %x) unnamed_addr { %y = mul i32 %x, 3 ret i32 %y }
         define internal i32 @leaf2(i32 %x) unnamed_addr { %y = mul i32 %x, 3 ret i32 %y }",
    );
    let mut found = classes(&found);
    found.sort();
    assert_eq!(found, [["leaf1", "leaf2"], ["mid1", "mid2"], ["top1", "top2"]]);
}

#[test]
fn functions_that_call_themselves_can_be_twins() {
    let body = |name: &str| {
        format!("define internal i32 @{name}(i32 %x) unnamed_addr {{ %y = call i32 @{name}(i32 %x) ret i32 %y }}\n")
    };
    assert_eq!(classes(&graph(&(body("f") + &body("g")))), [["f", "g"]]);
}

#[test]
fn what_differs_in_anything_that_llvm_looks_at_is_no_twin() {
    for other in [
        "define internal i32 @g(i32 %x) unnamed_addr noinline { %y = load i32, ptr @v ret i32 %y }",
        "define internal i32 @g(i32 noundef %x) unnamed_addr { %y = load i32, ptr @v ret i32 %y }",
        "define internal fastcc i32 @g(i32 %x) unnamed_addr { %y = load i32, ptr @v ret i32 %y }",
        "define internal i32 @g(i32 %x) unnamed_addr { %y = load i32, ptr @w ret i32 %y }",
        "define internal i32 @g(i32 %x) unnamed_addr { %y = load volatile i32, ptr @v ret i32 %y }",
        "define internal i32 @g(i32 %x) unnamed_addr { %y = load i32, ptr @v, align 1 ret i32 %y }",
        "define internal i32 @g(i32 %x) unnamed_addr { %y = load i32, ptr @v, !range !0 ret i32 %y }",
        "define internal i64 @g(i32 %x) unnamed_addr { %y = load i64, ptr @v ret i64 %y }",
    ] {
        let found = graph(&format!(
            "@v = external global i32
             @w = external global i32
             define internal i32 @f(i32 %x) unnamed_addr {{ %y = load i32, ptr @v ret i32 %y }}
             {other}
             !0 = !{{i32 0, i32 9}}"
        ));
        assert!(classes(&found).is_empty(), "{other}");
    }
}

#[test]
fn what_somebody_can_tell_apart_is_no_twin() {
    for other in [
        "define i32 @g() unnamed_addr { ret i32 7 }",
        "define internal i32 @g() { ret i32 7 }",
        "define internal i32 @g() local_unnamed_addr { ret i32 7 }",
        "define weak i32 @g() unnamed_addr { ret i32 7 }",
        "define internal i32 @g() unnamed_addr section \"mine\" { ret i32 7 }",
        "$g = comdat any
         define internal i32 @g() unnamed_addr comdat { ret i32 7 }",
        "@llvm.used = appending global [1 x ptr] [ptr @g], section \"llvm.metadata\"
         define internal i32 @g() unnamed_addr { ret i32 7 }",
        "module asm \"call g\"
         define internal i32 @g() unnamed_addr { ret i32 7 }",
        "define internal i32 @g() unnamed_addr !dbg !4 { ret i32 7 }
         !llvm.dbg.cu = !{!0}
         !llvm.module.flags = !{!3}
         !0 = distinct !DICompileUnit(language: DW_LANG_Rust, file: !1, emissionKind: FullDebug)
         !1 = !DIFile(filename: \"g.rs\", directory: \"/\")
         !3 = !{i32 2, !\"Debug Info Version\", i32 3}
         !4 = distinct !DISubprogram(name: \"g\", unit: !0, file: !1, spFlags: DISPFlagDefinition)",
    ] {
        let found = graph(&format!("define internal i32 @f() unnamed_addr {{ ret i32 7 }}\n{other}"));
        assert!(classes(&found).is_empty(), "{other}");
    }
}

#[test]
fn twins_are_looked_for_only_on_request() {
    let twins =
        "define internal void @f() unnamed_addr { ret void } define internal void @g() unnamed_addr { ret void }";
    assert!(classes(&read(&module(twins), Wanted::default()).expect("it can be read").graph).is_empty());
    assert_eq!(classes(&graph(twins)), [["f", "g"]]);
}

#[test]
fn what_used_a_replaced_function_uses_the_other_one_in_every_unit() {
    let module = module(
        "@table = internal constant [2 x ptr] [ptr @first, ptr @second]
         define ptr @a() { %x = call ptr @second() ret ptr @table }
         define ptr @b() { %x = call ptr @second() ret ptr @second }
         define internal ptr @first() unnamed_addr noinline { %x = call ptr @extern() ret ptr %x }
         define internal ptr @second() unnamed_addr noinline { %x = call ptr @extern() ret ptr %x }
         declare ptr @extern()",
    );
    let parsed = read(&module, BODIES).expect("the module can be read");
    let graph = &parsed.graph;
    let parts = Partitioning {
        units: vec![unit(graph, &["a", "table", "first"], &[], &[]), unit(graph, &["b"], &[], &[])],
        promoted: [id(graph, "first")].into(),
        replaced: [(id(graph, "second"), id(graph, "first"))].into(),
    };
    check(graph, &parts).expect("the partitioning is valid");
    let objects = compile(&parsed, &parts).expect("the units can be compiled");
    let joined = join(graph, &parts, &objects);
    assert!(joined.contains_key("first") && !joined.contains_key("second"), "{joined:?}");
}

/// Two callers and a table in one unit, four functions with the same body, and a part of it in another one.
const TWINS: &str = "@table = internal constant [2 x ptr] [ptr @third, ptr @fourth]
    define ptr @a() { %x = call ptr @first() ret ptr @table }
    define ptr @b() { %x = call ptr @second() ret ptr %x }
    define ptr @c() { %x = load ptr, ptr @global ret ptr %x }
    @global = global ptr null
    define internal ptr @first() unnamed_addr noinline { %x = load ptr, ptr @global ret ptr %x }
    define internal ptr @second() unnamed_addr noinline { %x = load ptr, ptr @global ret ptr %x }
    define internal ptr @third() unnamed_addr noinline { %x = load ptr, ptr @global ret ptr %x }
    define internal ptr @fourth() unnamed_addr noinline { %x = load ptr, ptr @global ret ptr %x }";

/// Compiles the first unit of [`TWINS`] twice, of the module that was searched and of one that is read again, which has
/// to be the same.
fn first_unit_of_twins(replaced: &[(&str, &str)]) -> String {
    let parsed = read(&module(TWINS), Wanted { promises: true, constants: true, ..BODIES }).expect("it can be read");
    let graph = &parsed.graph;
    assert_eq!(classes(graph), [["first", "second", "third", "fourth"]]);
    let is_used = |name: &&str| replaced.iter().all(|(from, _)| from != name);
    let first: Vec<_> = ["a", "b", "table", "first", "second", "third", "fourth"].into_iter().filter(is_used).collect();
    let parts = Partitioning {
        units: vec![unit(graph, &first, &[], &[]), unit(graph, &["c", "global"], &[], &[])],
        replaced: replaced.iter().map(|(from, to)| (id(graph, from), id(graph, to))).collect(),
        ..Partitioning::default()
    };
    check(graph, &parts).expect("the partitioning is valid");
    let [searched, again] = [(); 2].map(|()| {
        let mut units = compile_at(OptLevel::O2, &parsed, &parts).expect("the units can be compiled");
        in_unit(&units.remove(0), |module| module.print_to_string().to_string())
    });
    assert_eq!(searched, again, "{replaced:?}");
    again
}

#[test]
fn a_module_that_was_searched_is_as_it_was_for_functions_that_are_not_replaced() {
    let found = first_unit_of_twins(&[]);
    assert!(found.contains("call ptr @first()") && found.contains("call ptr @second()"), "{found}");
    assert!(found.contains("[ptr @third, ptr @fourth]"), "{found}");
    // What was noted of them is for other units.
    assert!(!found.contains("nounwind"), "{found}");
}

#[test]
fn a_module_that_was_searched_has_in_its_first_unit_what_is_to_be_used_there() {
    let found = first_unit_of_twins(&[("second", "first"), ("third", "first"), ("fourth", "first")]);
    assert!(found.contains("[ptr @first, ptr @first]"), "{found}");
    for kept in ["first", "second"] {
        let found = first_unit_of_twins(&[("third", kept), ("fourth", kept)]);
        assert!(found.contains(&format!("[ptr @{kept}, ptr @{kept}]")), "{found}");
        assert!(found.contains("call ptr @first()") && found.contains("call ptr @second()"), "{found}");
    }
    // The one that others were replaced by is itself replaced, or not at all.
    let found = first_unit_of_twins(&[("first", "fourth"), ("second", "fourth"), ("third", "fourth")]);
    assert!(found.contains("[ptr @fourth, ptr @fourth]") && found.contains("call ptr @fourth()"), "{found}");
    let found = first_unit_of_twins(&[("fourth", "third")]);
    assert!(found.contains("[ptr @third, ptr @third]") && found.contains("call ptr @first()"), "{found}");
}
