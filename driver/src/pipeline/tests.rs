//! Everything but the code: rustc is a script, see [`crate::testing`].

use std::fs;

use pcg_interface::exit_code;

use crate::archive::METADATA;
use crate::exit::Exit;
use crate::testing::{OBJECT, World};

/// What starts like bitcode and is none.
const GARBAGE: &[u8] = b"BC\xC0\xDEgarbage";
const STOCK: &str = r#"cp $files/stock.rlib $out/libx.rlib"#;

#[test]
fn a_compile_error_is_passed_on() {
    let world = World::new("echo 'error: e' >&2; exit 1");
    let (exit, report) = world.compile(&[]);
    assert_eq!(exit, Exit::Code(1));
    assert_eq!(report["action"], "split");
    assert!(world.outputs().is_empty());
}

#[test]
fn dep_info_is_left_after_an_error_as_stock_leaves_it() {
    let world = World::new(r#"echo "$out/libx.rlib: x.rs" > $out/x.d; touch $out/x.1-cgu.0.rcgu.o; exit 1"#);
    let (exit, _) = world.compile(&["--emit=dep-info,link"]);
    assert_eq!(exit, Exit::Code(1));
    assert_eq!(world.outputs(), ["x.d"]);
    let text = fs::read_to_string(world.path("out/x.d")).unwrap();
    assert!(text.starts_with(&format!("{}: x.rs\n", world.path("out/libx.rlib").display())), "{text}");
}

#[test]
fn a_crate_without_code_stays_as_it_is() {
    let world = World::new(STOCK);
    let member = crate::archive::Member { name: METADATA.to_owned(), data: b"m".to_vec() };
    crate::archive::write(&world.path("files/stock.rlib"), &[member]).unwrap();
    let (exit, report) = world.compile(&[]);
    assert_eq!(exit, Exit::Code(0));
    assert_eq!((&report["action"], &report["codegen_units"]), (&"split".into(), &0.into()));
    assert_eq!(world.members("libx.rlib"), [(METADATA.to_owned(), b"m".to_vec())]);
}

#[test]
fn garbage_instead_of_bitcode_falls_back() {
    let world = World::new(&format!("if [ $stock = yes ]; then {STOCK}; else cp $files/bad.rlib $out/libx.rlib; fi"));
    world.archive("bad.rlib", GARBAGE, b"of the front end");
    world.archive("stock.rlib", b"code", b"of stock");
    let (exit, report) = world.compile(&[]);
    assert_eq!(exit, Exit::Code(0));
    assert_eq!((&report["action"], &report["reason"]["id"]), (&"fallback".into(), &"bitcode".into()));
    assert_eq!(world.members("libx.rlib")[0].1, b"of stock");
}

#[test]
fn announced_metadata_stays_and_gets_stocks_code() {
    let world = World::new(
        r#"echo $stock > $out/libx.rmeta
        notice libx.rmeta metadata
        if [ $stock = yes ]; then cp $files/stock.rlib $out/libx.rlib; else cp $files/bad.rlib $out/libx.rlib; fi
        notice libx.rlib link"#,
    );
    world.archive("bad.rlib", GARBAGE, b"of the front end");
    world.archive("stock.rlib", b"code", b"of stock");
    let json = ["--emit=metadata,link", "--error-format=json", "--json=artifacts"];
    let (exit, report) = world.compile(&json);
    assert_eq!((exit, &report["action"]), (Exit::Code(0), &"fallback".into()));
    assert_eq!(fs::read_to_string(world.path("out/libx.rmeta")).unwrap(), "no\n");
    let expected = [(METADATA, b"of the front end".as_slice()), (OBJECT, b"code")];
    assert_eq!(world.members("libx.rlib"), expected.map(|(name, data)| (name.to_owned(), data.to_vec())));
    assert_eq!(world.outputs(), ["libx.rlib", "libx.rmeta"]);
}

#[test]
fn an_object_with_a_path_of_its_own_is_stocks_beside_announced_metadata() {
    let world = World::new(
        r#"echo $stock > $out/libx.rmeta
        notice libx.rmeta metadata
        if [ $stock = yes ]; then printf code; else printf 'BC\300\336garbage'; fi > $out/../explicit/obj-there.o
        notice ../explicit/obj-there.o obj"#,
    );
    let emit = format!("--emit=metadata,obj={}", world.path("out/there.o").display());
    let line = ["-Ccodegen-units=1", &emit, "--error-format=json", "--json=artifacts"];
    let (exit, report) = world.compile(&line);
    assert_eq!((exit, &report["reason"]["id"]), (Exit::Code(0), &"bitcode".into()));
    assert_eq!(fs::read_to_string(world.path("out/libx.rmeta")).unwrap(), "no\n");
    assert_eq!(fs::read(world.path("out/there.o")).unwrap(), b"code");
}

#[test]
fn an_object_that_is_machine_code_already_is_not_used() {
    let world = World::new("printf $stock > $out/x.o");
    let (exit, report) = world.compile(&["-Ccodegen-units=1", "--emit=obj"]);
    assert_eq!((exit, &report["reason"]["id"]), (Exit::Code(0), &"no-builtins".into()));
    assert_eq!(fs::read(world.path("out/x.o")).unwrap(), b"yes");
}

#[test]
fn a_killed_front_end_falls_back() {
    let world = World::new(&format!("[ $stock = yes ] || kill -9 $$; {STOCK}"));
    world.archive("stock.rlib", b"code", b"of stock");
    let (exit, report) = world.compile(&[]);
    assert_eq!((exit, &report["reason"]["id"]), (Exit::Code(0), &"front-end".into()));
    assert_eq!(world.outputs(), ["libx.rlib"]);
}

#[test]
fn a_crash_is_stocks_to_report() {
    let world = World::new("exit 101");
    let (exit, report) = world.compile(&[]);
    assert_eq!((exit, &report["action"]), (Exit::Code(101), &"fallback".into()));
}

#[test]
fn trouble_in_the_scratch_folder_falls_back() {
    let world =
        World::new(&format!(r#"[ $stock = yes ] || {{ echo "error: $out/x: No space left" >&2; exit 1; }}; {STOCK}"#));
    world.archive("stock.rlib", b"code", b"of stock");
    let (exit, report) = world.compile(&[]);
    assert_eq!((exit, &report["action"]), (Exit::Code(0), &"fallback".into()));
}

#[test]
fn machine_code_of_the_front_end_is_not_used() {
    let world = World::new(STOCK);
    world.archive("stock.rlib", b"\x7fELF", b"m");
    let (exit, report) = world.compile(&[]);
    assert_eq!((exit, &report["reason"]["id"]), (Exit::Code(0), &"no-builtins".into()));
}

#[test]
fn an_output_that_cannot_be_placed_is_stocks_to_report() {
    let world = World::new(&format!("[ $stock = no ] || exit 7; {STOCK}"));
    let member = crate::archive::Member { name: METADATA.to_owned(), data: b"m".to_vec() };
    crate::archive::write(&world.path("files/stock.rlib"), &[member]).unwrap();
    fs::create_dir(world.path("out/libx.rlib")).unwrap();
    let (exit, report) = world.compile(&[]);
    assert_eq!((exit, &report["reason"]["id"]), (Exit::Code(7), &"file".into()));
}

#[test]
fn strict_makes_a_fallback_an_error() {
    let world = World::new(STOCK);
    world.archive("stock.rlib", GARBAGE, b"m");
    let (exit, report) = world.compile(&["--pcg-strict"]);
    assert_eq!((exit, &report["action"]), (Exit::Code(exit_code::STRICT), &"fallback".into()));
    assert!(world.outputs().is_empty());
}

#[test]
fn stock_that_dies_by_a_signal_is_passed_on() {
    let world = World::new("kill -6 $$");
    let (exit, report) = world.compile(&[]);
    assert_eq!((exit, &report["exit_code"]), (Exit::Signal(6), &serde_json::Value::Null));
}
