//! What cargo gets: its arguments, pcg-rustc, and the rest of its surroundings.

use std::process::Command;

use super::common::World;
use super::{PCG_RUSTC, Started, cargo_pcg, said, start, workspace};

#[test]
fn cargo_gets_its_arguments_and_its_exit_code_is_ours() {
    let world = World::new();
    let words = ["pcg", "build", "--release", "-p", "a b", "--", "--pcg-strict"];
    let output = cargo_pcg(&world, &words).output().unwrap();
    assert_eq!(output.status.code(), Some(42));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", said(&world, &output));
    let started = start(&world, &mut cargo_pcg(&world, &words));
    assert_eq!(started.arguments, words[1..]);
    assert_eq!(started.variables, ["CARGO_CACHE_RUSTC_INFO=0", "RUSTC_WRAPPER=[PCG_RUSTC]"]);
}

#[test]
fn what_is_cargos_own_goes_to_cargo() {
    let world = World::new();
    for words in [["build", "--help"], ["help", "build"], ["-q", "build"], ["alias", "--config"], ["--list", "-v"]] {
        assert_eq!(start(&world, &mut cargo_pcg(&world, &words)).arguments, words);
    }
}

#[test]
fn options_become_variables_with_absolute_paths() {
    let world = World::new();
    let words = ["pcg", "test", "--pcg-report=reports/", "--pcg-strategy", "size", "--pcg-strict"];
    let started = start(&world, cargo_pcg(&world, &words).env("CARGO_PCG_STRATEGY", "source"));
    let own: Vec<_> = started.variables.iter().filter(|line| line.starts_with("CARGO_PCG_")).collect();
    let expected = ["CARGO_PCG_REPORT=[ROOT]/project/reports/", "CARGO_PCG_STRATEGY=size", "CARGO_PCG_STRICT=true"];
    assert_eq!(own, expected);
    assert_eq!(started.arguments, ["test"]);
}

#[test]
fn the_number_of_units_is_cargos_own_setting() {
    let world = World::new();
    let words = ["pcg", "build", "--codegen-units", "4", "--release"];
    let expected = ["build", "--config", "profile.release.codegen-units=4", "--release"];
    assert_eq!(start(&world, &mut cargo_pcg(&world, &words)).arguments, expected);
}

/// What cargo gets where a wrapper is there already.
fn beside_a_wrapper(command: &mut Command, world: &World, rustc: &str) {
    let variables = start(world, command).variables;
    let expected = [format!("CARGO_PCG_RUSTC={rustc}"), "RUSTC=[PCG_RUSTC]".to_owned()];
    assert!(expected.iter().all(|variable| variables.contains(variable)), "{variables:?}");
    assert!(!variables.iter().any(|variable| variable == "RUSTC_WRAPPER=[PCG_RUSTC]"), "{variables:?}");
}

#[test]
fn a_wrapper_that_is_there_stays() {
    let world = World::new();
    let command = || cargo_pcg(&world, &["pcg", "build"]);
    beside_a_wrapper(command().env("RUSTC_WRAPPER", "sccache"), &world, "rustc");
    beside_a_wrapper(command().env("CARGO_BUILD_RUSTC_WRAPPER", "sccache"), &world, "rustc");
    beside_a_wrapper(command().env("RUSTC_WRAPPER", "sccache").env("RUSTC", "/my/rustc"), &world, "/my/rustc");
    world.write("home/config.toml", "build.rustc-wrapper = 'sccache'");
    beside_a_wrapper(&mut command(), &world, "rustc");
    world.write("home/config.toml", "[build]\nrustc-wrapper = 'sccache'\nrustc = '/configured/rustc'");
    beside_a_wrapper(&mut command(), &world, "/configured/rustc");
    beside_a_wrapper(command().env("CARGO_BUILD_RUSTC", "/chosen/rustc"), &world, "/chosen/rustc");
}

#[test]
fn a_wrapper_in_other_files_of_configuration_stays() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    world.write("project/more.toml", "[build]\nrustc-wrapper = 'sccache'\nrustc = '/more/rustc'");
    beside_a_wrapper(&mut cargo_pcg(&world, &["build", "--config", "more.toml"]), &world, "/more/rustc");
    beside_a_wrapper(&mut cargo_pcg(&world, &["--config=more.toml", "build"]), &world, "/more/rustc");
    let setting = ["build", "--config", "build.rustc-wrapper='sccache'"];
    beside_a_wrapper(&mut cargo_pcg(&world, &setting), &world, "rustc");
    world.write("project/.cargo/config.toml", "include = ['../more.toml']");
    beside_a_wrapper(&mut cargo_pcg(&world, &["build"]), &world, "/more/rustc");
    let without = ["build", "--config", "build.rustc-wrapper=''"];
    let variables = start(&world, &mut cargo_pcg(&world, &without)).variables;
    assert!(variables.iter().any(|variable| variable == "RUSTC_WRAPPER=[PCG_RUSTC]"), "{variables:?}");
}

#[test]
fn a_wrapper_that_is_pcg_or_none_is_replaced() {
    let world = World::new();
    let mut command = cargo_pcg(&world, &["pcg", "build"]);
    world.write("home/config.toml", "build.rustc-wrapper = 'sccache'");
    // For cargo, an empty variable switches off the wrapper of the configuration.
    for wrapper in ["", PCG_RUSTC] {
        let variables = start(&world, command.env("RUSTC_WRAPPER", wrapper)).variables;
        assert!(variables.iter().any(|variable| variable == "RUSTC_WRAPPER=[PCG_RUSTC]"), "{variables:?}");
    }
}

#[test]
fn the_cache_of_rustcs_answers_knows_pcgs_variables() {
    let world = World::new();
    let without_cache = |started: &Started| started.variables.iter().any(|set| set == "CARGO_CACHE_RUSTC_INFO=0");
    let outside = start(&world, &mut cargo_pcg(&world, &["build"]));
    assert!(outside.cache.is_empty() && without_cache(&outside), "without a project");
    workspace(&world, "", "");
    let words = ["build", "--pcg-strategy", "size", "--pcg-threads=2"];
    let started = start(&world, &mut cargo_pcg(&world, &words));
    let value = |variables: &str| format!("env.PCG_CONFIGURATION.value=\"{variables}\"");
    let force = "env.PCG_CONFIGURATION.force=true".to_owned();
    assert_eq!(started.cache, [value("CARGO_PCG_STRATEGY=size"), force.clone()]);
    assert!(!without_cache(&started));
    assert_eq!(start(&world, &mut cargo_pcg(&world, &["run"])).cache, [value(""), force]);
    let beside = start(&world, cargo_pcg(&world, &["build"]).env("RUSTC_WRAPPER", "sccache"));
    assert!(beside.cache.is_empty() && without_cache(&beside), "behind a wrapper");
    assert!(start(&world, &mut cargo_pcg(&world, &["nextest", "run"])).cache.is_empty());
}
