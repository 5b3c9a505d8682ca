//! Two pcg-rustc at once on one output.

mod common;

use std::process::{Command, Stdio};

use common::World;

#[test]
fn the_output_is_whole_whoever_comes_last() {
    let world = World::new();
    world.write("lib.rs", "pub fn f(v: &[u8]) -> String { format!(\"{v:?}\") }");
    world.write("main.rs", "fn main() { println!(\"{}\", x::f(&[1, 2])); }");
    let options = ["lib.rs", "-O", "-Ccodegen-units=2", "--crate-type=rlib", "--crate-name=x", "--out-dir=out"];
    let emit = "--emit=dep-info,metadata,link";
    let start = || world.pcg().args(options).arg(emit).stderr(Stdio::piped()).spawn().unwrap();
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
    }
    assert_eq!(world.names("out"), ["libx.rlib", "libx.rmeta", "x.d"]);
    assert!(world.names("tmp").is_empty());
    let user = ["main.rs", "--extern=x=out/libx.rlib", "-o", "out/main"];
    assert!(world.pcg().args(user).status().unwrap().success());
    assert_eq!(Command::new(world.path("out/main")).output().unwrap().stdout, b"[1, 2]\n");
}
