//! Who may run when: units and the child that has the process's own token.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::{module, partitioning, unit};
use pcg_llvm_backend::{CompileOptions, ParsedModule, Settings, UnitObject, Wanted, Workers, compile_units, tokens};

/// Compiles two units.
fn compile_two(workers: &Workers) -> Vec<UnitObject> {
    let module = module("define void @a() { ret void } define void @b() { ret void }");
    let parsed = ParsedModule::read(&module, workers, |_| Wanted::default()).unwrap();
    let graph = &parsed.graph;
    let parts = partitioning(graph, vec![unit(graph, &["a"], &[], &[]), unit(graph, &["b"], &[], &[])], &[]);
    compile_units(&parsed, &parts, &Settings::default(), workers, &CompileOptions::default()).unwrap()
}

#[test]
fn units_wait_while_a_child_has_the_only_token_or_is_the_only_thread() {
    for (tokens, threads) in [(1, 2), (2, 1)] {
        let workers = Workers::new(tokens::from_environment_or(tokens), threads);
        let is_back = AtomicBool::new(false);
        workers.tokens.lend();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(50));
                is_back.store(true, Ordering::SeqCst);
                workers.tokens.take_back();
            });
            assert_eq!(compile_two(&workers).len(), 2);
            assert!(is_back.load(Ordering::SeqCst), "{tokens} tokens, {threads} threads");
        });
    }
}

#[test]
fn units_work_beside_a_child_that_has_the_own_token() {
    let workers = Workers::new(tokens::from_environment_or(2), 2);
    workers.tokens.lend();
    assert_eq!(compile_two(&workers).len(), 2);
}
