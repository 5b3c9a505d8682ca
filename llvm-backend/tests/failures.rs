//! What LLVM cannot do becomes an error; the process lives on.

mod common;

use common::{compile, module, partitioning, read, unit};
use pcg_llvm_backend::{CompileOptions, CrateModule, Error, Settings, Wanted, Workers, compile_units, tokens};

#[test]
fn what_is_no_bitcode_is_refused() {
    let error = CrateModule::new("crate", b"\x7fELF not bitcode".to_vec()).unwrap_err();
    assert!(matches!(error, Error::Bitcode { .. }), "{error}");
}

#[test]
fn truncated_bitcode_is_an_error_at_any_length() {
    let module =
        module("define i32 @f(i32 %x) { %y = add i32 %x, 1 ret i32 %y } @g = global [9 x i32] zeroinitializer");
    let bitcode = module.bitcode();
    for length in (8..bitcode.len() - 4).step_by(4) {
        let truncated = CrateModule::new("cut", bitcode[..length].to_vec()).unwrap();
        assert!(
            matches!(read(&truncated, Wanted::default()), Err(Error::Bitcode { .. })),
            "{length} of {} bytes",
            bitcode.len()
        );
    }
}

#[test]
fn a_fatal_error_of_llvm_leaves_the_process_alive() {
    // X86 cannot select an instruction of another target, and LLVM does not return from that.
    let module = module(
        "declare i32 @llvm.aarch64.crc32b(i32, i32)
         define i32 @f() { %x = call i32 @llvm.aarch64.crc32b(i32 1, i32 2) ret i32 %x }
         define i32 @g() { ret i32 1 }",
    );
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let units = vec![unit(graph, &["f"], &[], &[]), unit(graph, &["g"], &[], &[])];
    let parts = partitioning(graph, units, &[]);
    // A thread is lost each time, and there is only one.
    let workers = Workers::new(tokens::from_environment_or(1), 1);
    for _ in 0..2 {
        let options = CompileOptions::default();
        let error = compile_units(&parsed, &parts, &Settings::default(), &workers, &options).unwrap_err();
        assert!(matches!(error, Error::Fatal { .. }), "{error}");
        assert!(error.to_string().contains("aarch64"), "{error}");
    }
}

#[test]
fn what_llvm_reports_names_the_unit() {
    let module = module("define void @f() { call void asm sideeffect \"no such instruction\", \"\"() ret void }");
    let parsed = read(&module, Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let parts = partitioning(graph, vec![unit(graph, &["f"], &[], &[])], &[]);
    let error = compile(&parsed, &parts).unwrap_err();
    assert!(error.to_string().contains("test (unit 0)"), "{error}");
}
