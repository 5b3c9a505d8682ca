//! What `cargo pcg doctor` finds, beside a fake rustc and a spoilt pcg-rustc.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use pcg_llvm_backend::{COMMIT_HASH, HOST, SYSROOT};
use snapbox::prelude::*;
use snapbox::{assert_data_eq, str};

use super::common::World;
use super::{PCG_CODEGEN, PCG_RUSTC, cargo_pcg, cargo_pcg_at, without_root, workspace};

/// A project beside a rustc that says that it is the right one.
fn world() -> World {
    let world = World::new();
    cargo_pcg(&world, &[]);
    workspace(&world, "", "");
    rustc(&world, COMMIT_HASH, Path::new(SYSROOT));
    world
}

/// Writes a rustc that is of a commit and in a sysroot.
fn rustc(world: &World, commit: &str, sysroot: &Path) {
    let answer = format!("rustc 1.2.3 (fake)\ncommit-hash: {commit}\nhost: {HOST}\n");
    let script = format!("case $1 in -vV) printf '{answer}' ;; *) echo '{}' ;; esac", sysroot.display());
    world.script("rustc", &script);
}

/// `cargo pcg doctor` with that rustc.
fn doctor(world: &World) -> Command {
    at_this_rustc(world, cargo_pcg(world, &["pcg", "doctor"]))
}

fn at_this_rustc(world: &World, mut command: Command) -> Command {
    command.env("RUSTC", world.path("rustc")).env("TMPDIR", world.path("tmp"));
    command
}

/// `cargo pcg doctor` by a cargo-pcg with these files beside it.
fn doctor_beside(world: &World, files: &[(&str, &Path)]) -> Command {
    fs::create_dir(world.path("bin")).unwrap();
    let program = world.executable("bin/cargo-pcg", &fs::read(env!("CARGO_BIN_EXE_cargo-pcg")).unwrap());
    for (name, file) in files {
        world.executable(&format!("bin/{name}"), &fs::read(file).unwrap());
    }
    at_this_rustc(world, cargo_pcg_at(&program, world, &["doctor"]))
}

/// The checks of executables that are to be seen where these files are beside cargo-pcg.
fn beside(world: &World, files: &[(&str, &Path)], code: i32) -> String {
    only(&answer(world, &mut doctor_beside(world, files), code), &EXECUTABLES)
}

/// The checks of executables.
const EXECUTABLES: [&str; 3] = ["pcg-rustc", "pcg-codegen", "libLLVM"];

/// What is printed, if that is how it ends.
fn answer(world: &World, command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    let text = without_what_differs(world, &output.stdout);
    let said = without_root(world, &output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}{said}");
    assert_eq!(said.contains("checks failed\nhelp: each check says how to mend it\n"), code != 0, "{said}");
    text
}

/// A text without what differs from machine to machine.
fn without_what_differs(world: &World, text: &[u8]) -> String {
    let version = Command::new(PCG_RUSTC).arg("--pcg-version").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let hash = version.split(['(', ')']).nth(1).unwrap();
    let cores = std::thread::available_parallelism().unwrap();
    let text = without_root(world, text).replace(hash, "[HASH]").replace(SYSROOT, "[SYSROOT]");
    let text = text.replace(&format!("cores ({cores})"), "cores ([CORES])");
    let words = text.split_inclusive(' ').collect::<Vec<_>>();
    let is_free =
        |at: usize| words.get(at + 1..at + 3).is_some_and(|next| next[0] == "GiB " && next[1].starts_with("free"));
    words.iter().enumerate().map(|(at, word)| if is_free(at) { "[N] " } else { word }).collect()
}

/// The lines about some checks.
fn only(text: &str, names: &[&str]) -> String {
    let mut is_meant = false;
    let lines = text.split_inclusive('\n').filter(|line| {
        if !line.starts_with(' ') {
            is_meant = names.iter().any(|name| line[9..].starts_with(&format!("{name} ")));
        }
        is_meant
    });
    lines.collect()
}

