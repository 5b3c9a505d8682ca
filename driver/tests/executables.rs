//! pcg-rustc and pcg-codegen beside each other.

mod common;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use common::World;
use pcg_interface::exit_code;

const PCG_RUSTC: &str = env!("CARGO_BIN_EXE_pcg-rustc");

const SOURCE: &str = "pub fn f(v: &[u8]) -> String { format!(\"{v:?}\") }";

const OPTIONS: [&str; 6] =
    ["lib.rs", "-O", "-Ccodegen-units=2", "--crate-type=rlib", "--out-dir=out", "--pcg-report=report.json"];

/// What the report says was done, and why.
fn report(world: &World) -> (String, String) {
    let report: serde_json::Value = serde_json::from_slice(&fs::read(world.path("report.json")).unwrap()).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&report["action"]), text(&report["reason"]["id"]))
}

#[test]
fn without_pcg_codegen_stock_rustc_compiles() {
    let world = World::new();
    world.write("lib.rs", SOURCE);
    let alone = world.executable("pcg-rustc", &fs::read(PCG_RUSTC).unwrap());
    let output = world.pcg_at(&alone).args(OPTIONS).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(report(&world), ("passthrough".to_owned(), "set-up".to_owned()));
    assert_eq!(world.names("out"), ["liblib.rlib"]);
    let strict = world.pcg_at(&alone).args(OPTIONS).arg("--pcg-strict").output().unwrap();
    assert_eq!(strict.status.code(), Some(i32::from(exit_code::STRICT)));
    let said = String::from_utf8_lossy(&strict.stderr).into_owned();
    assert!(said.contains("pcg-codegen cannot be run: No such file"), "{said}");
}

#[test]
fn pcg_rustc_that_is_told_to_run_itself_runs_rustc() {
    let world = World::new();
    world.write("lib.rs", SOURCE);
    let link = world.path("link");
    std::os::unix::fs::symlink(PCG_RUSTC, &link).unwrap();
    for rustc in [Path::new(PCG_RUSTC), &link] {
        let output = world.pcg().env("CARGO_PCG_RUSTC", rustc).args(OPTIONS).arg("--pcg-strict").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(report(&world).0, "split");
        fs::remove_file(world.path("report.json")).unwrap();
    }
}

#[test]
fn pcg_codegen_is_not_for_people() {
    let world = World::new();
    world.write("lib.rs", SOURCE);
    for options in [&OPTIONS[..], &["lib.rs"]] {
        let program = Path::new(env!("CARGO_BIN_EXE_pcg-codegen"));
        let output = world.pcg_at(program).args(options).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(i32::from(exit_code::USAGE)));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.starts_with("error: pcg: pcg-codegen ") && said.contains("call pcg-rustc instead"), "{said}");
        assert!(world.names("out").is_empty());
    }
}
