//! Options in manifests and files, and what cargo gets of them.

use std::fs;
use std::process::Command;

use super::common::World;
use super::{asked, cargo_pcg, start, workspace};

#[test]
fn what_files_say_becomes_settings_of_cargos_and_variables() {
    let world = World::new();
    let mut command = cargo_pcg(&world, &["build", "--release"]);
    workspace(
        &world,
        "[workspace.metadata.pcg]\ncodegen-units = 8\nreport = 'reports/'\npackage.image.codegen-units = 16\n",
        "[package.metadata.pcg]\ncodegen-units = 2\n",
    );
    world.write("project/.cargo/pcg.toml", "strict = true\nkeep = 'kept'\n");
    world.write("home/pcg.toml", "threads = 3\nstrict = false\n");
    let started = start(&world, &mut command);
    let expected = [
        "build",
        "--config",
        "profile.release.codegen-units=8",
        "--config",
        "profile.release.package.\"image\".codegen-units=16",
        "--config",
        "profile.release.package.\"lib\".codegen-units=2",
        "--release",
    ];
    assert_eq!(started.arguments, expected);
    let expected = [
        "CARGO_PCG_KEEP=[ROOT]/project/kept",
        "CARGO_PCG_REPORT=[ROOT]/project/reports/",
        "CARGO_PCG_STRICT=true",
        "CARGO_PCG_THREADS=3",
        "RUSTC_WRAPPER=[PCG_RUSTC]",
    ];
    assert_eq!(started.variables, expected);
    assert_eq!(started.said, "");
}

#[test]
fn variables_win_over_files_and_the_command_line_over_variables() {
    let world = World::new();
    let mut command = cargo_pcg(&world, &["build", "--pcg-threads=1"]);
    workspace(&world, "", "[package.metadata.pcg]\ncodegen-units = 2\n");
    world.write("home/pcg.toml", "strategy = 'llvm'\nthreads = 3\n");
    command.env("CARGO_PCG_STRATEGY", "size").env("CARGO_PCG_THREADS", "2").env("CARGO_PCG_CODEGEN_UNITS", "4");
    let started = start(&world, &mut command);
    assert_eq!(started.arguments, ["build", "--config", "profile.dev.codegen-units=4"]);
    for variable in ["CARGO_PCG_STRATEGY=size", "CARGO_PCG_THREADS=1"] {
        assert!(started.variables.iter().any(|set| set == variable), "{:?}", started.variables);
    }
}

#[test]
fn files_in_folders_above_count_and_the_nearest_wins() {
    let world = World::new();
    let mut command = cargo_pcg(&world, &["bench"]);
    fs::create_dir_all(world.path(".cargo")).unwrap();
    world.write(".cargo/pcg.toml", "codegen-units = 2\npackage.a.codegen-units = 3\nreport = 'r'\n");
    world.write("project/.cargo/pcg.toml", "codegen-units = 4\n");
    let started = start(&world, &mut command);
    assert_eq!(started.arguments, ["bench", "--config", "profile.bench.codegen-units=4"]);
    assert!(started.variables.contains(&"CARGO_PCG_REPORT=[ROOT]/r".to_owned()), "{:?}", started.variables);
}

#[test]
fn numbers_in_files_are_for_builds_that_are_optimised() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    workspace(&world, "[profile.fast-dev]\ninherits = 'dev'\nopt-level = 1\n", "");
    world.write(
        "home/pcg.toml",
        "codegen-units = 4\n[package.image]\ncodegen-units = 8\n[profile.slow]\ninherits = 'dev'\n",
    );
    let has_number = |command: &mut Command| {
        let arguments = start(&world, command).arguments;
        let number = |name: &str| arguments.iter().any(|word| word.contains(name));
        assert_eq!(number("codegen-units=4"), number("codegen-units=8"), "{arguments:?}");
        number("codegen-units=4")
    };
    let given = |words: &[&str]| has_number(&mut cargo_pcg(&world, words));
    for words in [&["build"][..], &["test", "--lib"], &["build", "--profile=slow"]] {
        assert!(!given(words), "{words:?}");
    }
    for words in [
        &["build", "--release"][..],
        &["bench"],
        &["install", "--path", "app"],
        &["build", "--profile=fast-dev"],
        &["build", "--profile", "regular"],
        &["build", "--config", "profile.dev.opt-level=2"],
    ] {
        assert!(given(words), "{words:?}");
    }
    assert!(has_number(cargo_pcg(&world, &["build"]).env("CARGO_PROFILE_DEV_OPT_LEVEL", "s")));
    world.write("home/config.toml", "profile.dev.opt-level = 1\nprofile.fast-dev.opt-level = 0\n");
    assert!(given(&["run"]) && !given(&["build", "--profile=fast-dev"]), "cargo's configuration wins");
}

