//! What units are told about functions that they do not define.

mod common;

use common::{compile, in_unit, module, partitioning, read, unit};
use pcg_llvm_backend::{UnitObject, Wanted};

const PROMISES: Wanted = Wanted { sources: false, bodies: false, promises: true, constants: false };

/// Splits a module whose function `user` calls `f`, and returns the line that declares `f` in `user`'s unit.
fn promised(f: &str) -> String {
    promised_with(f, PROMISES, &[])
}

fn promised_with(f: &str, wanted: Wanted, imports: &[&str]) -> String {
    let ir = format!(
        "define void @user(ptr %p) {{ %r = call ptr @f(ptr %p, i64 0) ret void }}
         @kept = global ptr null
         declare void @extern()
         declare void @take(ptr)
         declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
         {f}"
    );
    let module = module(&ir);
    let parsed = read(&module, wanted).unwrap();
    let graph = &parsed.graph;
    let others: Vec<&str> = graph.items().iter().map(|item| &*item.name).filter(|name| *name != "user").collect();
    let promoted: Vec<&str> = graph
        .items()
        .iter()
        .filter(|item| item.name == "f" && item.linkage.is_local())
        .map(|item| &*item.name)
        .collect();
    let units = vec![unit(graph, &others, &[], &[]), unit(graph, &["user"], imports, &[])];
    let parts = partitioning(graph, units, &promoted);
    let units = compile(&parsed, &parts).unwrap();
    function(&units[1], "f")
}

/// A function's first line in IR, with its attributes in the place of their number.
fn function(unit: &UnitObject, name: &str) -> String {
    let text = in_unit(unit, |module| module.print_to_string().to_string());
    let line = text.lines().find(|line| line.contains(&format!("@{name}(")) && line.starts_with("de")).unwrap();
    let Some((line, number)) = line.split_once('#') else { return line.to_owned() };
    let group = format!("attributes #{} = ", number.trim_end_matches(" {"));
    let attributes = text.lines().find_map(|line| line.strip_prefix(&group)).unwrap();
    format!("{line}{attributes}")
}

#[track_caller]
fn assert_kept(body: &str) {
    let line = promised(&format!("define internal ptr @f(ptr %p, i64 %n) {{ {body} }}"));
    assert!(line.starts_with("declare") && !line.contains("captures"), "{line}");
}

#[track_caller]
fn assert_not_kept(body: &str) {
    let line = promised(&format!("define internal ptr @f(ptr %p, i64 %n) {{ {body} }}"));
    assert!(line.starts_with("declare") && line.contains("captures(none)"), "{line}");
}

#[test]
fn memory_that_is_read_and_written_is_not_kept() {
    assert_not_kept("%v = load i64, ptr %p  %w = add i64 %v, %n  store i64 %w, ptr %p  ret ptr null");
}

#[test]
fn a_pointer_that_is_written_down_is_kept() {
    assert_kept("store ptr %p, ptr @kept  ret ptr null");
    assert_kept("%q = getelementptr i8, ptr %p, i64 %n  store ptr %q, ptr @kept  ret ptr null");
    assert_kept("store ptr %p, ptr %p  ret ptr null");
    assert_kept("call void @take(ptr %p)  ret ptr null");
}

#[test]
fn a_pointer_that_is_returned_is_kept_by_the_caller_only() {
    let line = promised("define internal ptr @f(ptr %p, i64 %n) { ret ptr %p }");
    assert!(line.contains("captures(ret: address, provenance)"), "{line}");
}

#[test]
fn pointers_are_followed_through_stack_slots() {
    assert_not_kept("%s = alloca ptr  store ptr %p, ptr %s  %q = load ptr, ptr %s  store i64 %n, ptr %q  ret ptr null");
    assert_kept("%s = alloca ptr  store ptr %p, ptr %s  %q = load ptr, ptr %s  store ptr %q, ptr @kept  ret ptr null");
    assert_kept("%s = alloca ptr  store ptr %p, ptr %s  %q = load i64, ptr %s  store i64 %q, ptr @kept  ret ptr null");
}

#[test]
fn parts_of_a_stack_slot_are_kept_apart() {
    let pair = "%s = alloca [2 x ptr]  store ptr %p, ptr %s  %t = getelementptr i8, ptr %s, i64";
    assert_not_kept(&format!("{pair} 8  %q = load ptr, ptr %t  store ptr %q, ptr @kept  ret ptr null"));
    assert_kept(&format!("{pair} 4  %q = load ptr, ptr %t  store ptr %q, ptr @kept  ret ptr null"));
    assert_kept(&format!("{pair} %n  %q = load ptr, ptr %t  store ptr %q, ptr @kept  ret ptr null"));
}

#[test]
fn stack_slots_that_others_see_keep_what_is_in_them() {
    let slot = "%s = alloca ptr  store ptr %p, ptr %s";
    assert_kept(&format!("{slot}  call void @take(ptr %s)  ret ptr null"));
    assert_kept(&format!("{slot}  store ptr %s, ptr @kept  ret ptr null"));
    assert_kept(&format!("{slot}  %c = select i1 true, ptr %s, ptr null  %q = load ptr, ptr %c  ret ptr %q"));
    assert_kept(&format!("{slot}  %q = load volatile ptr, ptr %s  ret ptr null"));
    let copy = "call void @llvm.memcpy.p0.p0.i64(ptr @kept, ptr";
    assert_kept(&format!("{slot}  {copy} %s, i64 8, i1 false)  ret ptr null"));
    assert_kept(&format!("{slot}  {copy} %s, i64 %n, i1 false)  ret ptr null"));
    let other = "%o = alloca [2 x ptr]  store ptr %p, ptr %o  %t = getelementptr i8, ptr %o, i64 8";
    assert_not_kept(&format!("{other}  {copy} %t, i64 8, i1 false)  ret ptr null"));
}

