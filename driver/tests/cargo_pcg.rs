//! `cargo pcg` around a fake cargo, which writes down what it is started with.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::{World, without_options};

/// Writes its arguments and the variables that matter, and ends with a code of its own.
const CARGO: &str = "printf '%s\\n' \"$@\" >arguments
env | grep -E '^(RUSTC|RUSTC_WRAPPER|CARGO_PCG_[A-Z_]*|CARGO_CACHE_RUSTC_INFO)=' | sort >variables
exit 42";

const PCG_RUSTC: &str = env!("CARGO_BIN_EXE_pcg-rustc");

/// cargo-pcg without what the surroundings of the test say about wrappers.
fn cargo_pcg(world: &World, words: &[&str]) -> Command {
    let cargo = world.script("cargo", CARGO);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-pcg"));
    command.args(words).current_dir(world.path("")).env("CARGO", cargo).env("CARGO_HOME", world.path("home"));
    for variable in
        ["RUSTC", "RUSTC_WRAPPER", "CARGO_BUILD_RUSTC", "CARGO_BUILD_RUSTC_WRAPPER", "CARGO_CACHE_RUSTC_INFO"]
    {
        command.env_remove(variable);
    }
    without_options(&mut command);
    command
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn cargo_gets_its_arguments_and_its_exit_code_is_ours() {
    let world = World::new();
    let output = cargo_pcg(&world, &["pcg", "build", "--release", "-p", "a b", "--", "--pcg-strict"]).output().unwrap();
    assert_eq!(output.status.code(), Some(42));
    assert_eq!(lines(&world.path("arguments")), ["build", "--release", "-p", "a b", "--", "--pcg-strict"]);
    let expected = ["CARGO_CACHE_RUSTC_INFO=0".to_owned(), format!("RUSTC_WRAPPER={PCG_RUSTC}")];
    assert_eq!(lines(&world.path("variables")), expected);
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", said(&output));
}

#[test]
fn options_become_variables_with_absolute_paths() {
    let world = World::new();
    let words = ["pcg", "test", "--pcg-report=reports/", "--pcg-strategy=size", "--pcg-strict"];
    cargo_pcg(&world, &words).env("CARGO_PCG_STRATEGY", "source").output().unwrap();
    let folder = world.path("").canonicalize().unwrap();
    let variables = lines(&world.path("variables"));
    let own: Vec<_> = variables.iter().filter(|line| line.starts_with("CARGO_PCG_")).cloned().collect();
    let report = format!("CARGO_PCG_REPORT={}/reports/", folder.display());
    assert_eq!(own, [report, "CARGO_PCG_STRATEGY=size".to_owned(), "CARGO_PCG_STRICT=1".to_owned()]);
}

#[test]
fn the_number_of_units_is_cargos_own_setting() {
    let world = World::new();
    cargo_pcg(&world, &["pcg", "build", "--codegen-units", "4", "--release"]).output().unwrap();
    let expected = ["build", "--release", "--config", "profile.release.codegen-units=4"];
    assert_eq!(lines(&world.path("arguments")), expected);
}

/// What cargo gets where a wrapper is there already.
fn beside_a_wrapper(command: &mut Command, world: &World, rustc: &str) {
    command.output().unwrap();
    let variables = lines(&world.path("variables"));
    assert!(variables.contains(&format!("RUSTC={PCG_RUSTC}")), "{variables:?}");
    assert!(variables.contains(&format!("CARGO_PCG_RUSTC={rustc}")), "{variables:?}");
    assert!(!variables.contains(&format!("RUSTC_WRAPPER={PCG_RUSTC}")), "{variables:?}");
}

#[test]
fn a_wrapper_that_is_there_stays() {
    let world = World::new();
    let command = || cargo_pcg(&world, &["pcg", "build"]);
    beside_a_wrapper(command().env("RUSTC_WRAPPER", "sccache"), &world, "rustc");
    beside_a_wrapper(command().env("CARGO_BUILD_RUSTC_WRAPPER", "sccache"), &world, "rustc");
    beside_a_wrapper(command().env("RUSTC_WRAPPER", "sccache").env("RUSTC", "/my/rustc"), &world, "/my/rustc");
    fs::create_dir(world.path("home")).unwrap();
    world.write("home/config.toml", "build.rustc-wrapper = 'sccache'");
    beside_a_wrapper(&mut command(), &world, "rustc");
    world.write("home/config.toml", "[build]\nrustc-wrapper = 'sccache'\nrustc = '/configured/rustc'");
    beside_a_wrapper(&mut command(), &world, "/configured/rustc");
    beside_a_wrapper(command().env("CARGO_BUILD_RUSTC", "/chosen/rustc"), &world, "/chosen/rustc");
}

#[test]
fn a_wrapper_that_is_pcg_or_none_is_replaced() {
    let world = World::new();
    fs::create_dir(world.path("home")).unwrap();
    world.write("home/config.toml", "build.rustc-wrapper = 'sccache'");
    // For cargo, an empty variable switches off the wrapper of the configuration.
    for wrapper in ["", PCG_RUSTC] {
        cargo_pcg(&world, &["pcg", "build"]).env("RUSTC_WRAPPER", wrapper).output().unwrap();
        let variables = lines(&world.path("variables"));
        assert!(variables.contains(&format!("RUSTC_WRAPPER={PCG_RUSTC}")), "{variables:?}");
    }
}

#[test]
fn mistakes_are_told_with_their_remedy() {
    let world = World::new();
    for (words, message) in [
        (["build", "--codegen-units=none"], "--codegen-units none: expected a number of codegen units of 1 or more"),
        (["build", "--pcg-strategy=best"], "`--pcg-strategy=best` has a bad value"),
        (["build", "--pcg-speed=11"], "there is no option `--pcg-speed`"),
    ] {
        let output = cargo_pcg(&world, &words).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = said(&output);
        assert!(said.starts_with("error: pcg: ") && said.contains(message) && said.contains("\nhelp: "), "{said}");
        assert!(!world.path("arguments").exists());
    }
    let output = cargo_pcg(&world, &["build"]).env("CARGO", "/nonexistent/cargo").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).starts_with("error: pcg: cannot run /nonexistent/cargo: "), "{}", said(&output));
}

#[test]
fn the_help_names_every_option() {
    let output = cargo_pcg(&World::new(), &["pcg", "--help"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for option in ["--codegen-units", "--pcg-strategy", "--pcg-threads", "--pcg-report", "--pcg-strict"] {
        assert!(text.contains(option), "{text}");
    }
    assert_eq!(output.status.code(), Some(0));
}
