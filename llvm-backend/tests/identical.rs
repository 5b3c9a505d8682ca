//! Functions with the same body: which are found, and what becomes of those that are replaced.

mod common;

use std::collections::BTreeMap;

use common::{compile, id, join, module, read, unit};
use pcg_llvm_backend::Wanted;
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
