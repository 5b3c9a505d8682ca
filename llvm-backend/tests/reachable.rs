//! What of a function is counted: calls in blocks that LLVM will find unreachable are told apart.

mod common;

use common::{id, module, read};
use pcg_llvm_backend::Wanted;
use pcg_partition::{Edge, Graph};

const GRAPH: Wanted = Wanted { sources: false, bodies: false, promises: false, constants: false };

/// Two ids of types, and a function for each that gives it as `Any::type_id` does.
const TYPES: &str = "
    @u8 = private unnamed_addr constant <{ ptr, ptr }> <{ ptr inttoptr (i64 7 to ptr), ptr inttoptr (i64 9 to ptr) }>
    @u16 = private unnamed_addr constant <{ ptr, ptr }> <{ ptr inttoptr (i64 5 to ptr), ptr inttoptr (i64 9 to ptr) }>
    @written = global i128 5
    define internal void @type_id(ptr sret([16 x i8]) %result, ptr %self) unnamed_addr {
      call void @llvm.memcpy.p0.p0.i64(ptr %result, ptr @u8, i64 16, i1 false)
      ret void
    }
    define internal void @another_type_id(ptr sret([16 x i8]) %result, ptr %self) unnamed_addr {
      call void @llvm.memcpy.p0.p0.i64(ptr %result, ptr @u16, i64 16, i1 false)
      ret void
    }
    define internal void @two_ids(ptr sret([16 x i8]) %result, ptr %self) unnamed_addr {
      call void @llvm.memcpy.p0.p0.i64(ptr %result, ptr @u8, i64 16, i1 false)
      call void @llvm.memcpy.p0.p0.i64(ptr %result, ptr @u16, i64 16, i1 false)
      ret void
    }
    define internal void @changed_id(ptr sret([16 x i8]) %result, ptr %self) unnamed_addr {
      call void @llvm.memcpy.p0.p0.i64(ptr %result, ptr @u8, i64 16, i1 false)
      store i64 1, ptr %result
      ret void
    }
    declare void @same()
    declare void @unknown(ptr)
    declare void @different(i64)
    define internal void @if_same() unnamed_addr { call void @same() ret void }
    define internal void @if_different(i64 %x) unnamed_addr { call void @different(i64 %x) ret void }
";

/// The graph of a function that compares what is at `left` with what `fill` writes to a slot.
fn comparing(left: &str, fill: &str) -> Graph {
    let ir = format!(
        "{TYPES}
        define void @f(ptr %x) personality ptr @same {{
          %slot = alloca [16 x i8]
          {fill}
          %a = load i128, ptr {left}
          %b = load i128, ptr %slot
          %equal = icmp eq i128 %a, %b
          br i1 %equal, label %yes, label %no
        yes:
          call void @if_same()
          ret void
        no:
          %offset = load i64, ptr %x
          call void @if_different(i64 %offset)
          ret void
        }}"
    );
    read(&module(&ir), GRAPH).expect("the module can be read").graph
}

/// How `f` uses another function: calls that are reached, and dead ones.
fn calls(graph: &Graph, callee: &str) -> (u32, u32) {
    let to = id(graph, callee);
    let Edge { calls, references, dead_calls, .. } =
        *graph.uses(id(graph, "f")).iter().find(|edge| edge.to == to).expect("it is used");
    assert_eq!(references, 0);
    (calls, dead_calls)
}

const FILLS: [&str; 3] = [
    "call void @type_id(ptr sret([16 x i8]) %slot, ptr %x)",
    "call void @llvm.lifetime.start.p0(ptr %slot)
     call void @llvm.memcpy.p0.p0.i64(ptr %slot, ptr @u8, i64 16, i1 false)",
    "invoke void @type_id(ptr sret([16 x i8]) %slot, ptr %x) to label %filled unwind label %unwound
     unwound:
       %pad = landingpad { ptr, i32 } cleanup
       resume { ptr, i32 } %pad
     filled:",
];

#[test]
fn ids_of_types_are_compared() {
    for fill in FILLS {
        let same = comparing("@u8", fill);
        assert_eq!([calls(&same, "if_same"), calls(&same, "if_different")], [(1, 0), (0, 1)], "{fill}");
        let different = comparing("@u16", fill);
        assert_eq!([calls(&different, "if_same"), calls(&different, "if_different")], [(0, 1), (1, 0)], "{fill}");
    }
}

#[test]
fn dead_blocks_cost_nothing() {
    let cost = |graph: &Graph| graph[id(graph, "f")].cost;
    let [same, different, unknown] = ["@u8", "@u16", "@written"].map(|left| cost(&comparing(left, FILLS[0])));
    assert!(same < different && different <= unknown, "{same} {different} {unknown}");
}

#[test]
fn what_is_not_known_is_not_folded() {
    for (left, fill) in [
        ("@written", FILLS[0]),
        ("@u8", "store i128 7, ptr %slot"),
        ("@u8", "call void @unknown(ptr sret([16 x i8]) %slot)\n"),
        ("@u8", "call void @type_id(ptr sret([16 x i8]) %x, ptr %slot)"),
        ("@u8", "call void @two_ids(ptr sret([16 x i8]) %slot, ptr %x)"),
        ("@u8", "call void @changed_id(ptr sret([16 x i8]) %slot, ptr %x)"),
        ("@u8", "call void @llvm.memcpy.p0.p0.i64(ptr %x, ptr %slot, i64 16, i1 false)"),
        ("@u8", "call void @type_id(ptr sret([16 x i8]) %slot, ptr %x) call void @unknown(ptr %slot)"),
        (
            "@u8",
            "call void @type_id(ptr sret([16 x i8]) %slot, ptr %x)
             call void @another_type_id(ptr sret([16 x i8]) %slot, ptr %x)",
        ),
        (
            "@u8",
            "call void @type_id(ptr sret([16 x i8]) %slot, ptr %x)
             call void @llvm.memcpy.p0.p0.i64(ptr %slot, ptr %x, i64 16, i1 false)",
        ),
    ] {
        let graph = comparing(left, &format!("{fill}\n"));
        assert_eq!([calls(&graph, "if_same"), calls(&graph, "if_different")], [(1, 0); 2], "{left} {fill}");
    }
}

#[test]
fn blocks_that_nothing_leads_to_are_dead() {
    let ir = format!(
        "{TYPES}
        define void @f(i1 %x) {{
          br i1 false, label %never, label %always
        never:
          call void @if_same()
          br label %further
        further:
          call void @if_same()
          ret void
        always:
          br i1 %x, label %perhaps, label %end
        perhaps:
          call void @if_different(i64 1)
          br label %end
        end:
          ret void
        alone:
          call void @if_same()
          br label %end
        }}"
    );
    let parsed = read(&module(&ir), GRAPH).expect("the module can be read");
    let graph = &parsed.graph;
    assert_eq!([calls(graph, "if_same"), calls(graph, "if_different")], [(0, 3), (1, 0)]);
}

#[test]
fn slots_with_many_uses_are_not_looked_at() {
    let with_loads = |count: usize| {
        let loads: String = (0..count).map(|number| format!("%load{number} = load i8, ptr %slot\n")).collect();
        calls(&comparing("@u8", &format!("{}\n{loads}", FILLS[0])), "if_different")
    };
    assert_eq!([with_loads(14), with_loads(15)], [(0, 1), (1, 0)]);
}
