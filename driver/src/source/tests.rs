use std::ffi::OsString;
use std::path::PathBuf;

use super::*;

fn rustc() -> PathBuf {
    Path::new(pcg_llvm_backend::SYSROOT).join("bin/rustc")
}

/// What is found for a file of that name and content; `rustc` is not run unless one is given.
fn find(name: &str, text: &str, flags: &[&str], rustc: &Path) -> SourceFacts {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join(name);
    std::fs::write(&input, text).expect("a file");
    let words: Vec<OsString> = flags.iter().map(OsString::from).chain([input.clone().into()]).collect();
    let arguments = Arguments::parse(&words).expect("a good line");
    SourceFacts::find(&Request::read(&arguments), &arguments, &input, rustc)
}

fn facts(types: &[CrateType], name: &str) -> SourceFacts {
    SourceFacts { crate_types: Some(types.to_vec()), crate_name: Some(name.to_owned()) }
}

#[test]
fn the_command_line_is_believed() {
    let flags = ["--crate-type=lib", "--crate-type=cdylib", "--crate-name=a"];
    let found = find("b.rs", "", &flags, Path::new("/nonexistent"));
    assert_eq!(found, facts(&[CrateType::Rlib, CrateType::Cdylib], "a"));
}

#[test]
fn a_test_is_an_executable() {
    let found = find("b.rs", "#![crate_type = \"lib\"]", &["--test", "--crate-type=lib"], Path::new("/nonexistent"));
    assert_eq!(found, facts(&[CrateType::Bin], "b"));
}

#[test]
fn a_source_without_attributes_is_an_executable_named_after_its_file() {
    let found = find("a-b.rs", "fn main() {}", &[], Path::new("/nonexistent"));
    assert_eq!(found, facts(&[CrateType::Bin], "a_b"));
}

#[test]
fn attributes_are_read_by_rustc() {
    let text = "#![crate_type = \"rlib\"]\n#![crate_type = \"staticlib\"]\n#![crate_name = \"zed\"]";
    let found = find("b.rs", text, &["-o", "out", "--emit=dep-info,link"], &rustc());
    assert_eq!(found, facts(&[CrateType::Rlib, CrateType::Staticlib], "zed"));
}

#[test]
fn a_mention_is_not_an_attribute() {
    let found = find("b.rs", "//! Not crate_type and not crate_name.\nfn main() {}", &[], &rustc());
    assert_eq!(found, facts(&[CrateType::Bin], "b"));
}

#[test]
fn dynamic_libraries_are_told_apart() {
    for kind in [CrateType::Dylib, CrateType::Cdylib, CrateType::ProcMacro] {
        let text = format!("#![crate_type = \"{}\"]", kind.name());
        assert_eq!(find("b.rs", &text, &[], &rustc()), facts(&[kind], "b"));
    }
}

#[test]
fn what_rustc_cannot_say_stays_unknown() {
    let found = find("b.rs", "#![crate_type = \"lib\"]", &[], Path::new("/nonexistent"));
    assert_eq!(found, SourceFacts { crate_types: None, crate_name: Some("b".to_owned()) });
}

#[test]
fn a_missing_file_is_left_to_rustc() {
    let words = [OsString::from("/nonexistent/x.rs")];
    let arguments = Arguments::parse(&words).expect("a good line");
    let request = Request::read(&arguments);
    let found = SourceFacts::find(&request, &arguments, Path::new("/nonexistent/x.rs"), Path::new("/nonexistent"));
    assert_eq!(found, facts(&[CrateType::Bin], "x"));
}
