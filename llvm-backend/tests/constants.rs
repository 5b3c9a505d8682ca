//! Arguments for which all calls of a function pass the same constant: which are found, and what units make of them.

mod common;

use std::collections::BTreeSet;

use common::{compile_at, id, in_unit, join, module, read, unit};
use inkwell::values::AnyValue;
use pcg_llvm_backend::{OptLevel, UnitObject, Wanted};
use pcg_partition::{Edge, Graph, ItemId, Partitioning, Unit, check};

const CONSTANTS: Wanted = Wanted { sources: false, bodies: false, promises: false, constants: true };
const TWINS: Wanted = Wanted { bodies: true, ..CONSTANTS };

/// What all modules of these tests may use.
const COMMON: &str = "
    @table = internal constant [2 x ptr] [ptr null, ptr @method]
    @variable = internal global i32 7
    @visible = global i32 7
    @own = internal thread_local global i32 7
    @weak = weak global i32 7
    @name = alias i32, ptr @variable
    define internal i32 @method(ptr %p, i32 %x) { %y = load i32, ptr %p  %z = add i32 %x, %y  ret i32 %z }
    declare void @use(...)
    declare void @take(ptr, ptr)
    declare i32 @taking_method(ptr, i32)
    declare i32 @unknown()
";

/// Every item in one of two units: functions whose names begin with `f`, and all others.
fn two_units(graph: &Graph) -> Partitioning {
    let is_first = |id: &ItemId| graph[*id].name.starts_with('f');
    let (first, second): (Vec<ItemId>, Vec<ItemId>) = graph.ids().partition(is_first);
    let mut promoted = BTreeSet::new();
    for from in graph.ids() {
        let crossing = graph.uses(from).iter().filter(|edge| is_first(&edge.to) != is_first(&from));
        promoted.extend(crossing.map(|edge| edge.to).filter(|to| graph[*to].linkage.is_local()));
    }
    let units = [first, second].map(|defines| Unit { defines, ..Unit::default() });
    Partitioning { units: units.into(), promoted, ..Partitioning::default() }
}

fn compile(ir: &str, wanted: Wanted, cut: impl Fn(&Graph) -> Partitioning) -> Vec<UnitObject> {
    let module = module(&format!("{COMMON}{ir}"));
    let parsed = read(&module, wanted).expect("the module can be read");
    let graph = &parsed.graph;
    let parts = cut(graph);
    check(graph, &parts).expect("the partitioning is valid");
    let units = compile_at(OptLevel::O2, &parsed, &parts).expect("the units can be compiled");
    join(graph, &parts, &units);
    units
}

/// A function as a unit has it.
fn body(unit: &UnitObject, name: &str) -> String {
    in_unit(unit, |module| module.get_function(name).expect("the unit has the function").print_to_string().to_string())
}

/// `f` as its unit has it, if the others are in another one.
fn f(ir: &str) -> String {
    body(&compile(ir, CONSTANTS, two_units)[0], "f")
}

/// A function `f` with one argument of type `ty`.
fn function(ty: &str) -> String {
    format!("define internal void @f({ty} %a) {{ call void (...) @use({ty} %a)  ret void }}\n")
}

/// Functions that call `f`, each with one of `arguments`.
fn callers(arguments: &[&str]) -> String {
    let caller = |(number, argument)| {
        format!("define void @caller{number}(ptr %p, i32 %x) {{ call void @f({argument})  ret void }}\n")
    };
    arguments.iter().enumerate().map(caller).collect()
}

#[track_caller]
fn assert_constant(ir: &str, used: &str) {
    let found = f(ir);
    assert!(found.contains(&format!("@use({used})")), "{found}");
}

#[track_caller]
fn assert_unknown(ir: &str) {
    let found = f(ir);
    assert!(found.contains("%0)") && found.matches("%0").count() > 1, "{found}");
}

#[test]
fn all_kinds_of_constants_are_put_in_the_place_of_arguments() {
    for (ty, constant) in [
        ("ptr", "null"),
        ("ptr", "@table"),
        ("ptr", "@variable"),
        ("ptr", "@visible"),
        ("ptr", "@method"),
        ("i1", "true"),
        ("i8", "-1"),
        ("i32", "42"),
        ("i64", "-2"),
        ("i64", "9223372036854775807"),
        ("float", "5.000000e-01"),
        ("double", "-0.000000e+00"),
    ] {
        let argument = format!("{ty} {constant}");
        assert_constant(&(function(ty) + &callers(&[&argument, &argument])), &argument);
    }
}

