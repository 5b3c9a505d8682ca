//! `cargo pcg` around a fake cargo, which writes down what it is started with.
//!
//! The library is in `cargo-pcg/`; the executable is this package's, and only here do tests have both of them.

#[path = "../common/mod.rs"]
mod common;
mod config;
mod doctor;
mod explain;
mod forwarding;
mod layers;
mod messages;
mod planning;
mod profile;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::{World, without_options};
use serde_json::{Value, json};

/// Writes its arguments and the variables that matter, and ends with a code of its own. Of metadata it knows what is in
/// the file `metadata`, if there is one; each question is a line of the file `asked`.
const CARGO: &str = r#"root=${0%/*}
if [ "$1" = metadata ]; then
    echo "$*" >>"$root/asked"
    exec cat "$root/metadata"
fi
printf '%s\n' "$@" >"$root/arguments"
env | grep -E '^(RUSTC|RUSTC_WRAPPER|(CARGO_)?PCG_[A-Z_]*|CARGO_CACHE_RUSTC_INFO)=' | sort >"$root/variables"
exit 42"#;

const PCG_RUSTC: &str = env!("CARGO_BIN_EXE_pcg-rustc");
const PCG_CODEGEN: &str = env!("CARGO_BIN_EXE_pcg-codegen");

/// Variables of the test's own surroundings that would change what `cargo pcg` does.
const SURROUNDINGS: [&str; 15] = [
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_MAKEFLAGS",
    "MAKEFLAGS",
    "MFLAGS",
    "LD_LIBRARY_PATH",
    "CARGO_CACHE_RUSTC_INFO",
    "CARGO_TERM_COLOR",
    "CARGO_TERM_QUIET",
    "CARGO_TERM_VERBOSE",
    "NO_COLOR",
];

/// cargo-pcg in the folder `project`, with the folder `home` as cargo's home.
fn cargo_pcg(world: &World, words: &[&str]) -> Command {
    cargo_pcg_at(Path::new(env!("CARGO_BIN_EXE_cargo-pcg")), world, words)
}

/// The same for a cargo-pcg that is elsewhere.
fn cargo_pcg_at(program: &Path, world: &World, words: &[&str]) -> Command {
    let cargo = world.path("cargo");
    // It is the same one for all calls, also by its time.
    if !cargo.exists() {
        world.script("cargo", CARGO);
    }
    fs::create_dir_all(world.path("project/.cargo")).unwrap();
    fs::create_dir_all(world.path("home")).unwrap();
    let mut command = Command::new(program);
    command.args(words).current_dir(world.path("project")).env("CARGO", cargo).env("CARGO_HOME", world.path("home"));
    for variable in SURROUNDINGS {
        command.env_remove(variable);
    }
    without_options(&mut command);
    command
}

/// What cargo was started with, and what was said before.
struct Started {
    /// Without those of `cache`.
    arguments: Vec<String>,
    /// The settings by which cargo's cache of rustc's answers knows pcg's variables.
    cache: Vec<String>,
    variables: Vec<String>,
    said: String,
}

/// Runs cargo-pcg, which has to start cargo.
fn start(world: &World, command: &mut Command) -> Started {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(42), "{}", said(world, &output));
    let lines = |name| without_root(world, &fs::read(world.path(name)).unwrap()).lines().map(str::to_owned).collect();
    let mut arguments: Vec<String> = lines("arguments");
    let mut cache = Vec::new();
    while let Some(at) = arguments.iter().position(|word| word.starts_with("env.PCG_CONFIGURATION.")) {
        cache.extend(arguments.drain(at - 1..=at).nth(1));
    }
    Started { arguments, cache, variables: lines("variables"), said: said(world, &output) }
}

/// The questions about metadata since the last call.
fn asked(world: &World) -> Vec<String> {
    let file = world.path("asked");
    let asked = fs::read_to_string(&file).unwrap_or_default();
    drop(fs::remove_file(file));
    asked.lines().map(str::to_owned).collect()
}

fn said(world: &World, output: &Output) -> String {
    without_root(world, &output.stderr)
}

/// A text without the test's own folder and pcg-rustc's path.
fn without_root(world: &World, text: &[u8]) -> String {
    let root = world.path("").canonicalize().unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    text.replace(root.to_str().unwrap(), "[ROOT]")
        .replace(PCG_RUSTC, "[PCG_RUSTC]")
        .replace(PCG_CODEGEN, "[PCG_CODEGEN]")
}

/// Writes cargo's answer about a workspace in `project`, with the members `app` and `lib`.
fn workspace(world: &World, of_workspace: &str, of_lib: &str) {
    let root = world.path("project").canonicalize().unwrap();
    let root = root.to_str().unwrap();
    for member in ["app", "lib"] {
        fs::create_dir_all(Path::new(root).join(member)).unwrap();
    }
    world.write("project/Cargo.toml", &format!("[workspace]\nmembers = ['app', 'lib']\n\n{of_workspace}"));
    world.write("project/app/Cargo.toml", "[package]\nname = 'app'\n");
    world.write("project/lib/Cargo.toml", &format!("[package]\nname = 'lib'\n\n{of_lib}"));
    let target = |name: &str| {
        json!({
            "name": name, "kind": ["lib"], "crate_types": ["lib"], "edition": "2024",
            "src_path": format!("{root}/{name}/src/lib.rs"),
        })
    };
    let package = |name: &str, metadata: Value| {
        json!({
            "name": name, "version": "0.1.0", "id": name, "dependencies": [], "targets": [target(name)], "features": {},
            "manifest_path": format!("{root}/{name}/Cargo.toml"), "metadata": metadata,
        })
    };
    let of_lib = if of_lib.is_empty() { Value::Null } else { json!({ "pcg": {} }) };
    let kind = json!({ "kind": null, "target": null });
    let needs_lib = json!([{ "name": "lib", "pkg": "lib", "dep_kinds": [kind] }]);
    let node = |id: &str, deps: Value| json!({ "id": id, "deps": deps, "dependencies": [], "features": [] });
    let metadata = json!({
        "packages": [package("app", Value::Null), package("lib", of_lib)], "workspace_members": ["app", "lib"],
        "workspace_default_members": ["app", "lib"],
        "resolve": { "nodes": [node("app", needs_lib), node("lib", json!([]))], "root": null }, "version": 1, "workspace_root": root, "target_directory": format!("{root}/target"),
    });
    world.write("metadata", &metadata.to_string());
}