#[test]
fn cargo_is_asked_about_the_project_that_is_built_and_no_other() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    workspace(&world, "", "");
    let ask = |words: &[&str]| {
        start(&world, &mut cargo_pcg(&world, words));
        asked(&world)
    };
    let (question, target) = ("metadata --format-version 1", "--filter-platform x86_64-unknown-linux-gnu");
    let found = ask(&["build", "--manifest-path", "a/Cargo.toml", "--locked", "--", "--offline"]);
    let project = "--manifest-path a/Cargo.toml --locked";
    assert_eq!(found, [format!("{question} --no-deps {project}"), format!("{question} {project} {target}")]);
    let found = ask(&["install", "--path", "a", "-F", "x y", "--no-default-features"]);
    let features = "--features=x y --no-default-features";
    assert_eq!(found[1], format!("{question} --manifest-path a/Cargo.toml {features} {target}"));
    let found = ask(&["--config", "net.offline=true", "build", "--config=http.timeout=3"]);
    let config = "--config=net.offline=true --config=http.timeout=3";
    assert_eq!(found, [format!("{question} --no-deps {config}"), format!("{question} {config} {target}")]);
    // Without machine code there is nothing to plan.
    assert_eq!(ask(&["check"]), [format!("{question} --no-deps")]);
    for words in [["install", "ripgrep"], ["fmt", "--all"], ["clean", "--release"]] {
        assert!(ask(&words).is_empty(), "{words:?}");
    }
}

#[test]
fn what_cargo_says_of_dependencies_is_kept_until_something_changes() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    workspace(&world, "", "");
    let is_asked_by = |command: &mut Command| {
        start(&world, command);
        asked(&world).len() == 2
    };
    let is_asked = || is_asked_by(&mut cargo_pcg(&world, &["build"]));
    assert!(is_asked() && is_asked(), "without a lock file nothing is certain");
    world.write("project/Cargo.lock", "version = 4\n");
    assert!(is_asked() && !is_asked(), "the same build again");
    assert!(!is_asked_by(&mut cargo_pcg(&world, &["build", "--release", "--all"])), "the same packages");
    assert!(is_asked_by(&mut cargo_pcg(&world, &["build", "-F", "x"])) && is_asked(), "other features");
    assert!(is_asked_by(cargo_pcg(&world, &["build"]).env("RUSTFLAGS", "-g")) && is_asked(), "another variable");
    let manifest = |name: &str| fs::read_to_string(world.path(name)).unwrap() + "# More.\n";
    for (name, content) in [
        ("project/Cargo.lock", "version = 3\n".to_owned()),
        ("project/Cargo.toml", manifest("project/Cargo.toml")),
        ("project/lib/Cargo.toml", manifest("project/lib/Cargo.toml")),
        ("home/config.toml", "net.offline = true\n".to_owned()),
        ("project/.cargo/config.toml", "paths = []\n".to_owned()),
        ("metadata", manifest("metadata").replace("0.1.0", "0.2.0").replace("# More.\n", "")),
    ] {
        world.write(name, &content);
        assert!(is_asked() && !is_asked(), "{name}");
    }
    world.write("home/config.toml", "include = ['other.toml']\n");
    assert!(is_asked() && is_asked(), "a file that is not known");
    fs::remove_file(world.path("home/config.toml")).unwrap();
    assert!(is_asked() && !is_asked());
    let is_asked_with = || is_asked_by(&mut cargo_pcg(&world, &["build", "--config", "given.toml"]));
    for content in ["net.offline = true\n", "net.offline = false\n"] {
        world.write("project/given.toml", content);
        assert!(is_asked_with() && !is_asked_with(), "{content}");
    }
    assert!(is_asked());
    fs::remove_file(world.path("project/app/Cargo.toml")).unwrap();
    assert!(is_asked(), "a package that is gone");
}

#[test]
fn a_project_that_cargo_cannot_read_is_left_to_cargo() {
    let world = World::new();
    let started = start(&world, &mut cargo_pcg(&world, &["build"]));
    assert!(!asked(&world).is_empty() && !world.path("metadata").exists());
    assert_eq!((started.arguments, started.said), (vec!["build".to_owned()], String::new()));
}