#[test]
fn a_pointer_with_many_uses_is_followed_to_the_last() {
    let uses: String = (0..500).map(|number| format!("store i64 {number}, ptr %p ")).collect();
    assert_not_kept(&format!("{uses} ret ptr null"));
    assert_kept(&format!("{uses} store ptr %p, ptr @kept ret ptr null"));
}

#[test]
fn memory_that_is_only_read_is_promised_to_stay_as_it_is() {
    let is_read_only = |body: &str| {
        let line = promised(&format!(
            "define internal ptr @f(ptr %p, i64 %n) {{ {body}  ret ptr null }}
             define internal void @read(ptr %p) {{ %v = load i64, ptr %p  call void @extern()  ret void }}
             define internal void @write(ptr %p) {{ store i64 0, ptr %p  ret void }}"
        ));
        line.contains("ptr readonly")
    };
    assert!(is_read_only("%v = load i64, ptr %p"));
    assert!(is_read_only("call void @read(ptr %p)"));
    assert!(is_read_only("%s = alloca ptr  store ptr %p, ptr %s  %q = load ptr, ptr %s  %v = load i64, ptr %q"));
    assert!(!is_read_only("store i64 0, ptr %p"));
    assert!(!is_read_only("call void @write(ptr %p)"));
    assert!(!is_read_only("call void @take(ptr %p)"));
    assert!(!is_read_only("store ptr %p, ptr @kept  call void @extern()"));
    assert!(!is_read_only("%v = atomicrmw add ptr %p, i64 1 seq_cst"));
    assert!(!is_read_only("%s = alloca ptr  store ptr %p, ptr %s  %q = load ptr, ptr %s  store i64 0, ptr %q"));
    assert!(!is_read_only("call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr @kept, i64 8, i1 false)"));
}

#[test]
fn callees_are_asked_first() {
    let with = |callee: &str| {
        promised(&format!(
            "define internal ptr @f(ptr %p, i64 %n) {{ call void @g(i64 %n, ptr %p) ret ptr null }}
             define internal void @g(i64 %n, ptr %p) {{ {callee} }}"
        ))
    };
    assert!(with("store i64 %n, ptr %p  ret void").contains("captures(none)"));
    assert!(!with("store ptr %p, ptr @kept  ret void").contains("captures"));
}

#[test]
fn a_cycle_of_calls_promises_what_all_of_it_keeps_to() {
    let with = |end: &str| {
        promised(&format!(
            "define internal ptr @f(ptr %p, i64 %n) {{
               %m = sub i64 %n, 1  call void @g(ptr %p, i64 %m)  ret ptr null
             }}
             define internal void @g(ptr %p, i64 %n) {{
               %more = icmp ne i64 %n, 0  br i1 %more, label %yes, label %no
             yes:
               %r = call ptr @f(ptr %p, i64 %n)  ret void
             no:
               {end}  ret void
             }}"
        ))
    };
    let good = with("store i64 %n, ptr %p");
    assert!(good.contains("captures(none)") && good.contains("nounwind"), "{good}");
    let bad = with("store ptr %p, ptr @kept");
    assert!(!bad.contains("captures") && bad.contains("nounwind"), "{bad}");
    let unwinding = with("call void @extern()");
    assert!(unwinding.contains("captures(none)") && !unwinding.contains("nounwind"), "{unwinding}");
}

#[test]
fn what_may_be_replaced_promises_nothing() {
    for linkage in ["weak", "linkonce_odr"] {
        let line = promised(&format!("define {linkage} ptr @f(ptr %p, i64 %n) {{ ret ptr null }}"));
        assert!(!line.contains("captures") && !line.contains("nounwind"), "{line}");
    }
}

#[test]
fn imported_bodies_come_with_their_promises() {
    let f = "define internal ptr @f(ptr %p, i64 %n) { store i64 %n, ptr %p  ret ptr null }";
    let line = promised_with(f, PROMISES, &["f"]);
    assert!(line.starts_with("define available_externally") && line.contains("captures(none)"), "{line}");
}

#[test]
fn nothing_is_promised_unless_it_is_asked_for() {
    let line = promised_with("define internal ptr @f(ptr %p, i64 %n) { ret ptr null }", Wanted::default(), &[]);
    assert!(!line.contains("captures") && !line.contains("nounwind"), "{line}");
}

#[test]
fn callees_with_the_same_body_as_another_are_looked_at_first() {
    let line = promised_with(
        "define internal ptr @f(ptr %p, i64 %n) { call void @second(ptr %p) ret ptr null }
         define internal void @first(ptr %q) unnamed_addr { store i8 1, ptr %q ret void }
         define internal void @second(ptr %q) unnamed_addr { store i8 1, ptr %q ret void }",
        Wanted { bodies: true, ..PROMISES },
        &[],
    );
    assert!(line.contains("captures(none)"), "{line}");
}
