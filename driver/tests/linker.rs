//! pcg-rustc as the linker of a real rustc.

mod common;

use std::fs;
use std::process::{Command, Output};

use common::World;

const HELLO: &str = "fn main() { println!(\"hello\"); }";

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn link(world: &World, options: &[&str]) -> Output {
    world.write("hello.rs", HELLO);
    let split = ["-O", "-Ccodegen-units=2", "--pcg-strict", "--pcg-report=report.json", "-o", "out/hello"];
    world.pcg().arg("hello.rs").args(split).args(options).output().unwrap()
}

#[test]
fn the_real_linker_gets_machine_code_and_no_plugin_options() {
    let world = World::new();
    let linker = world.script("cc", &format!("echo \"$@\" >'{}'; exec cc \"$@\"", world.path("seen").display()));
    let output = link(&world, &[&format!("-Clinker={}", linker.display())]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(output.stderr, b"");
    let seen = fs::read_to_string(world.path("seen")).unwrap();
    assert!(!seen.contains("plugin-opt"), "{seen}");
    assert!(seen.contains("/0.hello.hello."), "{seen}");
    let run = Command::new(world.path("out/hello")).output().unwrap();
    assert_eq!(run.stdout, b"hello\n");
    assert_eq!(world.names("out"), ["hello"]);
    assert!(world.names("tmp").is_empty());
}

#[test]
fn a_response_file_is_read_and_written() {
    let world = World::new();
    let body = format!("case $1 in @*) cp \"${{1#@}}\" '{}';; esac; exec cc \"$@\"", world.path("seen").display());
    let linker = world.script("cc", &body);
    // More than the operating system takes, so that rustc writes a response file.
    let many: Vec<String> = (0..40).map(|n| format!("-Clink-arg=-Wl,--defsym=a{n}={}", "0".repeat(100_000))).collect();
    let arguments = world.write("arguments", &many.join("\n"));
    let output = link(&world, &[&format!("-Clinker={}", linker.display()), &format!("@{}", arguments.display())]);
    assert!(output.status.success(), "{}", text(&output.stderr).chars().take(2000).collect::<String>());
    let seen = fs::read_to_string(world.path("seen")).unwrap();
    assert!(!seen.contains("plugin-opt"));
    assert!(seen.contains("/0.hello.hello."));
    assert!(world.path("out/hello").exists());
}

#[test]
fn a_linker_that_fails_is_reported_by_stock() {
    let world = World::new();
    let linker = world.script("cc", "echo 'cc: no way' >&2; exit 9");
    let linker = format!("-Clinker={}", linker.display());
    let output = link(&world, &[&linker]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(stderr.starts_with("error: linking with `") && stderr.contains("cc: no way"), "{stderr}");
    assert!(!stderr.contains("pcg"), "{stderr}");
    let report = fs::read_to_string(world.path("report.json")).unwrap();
    assert!(report.contains("\"id\": \"linker\""), "{report}");
    assert!(world.names("tmp").is_empty());
}

#[test]
fn a_linker_that_is_missing_is_reported_by_stock() {
    let world = World::new();
    let output = link(&world, &["-Clinker=/no/such/cc"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error: linker `/no/such/cc` not found"));
}

#[test]
fn several_crate_types_share_one_compile() {
    let world = World::new();
    world.write("lib.rs", "#[unsafe(no_mangle)] pub extern \"C\" fn three() -> u32 { 3 }");
    let options = ["-O", "-Ccodegen-units=2", "--pcg-strict", "--out-dir=out", "--pcg-report=report.json"];
    let types = ["--crate-type=rlib,cdylib,staticlib", "--crate-name=three"];
    let output = world.pcg().arg("lib.rs").args(options).args(types).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(world.names("out"), ["libthree.a", "libthree.rlib", "libthree.so"]);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(world.path("report.json")).unwrap()).unwrap();
    assert_eq!(report["action"], "split");
    // The allocator shim of the linked types is the only other module.
    assert!(report["other_modules"].as_array().unwrap().len() <= 1, "{report}");
}
