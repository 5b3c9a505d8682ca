//! What the crates may depend on, by cargo's own account.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use pcg_tests::command::{command, run_ok};
use pcg_tests::toolchain;
use serde_json::Value;

/// The packages that each package of the workspace depends on, directly and through others, tests aside.
fn dependencies() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut cargo = command(toolchain::cargo()?);
    cargo.args(["metadata", "--locked", "--format-version=1"]).current_dir(toolchain::workspace());
    let metadata: Value = serde_json::from_slice(&run_ok(&mut cargo)?.stdout)?;
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let array = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let names: BTreeMap<_, _> =
        array(&metadata, "packages").iter().map(|package| (text(package, "id"), text(package, "name"))).collect();
    let is_normal = |dependency: &Value| array(dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
    let edges: BTreeMap<String, Vec<String>> = array(&metadata["resolve"], "nodes")
        .iter()
        .map(|node| {
            let normal = array(node, "deps").into_iter().filter(is_normal);
            (text(node, "id"), normal.map(|dependency| text(&dependency, "pkg")).collect())
        })
        .collect();
    let members = array(&metadata, "workspace_members");
    members.iter().map(|member| reachable(member.as_str().context("an id")?, &edges, &names)).collect()
}

fn reachable(
    from: &str,
    edges: &BTreeMap<String, Vec<String>>,
    names: &BTreeMap<String, String>,
) -> Result<(String, BTreeSet<String>)> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(id) = waiting.pop() {
        for next in edges.get(id).into_iter().flatten() {
            if found.insert(names[next].clone()) {
                waiting.push(next);
            }
        }
    }
    Ok((names.get(from).context("a member without a package")?.clone(), found))
}

#[test]
fn the_partitioner_knows_neither_llvm_nor_the_others() -> Result<()> {
    let of_partition = &dependencies()?["pcg-partition"];
    for unwanted in ["inkwell", "llvm-sys", "pcg-llvm-backend", "pcg-driver"] {
        ensure!(!of_partition.contains(unwanted), "pcg-partition depends on {unwanted}");
    }
    Ok(())
}

#[test]
fn joining_knows_elf_alone() -> Result<()> {
    let of_join = &dependencies()?["pcg-join"];
    ensure!(of_join.contains("object"), "pcg-join does without ELF: the test shows nothing");
    let unwanted = of_join.iter().find(|package| package.starts_with("pcg-") || *package == "llvm-sys");
    ensure!(unwanted.is_none(), "pcg-join depends on {unwanted:?}");
    Ok(())
}

#[test]
fn only_the_back_end_depends_on_llvm() -> Result<()> {
    let all = dependencies()?;
    ensure!(all["pcg-llvm-backend"].contains("llvm-sys"), "the back end does not use LLVM: the test shows nothing");
    for (package, dependencies) in all.iter().filter(|(package, _)| package.as_str() != "pcg-llvm-backend") {
        let through_back_end = dependencies.contains("pcg-llvm-backend");
        let itself = dependencies.contains("llvm-sys") || dependencies.contains("inkwell");
        ensure!(!itself || through_back_end, "{package} depends on LLVM by itself");
    }
    ensure!(!all["pcg-llvm-backend"].contains("pcg-driver"), "the back end depends on the driver");
    Ok(())
}

#[test]
fn cargo_pcg_does_without_the_driver_and_the_back_end() -> Result<()> {
    let all = dependencies()?;
    ensure!(all["pcg-cargo"].contains("pcg-interface"), "cargo pcg does without anything: the test shows nothing");
    for package in ["pcg-cargo", "pcg-interface"] {
        for unwanted in ["pcg-llvm-backend", "pcg-driver"] {
            ensure!(!all[package].contains(unwanted), "{package} depends on {unwanted}");
        }
    }
    Ok(())
}

#[test]
fn the_tests_see_executables_only() -> Result<()> {
    let all = dependencies()?;
    for package in ["pcg-tests", "pcg-ui-tests"] {
        for unwanted in ["pcg-partition", "pcg-join", "pcg-llvm-backend", "pcg-driver", "pcg-cargo", "pcg-interface"] {
            ensure!(!all[package].contains(unwanted), "{package} depends on {unwanted}");
        }
    }
    Ok(())
}

#[test]
fn unsafe_code_is_forbidden_outside_the_back_end() -> Result<()> {
    for package in ["driver", "cargo-pcg", "interface", "join", "partition"] {
        let library = toolchain::workspace().join(package).join("src/lib.rs");
        let text = std::fs::read_to_string(library)?;
        ensure!(text.lines().any(|line| line == "#![forbid(unsafe_code)]"), "{package} does not forbid unsafe code");
    }
    Ok(())
}
