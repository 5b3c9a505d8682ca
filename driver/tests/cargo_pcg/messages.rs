//! Help texts, warnings and errors, word for word.

use std::fs;

use snapbox::prelude::*;
use snapbox::{assert_data_eq, str};

use super::common::World;
use super::{cargo_pcg, cargo_pcg_at, said, start, without_root, workspace};

/// Runs cargo-pcg, which has to answer by itself.
fn answer(words: &[&str]) -> String {
    let world = World::new();
    let output = cargo_pcg(&world, words).output().unwrap();
    assert_eq!((output.status.code(), said(&world, &output).as_str()), (Some(0), ""));
    assert!(!world.path("arguments").exists());
    without_root(&world, &output.stdout)
}

/// Runs cargo-pcg in a world, which has to fail before cargo is started; returns what is said.
fn failure(world: &World, words: &[&str], code: i32) -> String {
    let output = cargo_pcg(world, words).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", said(world, &output));
    assert!(output.stdout.is_empty() && !world.path("arguments").exists());
    said(world, &output)
}

#[test]
fn the_help_text() {
    assert_data_eq!(answer(&["pcg", "--help"]), str![[r#"
Runs cargo with pcg-rustc in the place of rustc: each optimised crate is compiled on several cores

Usage: cargo pcg COMMAND [CARGO OPTIONS] [PCG OPTIONS]
       cargo pcg build --release

Commands:
  completions  Print a script that completes pcg's own commands and options in a shell
  config       Show the value of each of pcg's options, and where it stands
  doctor       Check what pcg needs to work here, and say how to mend it
  explain      Say how each crate was compiled in the last builds, why, and what limits it
  man          Print the manual page, or write the pages of all commands into a folder
  plan         Show which packages of a build are split, and why
  profile      List, show, check or add profiles for --profile
  help         Print this message or the help of the given subcommand(s)

Options:
  -h, --help     Print help
  -V, --version  Print version

PCG options:
      --codegen-units <N>        Cut each crate into N units; by default each crate's work decides
                                 [CARGO_PCG_CODEGEN_UNITS]
      --pcg-strategy <NAME>      How the crate is cut into units: inline (default), size, source or llvm
                                 [CARGO_PCG_STRATEGY]
      --pcg-threads <N>          The most threads to work with; by default the jobserver or the cores decide
                                 [CARGO_PCG_THREADS]
      --pcg-plan <FILE>          Take each package's number of units from FILE; cargo pcg writes such plans
                                 [CARGO_PCG_PLAN]
      --pcg-report <FILE>        Write a JSON report to FILE; in a folder (or with a `/` at the end) one file per crate
                                 [CARGO_PCG_REPORT]
      --pcg-dump-graph <FILE>    Write the crate's graph for pcg-lab to FILE; in a folder one file per crate
                                 [CARGO_PCG_DUMP_GRAPH]
      --pcg-inline-truth <FILE>  Compile as one unit, and write what LLVM inlines to FILE; in a folder one file per crate
                                 [CARGO_PCG_INLINE_TRUTH]
      --pcg-keep <DIR>           Keep the units' bitcode and objects in a folder per crate under DIR
                                 [CARGO_PCG_KEEP]
      --pcg-strict[=<BOOL>]      Fail where a crate with code to generate is not split
                                 [CARGO_PCG_STRICT]

COMMAND is one of those above or cargo's (`cargo --list`), with cargo's own options. PCG options stand
anywhere in front of a `--`. `--profile` takes the profiles that `cargo pcg profile list` shows, too.

Exit codes, besides those of cargo:
  2  a PCG option is wrong
  4  the program to run could not be started
  5  `cargo pcg explain` has no report of the crate
  6  `cargo pcg doctor` found something without which pcg cannot work

"#]].raw());
    for words in
        [&["pcg"][..], &["pcg", "-h"], &["pcg", "help"], &["pcg", "build", "--pcg-help"], &["pcg", "--pcg-strict"]]
    {
        assert_eq!(answer(words), answer(&["pcg", "--help"]), "{words:?}");
    }
}

#[test]
fn the_help_text_of_a_command() {
    assert_data_eq!(
        answer(&["pcg", "config", "--help"]),
        str![[r#"
Show the value of each of pcg's options, and where it stands

Usage: cargo pcg config [OPTIONS]

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
    assert_eq!(answer(&["pcg", "help", "config"]), answer(&["pcg", "config", "--help"]));
}

#[test]
fn the_version() {
    for words in [&["pcg", "--version"][..], &["pcg", "-V"], &["pcg", "build", "--pcg-version"]] {
        assert_eq!(answer(words), format!("cargo-pcg {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn mistakes_on_cargos_command_line() {
    let world = World::new();
    assert_data_eq!(
        failure(&world, &["build", "--codegen-units=none"], 2),
        str![[r#"
error: invalid value 'none' for '--codegen-units <N>': expected a number of 1 or more

For more information, try '--pcg-help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["build", "--codegen-units", "--release"], 2),
        str![[r#"
error: a value is required for '--codegen-units <N>' but none was supplied

For more information, try '--pcg-help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["build", "--pcg-strategy=best"], 2),
        str![[r#"
error: invalid value 'best' for '--pcg-strategy <NAME>'
  [possible values: inline, size, source, llvm]

For more information, try '--pcg-help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["build", "--pcg-strict=maybe"], 2),
        str![[r#"
error: invalid value 'maybe' for '--pcg-strict[=<BOOL>]'
  [possible values: true, false, 1, 0]

For more information, try '--pcg-help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["build", "--pcg-speed=11"], 2),
        str![[r#"
error: unexpected argument '--pcg-speed' found

  tip: a similar argument exists: '--pcg-keep'

Usage: cargo pcg COMMAND [CARGO OPTIONS] [PCG OPTIONS]
       cargo pcg build --release

For more information, try '--pcg-help'.

"#]]
        .raw()
    );
}

#[test]
fn mistakes_in_the_use_of_own_commands() {
    let world = World::new();
    assert_data_eq!(
        failure(&world, &["config", "--formt=json"], 2),
        str![[r#"
error: unexpected argument '--formt' found

  tip: a similar argument exists: '--format'

Usage: cargo pcg config --format <FORMAT>

For more information, try '--help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["config", "-q", "-v"], 2),
        str![[r#"
error: the argument '--quiet' cannot be used with '--verbose'

Usage: cargo pcg config --quiet

For more information, try '--help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["completions"], 2),
        str![[r#"
error: the following required arguments were not provided:
  <SHELL>

Usage: cargo pcg completions <SHELL>

For more information, try '--help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["completions", "basch"], 2),
        str![[r#"
error: invalid value 'basch' for '<SHELL>'
  [possible values: bash, elvish, fish, powershell, zsh]

  tip: a similar value exists: 'bash'

For more information, try '--help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["man", "--output", "/dev/null/x"], 2),
        str![[r#"
error: pcg: cannot write /dev/null/x: Not a directory (os error 20)
help: name a folder that can be written to

"#]]
        .raw()
    );
}

#[test]
fn a_variable_with_a_bad_value() {
    let world = World::new();
    let output = cargo_pcg(&world, &["build"]).env("CARGO_PCG_CODEGEN_UNITS", "few").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_data_eq!(
        said(&world, &output),
        str![[r#"
error: pcg: `CARGO_PCG_CODEGEN_UNITS=few` has a bad value: expected a number of 1 or more
help: `cargo pcg --help` says what each option takes

"#]]
        .raw()
    );
    let output = cargo_pcg(&world, &["build"]).env("CARGO_PCG_REPORT", "").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_data_eq!(
        said(&world, &output),
        str![[r#"
error: pcg: `CARGO_PCG_REPORT=` has a bad value: expected a path
help: `cargo pcg --help` says what each option takes

"#]]
        .raw()
    );
}

#[test]
fn bad_values_in_files() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    world.write("home/pcg.toml", "threads = 'all'");
    assert_data_eq!(
        failure(&world, &["build"], 2),
        str![[r#"
error: pcg: [ROOT]/home/pcg.toml:1: `threads` is `'all'`: expected a number of 1 or more
help: mend this file

"#]]
        .raw()
    );
    world.write("home/pcg.toml", "[package]\nimage = 16");
    assert_data_eq!(
        failure(&world, &["config"], 2),
        str![[r#"
error: pcg: [ROOT]/home/pcg.toml:2: `package.image` is `16`: expected a table
help: mend this file

"#]]
        .raw()
    );
    fs::remove_file(world.path("home/pcg.toml")).unwrap();
    workspace(&world, "[workspace.metadata.pcg]\nstrategy = 'best'\n", "");
    assert_data_eq!(
        failure(&world, &["build"], 2),
        str![[r#"
error: pcg: [ROOT]/project/Cargo.toml:5: `strategy` is `'best'`: expected `inline`, `size`, `source` or `llvm`
help: mend this file

"#]]
        .raw()
    );
}

#[test]
fn files_that_cannot_be_read() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    world.write("home/pcg.toml", "threads =");
    assert_data_eq!(
        failure(&world, &["build"], 2),
        str![[r#"
error: pcg: [ROOT]/home/pcg.toml: TOML parse error at line 1, column 10
  |
1 | threads =
  |          ^
string values must be quoted, expected literal string
help: mend this file

"#]]
        .raw()
    );
    fs::remove_file(world.path("home/pcg.toml")).unwrap();
    fs::create_dir(world.path("project/.cargo/pcg.toml")).unwrap();
    assert_data_eq!(
        failure(&world, &["build"], 2),
        str![[r#"
error: pcg: [ROOT]/project/.cargo/pcg.toml: Is a directory (os error 21)
help: mend this file

"#]]
        .raw()
    );
}

#[test]
fn unknown_keys_are_warned_about() {
    let world = World::new();
    let mut command = cargo_pcg(&world, &["build"]);
    workspace(
        &world,
        "[workspace.metadata.pcg]\ncodegen_units = 8\n[workspace.metadata.pcg.package.image]\nunits = 4\n",
        "[package.metadata.pcg]\nstrict = true\n",
    );
    world.write("home/pcg.toml", "thread = 4");
    assert_data_eq!(
        start(&world, &mut command).said,
        str![[r#"
warning: pcg: [ROOT]/project/lib/Cargo.toml:5: there is no key `strict`
help: the nearest key that there is: `codegen-units`
warning: pcg: [ROOT]/project/Cargo.toml:5: there is no key `codegen_units`
help: the nearest key that there is: `codegen-units`
warning: pcg: [ROOT]/project/Cargo.toml:7: there is no key `units`
help: the nearest key that there is: `codegen-units`
warning: pcg: [ROOT]/home/pcg.toml:1: there is no key `thread`
help: the nearest key that there is: `threads`

"#]]
        .raw()
    );
    assert_eq!(start(&world, command.arg("-q")).said, "");
}

#[test]
fn a_cargo_that_is_missing() {
    let world = World::new();
    let output = cargo_pcg(&world, &["build"]).env("CARGO", "/nonexistent/cargo").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_data_eq!(
        said(&world, &output),
        str![[r#"
error: pcg: cannot run /nonexistent/cargo: No such file or directory (os error 2)
help: run it as `cargo pcg`, or set CARGO to the path of cargo

"#]]
        .raw()
    );
}

#[test]
fn a_pcg_rustc_that_is_missing() {
    let world = World::new();
    let alone = world.executable("alone", &fs::read(env!("CARGO_BIN_EXE_cargo-pcg")).unwrap());
    let mut command = cargo_pcg_at(&alone, &world, &["build"]);
    let output = command.env("PATH", world.path("out")).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_data_eq!(
        said(&world, &output),
        str![[r#"
error: pcg: there is no `pcg-rustc` beside cargo-pcg or in PATH
help: `make install` in pcg's sources installs it

"#]]
        .raw()
    );
}

#[test]
fn completions_and_manual_pages_know_the_commands_and_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = answer(&["completions", shell]);
        for word in ["codegen-units", "pcg-inline-truth", "config", "manifest-path"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let world = World::new();
    assert!(cargo_pcg(&world, &["man", "--output=pages"]).status().unwrap().success());
    let pages = world.names("project/pages");
    for name in ["completions", "config", "doctor", "explain", "man", "plan", "profile", "profile-add"] {
        assert!(pages.contains(&format!("cargo-pcg-{name}.1")), "{pages:?}");
    }
    let page = fs::read_to_string(world.path("project/pages/cargo-pcg.1")).unwrap();
    assert_eq!(page, answer(&["man"]));
    assert!(page.contains("CARGO_PCG_STRATEGY"), "{page}");
}