#[test]
fn all_is_well() {
    let world = world();
    assert_data_eq!(
        answer(&world, &mut doctor(&world), 0),
        str![[r#"
ok       pcg-rustc          [PCG_RUSTC] 0.1.0 ([HASH])
ok       pcg-codegen        [PCG_CODEGEN] 0.1.0 ([HASH])
ok       libLLVM            [SYSROOT]/lib/libLLVM.so.22.1-rust-1.95.0-stable
ok       toolchain          rustc 1.2.3 (fake) in [SYSROOT] (from RUSTC)
ok       jobserver          none is inherited: cargo makes one, without `-j` for as many jobs as cores ([CORES])
ok       wrapper            there is none: `cargo pcg` sets pcg-rustc as RUSTC_WRAPPER
ok       workspace wrapper  there is none
ok       temporary files    [ROOT]/tmp has [N] GiB free
ok       target folder      [ROOT]/project/target has [N] GiB free

"#]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, doctor(&world).arg("--format=json"), 0),
        str![[r#"
{
  "schema_version": 1,
  "checks": [
    {
      "name": "pcg-rustc",
      "status": "ok",
      "found": "[PCG_RUSTC] 0.1.0 ([HASH])",
      "help": null
    },
    {
      "name": "pcg-codegen",
      "status": "ok",
      "found": "[PCG_CODEGEN] 0.1.0 ([HASH])",
      "help": null
    },
    {
      "name": "libLLVM",
      "status": "ok",
      "found": "[SYSROOT]/lib/libLLVM.so.22.1-rust-1.95.0-stable",
      "help": null
    },
    {
      "name": "toolchain",
      "status": "ok",
      "found": "rustc 1.2.3 (fake) in [SYSROOT] (from RUSTC)",
      "help": null
    },
    {
      "name": "jobserver",
      "status": "ok",
      "found": "none is inherited: cargo makes one, without `-j` for as many jobs as cores ([CORES])",
      "help": null
    },
    {
      "name": "wrapper",
      "status": "ok",
      "found": "there is none: `cargo pcg` sets pcg-rustc as RUSTC_WRAPPER",
      "help": null
    },
    {
      "name": "workspace wrapper",
      "status": "ok",
      "found": "there is none",
      "help": null
    },
    {
      "name": "temporary files",
      "status": "ok",
      "found": "[ROOT]/tmp has [N] GiB free",
      "help": null
    },
    {
      "name": "target folder",
      "status": "ok",
      "found": "[ROOT]/project/target has [N] GiB free",
      "help": null
    }
  ]
}

"#]]
        .raw()
    );
}

#[test]
fn without_a_project_there_is_no_target_folder() {
    let world = world();
    fs::remove_file(world.path("metadata")).unwrap();
    assert!(!answer(&world, &mut doctor(&world), 0).contains("target folder"));
}

#[test]
fn a_pcg_rustc_that_is_missing() {
    let world = world();
    let text = answer(&world, doctor_beside(&world, &[]).env("PATH", world.path("out")), 6);
    assert_data_eq!(
        only(&text, &EXECUTABLES),
        str![[r#"
failed   pcg-rustc          there is none beside cargo-pcg or in PATH
                            help: `make install` in pcg's sources installs all executables

"#]]
        .raw()
    );
}

#[test]
fn a_pcg_rustc_of_another_build() {
    let world = world();
    let other = world.script("other", "echo 'pcg-rustc 0.0.9 (0123)'; echo 'for the rustc of commit 4567'");
    assert_data_eq!(
        beside(&world, &[("pcg-rustc", &other), ("pcg-codegen", &other)], 0),
        str![[r#"
warning  pcg-rustc          [ROOT]/bin/pcg-rustc is 0.0.9 (0123), and cargo-pcg is 0.1.0 ([HASH])
                            help: `make install` in pcg's sources installs all executables
warning  pcg-codegen        [ROOT]/bin/pcg-codegen is 0.0.9 (0123), and cargo-pcg is 0.1.0 ([HASH])
                            help: `make install` in pcg's sources installs all executables
warning  libLLVM            [ROOT]/bin/pcg-codegen cannot be read as an executable: Unsupported ELF header
                            help: `make install` in pcg's sources installs all executables

"#]]
        .raw()
    );
}

#[test]
fn a_pcg_codegen_that_is_missing() {
    let world = world();
    assert_data_eq!(
        beside(&world, &[("pcg-rustc", Path::new(PCG_RUSTC))], 6),
        str![[r#"
ok       pcg-rustc          [ROOT]/bin/pcg-rustc 0.1.0 ([HASH])
failed   pcg-codegen        there is none beside [ROOT]/bin/pcg-rustc
                            help: `make install` in pcg's sources installs all executables

"#]]
        .raw()
    );
}

#[test]
fn a_pcg_codegen_without_its_library() {
    let world = world();
    let mut program = fs::read(PCG_CODEGEN).unwrap();
    let name = b"libLLVM.so.22.1-rust";
    let at = program.windows(name.len()).position(|bytes| bytes == name).expect("it is linked against libLLVM");
    program[at..at + name.len()].copy_from_slice(b"libLLVM.so.gone-rust");
    let spoilt = world.executable("spoilt", &program);
    let pcg_rustc = ("pcg-rustc", Path::new(PCG_RUSTC));
    assert_data_eq!(beside(&world, &[pcg_rustc, ("pcg-codegen", &spoilt)], 6), str![[r#"
ok       pcg-rustc          [ROOT]/bin/pcg-rustc 0.1.0 ([HASH])
failed   pcg-codegen        [ROOT]/bin/pcg-codegen does not start: error while loading shared libraries: libLLVM.so.gone-rust-1.95.0-stable: cannot open shared object file: No such file or directory
                            help: mend libLLVM if that is what it misses; else install pcg again
failed   libLLVM            libLLVM.so.gone-rust-1.95.0-stable is not in [SYSROOT]/lib
                            help: install the toolchain that pcg was built with (rustc 1.95.0) in its place, or build pcg again with the one that is there

"#]].raw());
}

#[test]
fn a_rustc_that_is_not_the_one_pcg_was_built_for() {
    let world = world();
    rustc(&world, "0123", Path::new(SYSROOT));
    let text = answer(&world, &mut doctor(&world), 6);
    assert_data_eq!(only(&text, &["toolchain"]), str![[r#"
failed   toolchain          rustc 1.2.3 (fake) in [SYSROOT] (from RUSTC): pcg was built for 1.95.0 and leaves all crates to this one
                            help: choose that toolchain, by `cargo +1.95.0 pcg` or in rust-toolchain.toml, or build pcg for this one

"#]].raw());
}

#[test]
fn a_rustc_that_does_not_run() {
    let world = world();
    world.script("rustc", "echo 'error: toolchain is not installed' >&2; exit 1");
    let text = answer(&world, &mut doctor(&world), 6);
    assert_data_eq!(
        only(&text, &["toolchain"]),
        str![[r#"
failed   toolchain          [ROOT]/rustc (from RUSTC) does not run: error: toolchain is not installed
                            help: install a toolchain, or mend the place that names this rustc

"#]]
        .raw()
    );
    world.write("home/config.toml", "build.rustc = '/nonexistent/rustc'");
    let text = answer(&world, doctor(&world).env_remove("RUSTC"), 6);
    assert_data_eq!(
        only(&text, &["toolchain"]),
        str![[r#"
failed   toolchain          /nonexistent/rustc (from build.rustc) does not run: No such file or directory (os error 2)
                            help: install a toolchain, or mend the place that names this rustc

"#]]
        .raw()
    );
}

#[test]
fn a_jobserver_is_looked_at_and_left_alone() {
    let world = world();
    let fifo = world.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut tokens = File::options().read(true).write(true).open(&fifo).unwrap();
    tokens.write_all(b"++").unwrap();
    let flags = format!("-j --jobserver-auth=fifo:{}", fifo.canonicalize().unwrap().display());
    for _ in 0..2 {
        let text = answer(&world, doctor(&world).env("CARGO_MAKEFLAGS", &flags), 0);
        assert_data_eq!(
            only(&text, &["jobserver"]),
            str![[r#"
ok       jobserver          fifo:[ROOT]/fifo (from CARGO_MAKEFLAGS), free tokens: 2

"#]]
            .raw()
        );
    }
}

#[test]
fn a_jobserver_that_is_not_passed_on() {
    let world = world();
    let text = answer(&world, doctor(&world).env("MAKEFLAGS", " -j4 --jobserver-auth=987654,987655"), 0);
    assert_data_eq!(only(&text, &["jobserver"]), str![[r#"
warning  jobserver          987654,987655 (from MAKEFLAGS) cannot be used: No such file or directory (os error 2)
                            help: put a `+` in front of the recipe's line in the makefile, so that make passes its jobserver on

"#]].raw());
}

#[test]
fn wrappers_and_what_becomes_of_them() {
    let world = world();
    let wrapper = world.script("wrapper", "exec \"$@\"");
    let wrapper = wrapper.canonicalize().unwrap();
    let found = |command: &mut Command, code| only(&answer(&world, command, code), &["wrapper", "workspace wrapper"]);
    assert_data_eq!(
        found(doctor(&world).env("RUSTC_WRAPPER", PCG_RUSTC), 0),
        str![[r#"
ok       wrapper            [PCG_RUSTC] (from RUSTC_WRAPPER) is pcg-rustc
ok       workspace wrapper  there is none

"#]]
        .raw()
    );
    let both = [("CARGO_BUILD_RUSTC_WRAPPER", &wrapper), ("RUSTC_WORKSPACE_WRAPPER", &wrapper)];
    assert_data_eq!(found(doctor(&world).envs(both), 0), str![[r#"
ok       wrapper            [ROOT]/wrapper (from CARGO_BUILD_RUSTC_WRAPPER) stays: `cargo pcg` sets pcg-rustc as RUSTC behind it
ok       workspace wrapper  [ROOT]/wrapper (from RUSTC_WORKSPACE_WRAPPER) gets pcg-rustc as the rustc of the workspace's members

"#]].raw());
    assert_data_eq!(found(doctor(&world).env("RUSTC_WORKSPACE_WRAPPER", &wrapper), 0), str![[r#"
ok       wrapper            there is none: `cargo pcg` sets pcg-rustc as RUSTC_WRAPPER
warning  workspace wrapper  [ROOT]/wrapper (from RUSTC_WORKSPACE_WRAPPER) runs stock rustc for the workspace's members: they are not split
                            help: make it RUSTC_WRAPPER, behind which pcg-rustc is RUSTC, or remove RUSTC_WORKSPACE_WRAPPER

"#]].raw());
    world.write("home/config.toml", "[build]\nrustc-wrapper = 'gone'\nrustc-workspace-wrapper = '/gone/too'");
    assert_data_eq!(
        found(&mut doctor(&world), 6),
        str![[r#"
failed   wrapper            gone (from build.rustc-wrapper) is missing
                            help: install it, or remove build.rustc-wrapper
failed   workspace wrapper  /gone/too (from build.rustc-workspace-wrapper) is missing
                            help: install it, or remove build.rustc-workspace-wrapper

"#]]
        .raw()
    );
}

#[test]
fn a_folder_for_temporary_files_that_cannot_be_used() {
    let world = world();
    let text = answer(&world, doctor(&world).env("TMPDIR", "/nonexistent"), 6);
    assert_data_eq!(
        only(&text, &["temporary files"]),
        str![[r#"
failed   temporary files    nothing can be written in /nonexistent: No such file or directory (os error 2)
                            help: set TMPDIR to a folder that can be written to

"#]]
        .raw()
    );
    fs::create_dir(world.path("a,b")).unwrap();
    let text = answer(&world, doctor(&world).env("TMPDIR", world.path("a,b").canonicalize().unwrap()), 6);
    assert_data_eq!(
        only(&text, &["temporary files"]),
        str![[r#"
failed   temporary files    rustc cannot be told of [ROOT]/a,b
                            help: set TMPDIR to a folder whose path is UTF-8 without a comma or a line end

"#]]
        .raw()
    );
}

#[test]
fn little_space_is_warned_about() {
    let world = world();
    let metadata = fs::read_to_string(world.path("metadata")).unwrap();
    let target = world.path("project").canonicalize().unwrap().join("target");
    // A file system that has no space at all.
    world.write("metadata", &metadata.replace(target.to_str().unwrap(), "/proc/target"));
    let text = answer(&world, &mut doctor(&world), 0);
    assert_data_eq!(
        only(&text, &["target folder"]),
        str![[r#"
warning  target folder      /proc/target has 0 MiB free: large crates need some hundred each
                            help: make space, or set CARGO_TARGET_DIR to a folder that has some

"#]]
        .raw()
    );
}

#[test]
fn the_help_text() {
    let world = world();
    assert_data_eq!(
        answer(&world, doctor(&world).arg("--help"), 0),
        str![[r#"
Check what pcg needs to work here, and say how to mend it

Usage: cargo pcg doctor [OPTIONS]

Options:
      --manifest-path <PATH>  The Cargo.toml of another project than that of the current folder
      --color <WHEN>          Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose               Say how the answer came about
  -q, --quiet                 Do not warn
      --format <FORMAT>       What data is printed as [default: text] [possible values: text, json]
  -h, --help                  Print help

"#]]
        .raw()
    );
}