#[test]
fn arguments_that_calls_do_not_agree_on_stay() {
    assert_unknown(&(function("i32") + &callers(&["i32 1", "i32 2"])));
    assert_unknown(&(function("i32") + &callers(&["i32 1", "i32 2", "i32 1"])));
    assert_unknown(&(function("i32") + &callers(&["i32 1", "i32 %x"])));
    assert_unknown(&(function("i32") + &callers(&["i32 %x", "i32 1"])));
    assert_unknown(&(function("ptr") + &callers(&["ptr @table", "ptr @variable"])));
    assert_unknown(&(function("ptr") + &callers(&["ptr @table", "ptr null"])));
    let computed = "define void @caller() { %x = call i32 @unknown()  call void @f(i32 %x)  ret void }";
    assert_unknown(&(function("i32") + &callers(&["i32 1"]) + computed));
}

#[test]
fn each_argument_counts_for_itself() {
    let found = f("
        define internal void @f(i32 %a, ptr %b, i32 %c) { call void (...) @use(i32 %a, ptr %b, i32 %c)  ret void }
        define void @one() { call void @f(i32 1, ptr @table, i32 3)  ret void }
        define void @two() { call void @f(i32 2, ptr @table, i32 3)  ret void }");
    assert!(found.contains("@use(i32 %0, ptr @table, i32 3)"), "{found}");
}

#[test]
fn what_has_no_certain_value_is_no_constant() {
    for (ty, value) in [
        ("i32", "undef"),
        ("i32", "poison"),
        ("ptr", "undef"),
        ("ptr", "@own"),
        ("ptr", "@weak"),
        ("ptr", "@name"),
        ("ptr", "getelementptr (i8, ptr @variable, i64 4)"),
        ("i64", "ptrtoint (ptr @variable to i64)"),
        ("ptr", "@unknown"),
        ("i128", "1"),
        ("<2 x i32>", "splat (i32 1)"),
    ] {
        let argument = format!("{ty} {value}");
        assert_unknown(&(function(ty) + &callers(&[&argument, &argument])));
    }
    assert_unknown(&(function("i32") + &callers(&["i32 1", "i32 undef"])));
}

#[test]
fn functions_that_are_used_in_other_ways_keep_their_arguments() {
    let good = function("i32") + &callers(&["i32 1"]);
    assert_constant(&good, "i32 1");
    for other in [
        "@address = global ptr @f",
        "@llvm.used = appending global [1 x ptr] [ptr @f], section \"llvm.metadata\"",
        "@llvm.compiler.used = appending global [1 x ptr] [ptr @f], section \"llvm.metadata\"",
        "@f_alias = alias void (i32), ptr @f",
        "module asm \"call f\"",
        "define void @keep(ptr %p) { store ptr @f, ptr %p  ret void }",
        "define void @give() { call void (...) @use(ptr @f)  ret void }",
        "define void @other_type() { call void @f(i64 1)  ret void }",
        "define void @other_result() { %r = call i32 @f(i32 1)  ret void }",
        "define void @other_convention() { call fastcc void @f(i32 1)  ret void }",
        "define void @must(i32 %x) { musttail call void @f(i32 1)  ret void }",
        "define void @limited() { call void @f(i32 1) memory(argmem: read)  ret void }",
        "define i1 @compare(ptr %p) { %same = icmp eq ptr %p, @f  ret i1 %same }",
        "define i32 @personal() personality ptr @f { ret i32 0 }",
    ] {
        assert_unknown(&(good.clone() + other));
    }
    assert_unknown(
        "define internal void @f(ptr %a, ptr %b) { call void (...) @use(ptr %a)  ret void }
         define void @caller() { call void @f(ptr @table, ptr null)  ret void }
         define void @give() { call void @take(ptr @table, ptr @f)  ret void }",
    );
}

#[test]
fn functions_that_others_can_call_keep_their_arguments() {
    for linkage in ["", "weak", "linkonce_odr", "hidden"] {
        let ir = function("i32").replace("internal", linkage) + &callers(&["i32 1"]);
        assert_unknown(&ir);
    }
}

#[test]
fn functions_that_are_not_optimised_keep_their_arguments() {
    for attributes in ["optnone noinline", "memory(argmem: read)", "presplitcoroutine"] {
        assert_unknown(&(function("i32").replace(" {", &format!(" {attributes} {{")) + &callers(&["i32 1"])));
    }
    let variadic = function("i32").replace("@f(i32 %a)", "@f(i32 %a, ...)");
    assert_unknown(&(variadic + "define void @caller() { call void (i32, ...) @f(i32 1)  ret void }"));
    let naked = "define internal void @f(i32 %a) naked { call void asm sideeffect \"ret\", \"\"()  unreachable }";
    assert!(f(&(naked.to_owned() + &callers(&["i32 1"]))).contains("naked"));
}

#[test]
fn arguments_that_are_more_than_a_value_stay() {
    for attribute in ["byval(i32)", "byref(i32)", "sret(i32)", "inalloca(i32)", "nest", "swiftself", "swiftasync"] {
        let argument = format!("ptr {attribute} @variable");
        let ir = function(&format!("ptr {attribute}")).replace(&format!("@use(ptr {attribute} "), "@use(ptr ");
        assert_unknown(&(ir + &callers(&[&argument])));
    }
    let found = f("define internal ptr @f(ptr returned %a) { ret ptr %a }
                   define void @caller() { %r = call ptr @f(ptr returned @variable)  ret void }");
    assert!(found.contains("ret ptr %0"), "{found}");
}

#[test]
fn arguments_that_are_passed_on_are_what_the_callers_get() {
    let with = |arguments: [&str; 2]| {
        format!(
            "{}
             define internal void @middle(i32 %x) {{ call void @f(i32 %x)  ret void }}
             define void @one(i32 %x) {{ call void @middle({})  ret void }}
             define void @two(i32 %x) {{ call void @middle({})  ret void }}",
            function("i32"),
            arguments[0],
            arguments[1]
        )
    };
    assert_constant(&with(["i32 1", "i32 1"]), "i32 1");
    assert_unknown(&with(["i32 1", "i32 2"]));
    assert_unknown(&with(["i32 1", "i32 %x"]));
    assert_unknown(&with(["i32 1", "i32 1"]).replace("internal void @middle", "void @middle"));
    assert_unknown(&(with(["i32 1", "i32 1"]) + "define void @three() { call void @f(i32 2)  ret void }"));
    assert_unknown(&(with(["i32 1", "i32 1"]) + "@address = global ptr @middle"));
}

#[test]
fn what_is_read_from_a_constant_is_one() {
    let with = |variable: &str, load: &str| {
        format!(
            "{}
             @pair = {variable}
             define void @one(ptr %p) {{ %a = load {load}  call void @f(i32 %a)  ret void }}
             define void @two() {{ call void @f(i32 8)  ret void }}",
            function("i32")
        )
    };
    let (first, second) = ("i32, ptr @pair", "i32, ptr getelementptr (i8, ptr @pair, i64 4)");
    let pair = "private constant { i32, i32 } { i32 undef, i32 8 }";
    assert_constant(&with(pair, second), "i32 8");
    assert_unknown(&with(pair, first));
    assert_unknown(&with(pair, "i32, ptr %p"));
    assert_unknown(&with(pair, &format!("volatile {second}")));
    assert_unknown(&with(&pair.replace('8', "9"), second));
    for variable in ["private global", "weak constant", "private externally_initialized constant"] {
        assert_unknown(&with(&pair.replace("private constant", variable), second));
    }
}

#[test]
fn recursion_adds_no_values_of_its_own() {
    let with = |first: &str, inner: &str| {
        format!(
            "define internal void @f(i32 %a, i32 %n) {{ call void (...) @use(i32 %a)  call void @g(i32 %n, i32 {inner})  ret void }}
             define internal void @g(i32 %n, i32 %a) {{ call void @f(i32 %a, i32 %n)  ret void }}
             define void @caller(i32 %x) {{ call void @f(i32 {first}, i32 %x)  ret void }}"
        )
    };
    assert_constant(&with("1", "%a"), "i32 1");
    assert_constant(&with("1", "1"), "i32 1");
    assert_unknown(&with("1", "2"));
    assert_unknown(&with("1", "%n"));
    assert_unknown(&with("%x", "%a"));
    assert_unknown(&with("%x", "1"));
}

#[test]
fn what_nobody_calls_keeps_its_arguments() {
    let ir = function("i32") + "define internal void @dead(i32 %x) { call void @f(i32 %x)  ret void }";
    assert_unknown(&ir);
}

/// Functions `f` and `g` with the same body, called with these arguments.
fn twins(first: &str, second: &str) -> String {
    let f = "define internal void @f(i32 %a) unnamed_addr { call void (...) @use(i32 %a)  ret void }\n";
    format!(
        "{f}{}
         define void @one(i32 %x) {{ call void @f(i32 {first})  ret void }}
         define void @two(i32 %x) {{ call void @g(i32 {second})  ret void }}",
        f.replace("@f", "@g")
    )
}

#[test]
fn a_function_gets_the_arguments_of_those_that_it_stands_for() {
    let replaced = |graph: &Graph| {
        let Partitioning { mut units, mut promoted, .. } = two_units(graph);
        units[1].defines.retain(|other| *other != id(graph, "g"));
        promoted.remove(&id(graph, "g"));
        promoted.insert(id(graph, "f"));
        Partitioning { units, promoted, replaced: [(id(graph, "g"), id(graph, "f"))].into() }
    };
    let f = |ir: &str| body(&compile(ir, TWINS, replaced)[0], "f");
    assert!(f(&twins("1", "1")).contains("@use(i32 1)"));
    for differing in [twins("1", "2"), twins("1", "%x"), twins("%x", "1")] {
        assert!(f(&differing).contains("@use(i32 %0)"), "{differing}");
    }
    // It does not matter which stands for the others.
    let other_way = |graph: &Graph| {
        let Partitioning { mut units, .. } = two_units(graph);
        units[0].defines = vec![id(graph, "g")];
        units[1].defines.retain(|other| *other != id(graph, "g"));
        let promoted = [id(graph, "g")].into();
        Partitioning { units, promoted, replaced: [(id(graph, "f"), id(graph, "g"))].into() }
    };
    let g = |ir: &str| body(&compile(ir, TWINS, other_way)[0], "g");
    assert!(g(&twins("1", "1")).contains("@use(i32 1)"));
    for differing in [twins("1", "2"), twins("1", "%x"), twins("%x", "1")] {
        assert!(g(&differing).contains("@use(i32 %0)"), "{differing}");
    }
}

#[test]
fn twins_pass_on_what_each_of_them_gets() {
    let with = |second: &str| {
        let middle = "define internal void @g(i32 %x) unnamed_addr { call void @f(i32 %x)  ret void }\n";
        format!(
            "{}{middle}{}
             define void @one() {{ call void @g(i32 1)  ret void }}
             define void @two() {{ call void @h(i32 {second})  ret void }}",
            function("i32"),
            middle.replace("@g", "@h")
        )
    };
    let f = |ir: &str| body(&compile(ir, TWINS, two_units)[0], "f");
    assert!(f(&with("1")).contains("@use(i32 1)"));
    assert!(f(&with("2")).contains("@use(i32 %0)"));
}

#[test]
fn a_constant_that_is_replaced_is_its_substitute() {
    let twin = "define internal void @one() unnamed_addr { ret void }\n";
    let ir = function("ptr") + twin + &twin.replace("one", "two") + &callers(&["ptr @one", "ptr @two"]);
    for (gone, kept) in [("two", "one"), ("one", "two")] {
        let cut = |graph: &Graph| {
            let Partitioning { mut units, mut promoted, .. } = two_units(graph);
            units[1].defines.retain(|other| *other != id(graph, gone));
            promoted.remove(&id(graph, gone));
            promoted.insert(id(graph, kept));
            Partitioning { units, promoted, replaced: [(id(graph, gone), id(graph, kept))].into() }
        };
        let found = body(&compile(&ir, TWINS, cut)[0], "f");
        assert!(found.contains(&format!("@use(ptr @{kept})")), "{found}");
    }
}

#[test]
fn only_the_unit_that_defines_a_promoted_function_knows_its_arguments() {
    let ir = function("i32") + &callers(&["i32 1"]);
    let imported = |graph: &Graph| {
        let mut parts = two_units(graph);
        parts.units[1].imports.push(id(graph, "f"));
        parts
    };
    let units = compile(&ir, CONSTANTS, imported);
    assert!(body(&units[0], "f").contains("@use(i32 1)"));
    assert!(body(&units[1], "f").contains("@use(i32 %0)"));
    let whole = |graph: &Graph| Partitioning {
        units: vec![Unit { defines: graph.ids().collect(), ..Unit::default() }],
        ..Partitioning::default()
    };
    assert!(body(&compile(&ir, CONSTANTS, whole)[0], "f").contains("@use(i32 %0)"));
}

#[test]
fn nothing_is_replaced_unless_it_is_asked_for() {
    let ir = function("i32") + &callers(&["i32 1"]);
    assert!(body(&compile(&ir, Wanted::default(), two_units)[0], "f").contains("@use(i32 %0)"));
}

#[test]
fn debug_information_stays_valid() {
    let ir = "
        define internal void @f(ptr %a) !dbg !4 {
            #dbg_value(ptr %a, !7, !DIExpression(), !8)
          call void (...) @use(ptr %a), !dbg !8
          ret void, !dbg !8
        }
        define void @caller() { call void @f(ptr @table)  ret void }
        !llvm.dbg.cu = !{!0}
        !llvm.module.flags = !{!3}
        !0 = distinct !DICompileUnit(language: DW_LANG_Rust, file: !1, emissionKind: FullDebug)
        !1 = !DIFile(filename: \"f.rs\", directory: \"/\")
        !2 = !DISubroutineType(types: !{null, null})
        !3 = !{i32 2, !\"Debug Info Version\", i32 3}
        !4 = distinct !DISubprogram(name: \"f\", unit: !0, file: !1, type: !2, spFlags: DISPFlagDefinition)
        !7 = !DILocalVariable(name: \"a\", arg: 1, scope: !4, file: !1, type: !9)
        !8 = !DILocation(line: 1, scope: !4)
        !9 = !DIBasicType(name: \"u8\", size: 8, encoding: DW_ATE_unsigned)";
    let found = f(ir);
    assert!(found.contains("#dbg_value(ptr @table,") && found.contains("@use(ptr @table)"), "{found}");
}

/// How `f` uses an item.
fn edge(ir: &str, wanted: Wanted, to: &str) -> Option<Edge> {
    let parsed = read(&module(&format!("{COMMON}{ir}")), wanted).expect("the module can be read");
    let graph = &parsed.graph;
    let to = id(graph, to);
    graph.uses(id(graph, "f")).iter().find(|edge| edge.to == to).copied()
}

/// A function that calls what it finds at `offset` of its argument.
fn caller_of_method(offset: u32, body: &str) -> String {
    format!(
        "define internal i32 @f(ptr %p, ptr %table) {{
           %slot = getelementptr i8, ptr %table, i64 {offset}
           %method = load ptr, ptr %slot
           {body}
         }}
         define i32 @one(ptr %p) {{ %r = call i32 @f(ptr %p, ptr @table)  ret i32 %r }}
         define i32 @two(ptr %p) {{ %r = call i32 @f(ptr null, ptr @table)  ret i32 %r }}"
    )
}

#[test]
fn functions_use_the_constants_that_they_get() {
    let ir = function("ptr") + &callers(&["ptr @variable"]);
    let found = edge(&ir, CONSTANTS, "variable").expect("f uses it");
    assert_eq!((found.calls, found.references), (0, 1));
    assert!(edge(&ir, Wanted::default(), "variable").is_none());
    let unused = ir.replace("call void (...) @use(ptr %a)", "");
    assert!(edge(&unused, CONSTANTS, "variable").is_none(), "it is of no use");
}

#[test]
fn calls_through_arguments_are_calls_of_what_is_known_to_be_there() {
    let call = "%r = call i32 %method(ptr %p, i32 1)  %s = call i32 %method(ptr %p, i32 2)  ret i32 %s";
    let calls = |ir: &str| edge(ir, CONSTANTS, "method").map_or(0, |edge| edge.calls);
    assert_eq!(calls(&caller_of_method(8, call)), 2);
    assert_eq!(calls(&caller_of_method(0, call)), 0, "it is null");
    assert_eq!(calls(&caller_of_method(64, call)), 0, "there is nothing");
    assert_eq!(calls(&caller_of_method(8, "%r = call i32 %method(ptr %p)  ret i32 %r")), 0, "it is another type");
    assert_eq!(calls(&caller_of_method(8, "call void (...) @use(ptr %method)  ret i32 0")), 0, "it is passed on");
    assert_eq!(calls(&caller_of_method(8, "%r = call i32 @taking_method(ptr %method, i32 1)  ret i32 %r")), 0);
    assert_eq!(calls(&caller_of_method(8, call).replace("load ptr", "load volatile ptr")), 0);
    let direct = "define internal i32 @f(ptr %g) { %r = call i32 %g(ptr null, i32 1)  ret i32 %r }
                  define i32 @one() { %r = call i32 @f(ptr @method)  ret i32 %r }";
    assert_eq!(calls(direct), 1);
    let written = caller_of_method(8, call).replace("@table", "@changing")
        + "@changing = internal global [2 x ptr] [ptr null, ptr @method]";
    assert_eq!(calls(&written), 0, "it may be another one by then");
}

#[test]
fn known_methods_are_inlined() {
    let call = "%r = call i32 %method(ptr %p, i32 1)  ret i32 %r";
    let units = compile(&caller_of_method(8, call), CONSTANTS, |graph| {
        let mut parts = two_units(graph);
        let here = ["f", "table", "method"];
        parts.units[0] = unit(graph, &here, &[], &[]);
        parts.units[1].defines.retain(|id| !here.contains(&&*graph[*id].name));
        parts.promoted = [id(graph, "f"), id(graph, "table")].into();
        parts
    });
    assert!(units[0].inlined.contains(&("f".to_owned(), "method".to_owned())), "{:?}", units[0].inlined);
}
