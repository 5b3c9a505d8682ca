//! The plan of a build: when pcg-rustc is told of one, and what `cargo pcg plan` shows.

use std::fs;

use snapbox::{IntoData, assert_data_eq, str};

use super::common::World;
use super::{cargo_pcg, said, start, without_root, workspace};

const PLAN: &str = "PCG_PLAN=";

/// The plan that pcg-rustc is told of.
fn plan(world: &World, words: &[&str]) -> Option<String> {
    let started = start(world, &mut cargo_pcg(world, words));
    let path = started.variables.iter().find_map(|variable| variable.strip_prefix(PLAN))?;
    let path = path.strip_prefix("[ROOT]/").expect("it is in the project");
    Some(fs::read_to_string(world.path(path)).expect("it is there"))
}

/// A workspace of `app` and `lib`, with the report of a build that took this long.
fn measured(lib_seconds: f64, of_workspace: &str) -> World {
    let world = World::new();
    fs::create_dir_all(world.path("project/target/pcg/reports/release")).unwrap();
    workspace(&world, of_workspace, "");
    for (name, seconds) in [("app", 2.0), ("lib", lib_seconds)] {
        let report = serde_json::json!({
            "schema_version": 1, "package_name": name, "package_version": "0.1.0", "crate_name": name, "exit_code": 0,
            "action": "passthrough",
            "phases": [{ "name": "stock", "wall_seconds": seconds, "cpu_seconds": seconds }],
        });
        world.write(&format!("project/target/pcg/reports/release/{name}-0123456789abcdef.json"), &report.to_string());
    }
    world
}

#[test]
fn a_build_is_planned_and_pcg_rustc_is_told() {
    let plan = plan(&measured(50.0, ""), &["build", "--release"]).unwrap();
    assert_data_eq!(
        plan,
        str![[r#"
{
  "schema_version": 1,
  "packages": {
    "app@0.1.0": 1,
    "lib@0.1.0": "auto"
  }
}

"#]]
        .raw()
    );
}

#[test]
fn who_has_a_number_gets_no_other() {
    let world = measured(50.0, "[workspace.metadata.pcg.package.lib]\ncodegen-units = 3\n");
    let found = plan(&world, &["build", "--release"]).unwrap();
    assert!(found.contains("app") && !found.contains("lib"), "{found}");
    assert_eq!(plan(&world, &["build", "--release", "--codegen-units=4"]), None);
    assert_eq!(plan(&world, &["check", "--release"]), None);
    assert_eq!(plan(&world, &["build", "--release", "--config", "profile.release.codegen-units=1"]), None);
    let other = start(&world, &mut cargo_pcg(&world, &["build", "--pcg-plan=mine.json"])).variables;
    assert!(other.contains(&"CARGO_PCG_PLAN=[ROOT]/project/mine.json".to_owned()), "{other:?}");
}

#[test]
fn plans_of_builds_that_may_run_at_the_same_time_are_files_of_their_own() {
    let world = measured(50.0, "");
    for words in [&["build"][..], &["build", "--release"], &["test", "--release"], &["build", "--profile=regular"]] {
        plan(&world, words).unwrap();
    }
    let names = [
        "plan-build-dev.json",
        "plan-build-regular.json",
        "plan-build-release.json",
        "plan-tests-release.json",
        "reports",
    ];
    assert_eq!(world.names("project/target/pcg"), names);
}

/// What `cargo pcg plan` answers.
fn shown(world: &World, words: &[&str]) -> String {
    let output = cargo_pcg(world, &[&["plan"], words].concat()).output().unwrap();
    assert!(output.status.success(), "{}", said(world, &output));
    without_root(world, &output.stdout)
}

#[test]
fn the_plan_is_shown() {
    let world = measured(50.0, "[workspace.metadata.pcg.package.app]\ncodegen-units = 3\n");
    assert_data_eq!(
        shown(&world, &[]),
        str![[r#"
 package  version  seconds            units  why
 lib      0.1.0       50.0  measured   auto  the build waits for it
 app      0.1.0        2.0  measured      3  an option or the profile says so

Profile `release`: 2 of 2 packages are split, 100 % of the work.

"#]]
        .raw()
    );
    let with_number = shown(&world, &["bench", "--codegen-units", "8"]);
    assert_data_eq!(
        with_number,
        str![[r#"
 package  version  seconds            units  why
 lib      0.1.0       50.0  measured      8  an option or the profile says so
 app      0.1.0        2.0  measured      8  an option or the profile says so

Profile `bench`: 2 of 2 packages are split, 100 % of the work.

"#]]
        .raw()
    );
}

#[test]
fn options_without_a_command_are_those_of_a_release_build() {
    let world = measured(50.0, "");
    for (words, profile) in [
        (&["--workspace"] as &[&str], "release"),
        (&["--target-dir", "elsewhere"], "release"),
        (&["--release"], "release"),
        (&["--profile", "dev"], "dev"),
        (&["build"], "dev"),
    ] {
        let shown = shown(&world, words);
        assert!(shown.contains(&format!("Profile `{profile}`")), "{words:?}: {shown}");
    }
}

#[test]
fn the_plan_knows_the_profile_of_a_file() {
    let world = measured(50.0, "");
    let reports = ["release", "quick"].map(|profile| world.path("project/target/pcg/reports").join(profile));
    fs::rename(&reports[0], &reports[1]).unwrap();
    world.write("project/fast.toml", "[profile.quick]\ncodegen-units = 6\npackage.app.codegen-units = 3\n");
    let words = &["build", "--profile", "./fast.toml"];
    assert_data_eq!(
        shown(&world, words),
        str![[r#"
 package  version  seconds            units  why
 lib      0.1.0       50.0  measured      6  an option or the profile says so
 app      0.1.0        2.0  measured      3  an option or the profile says so

Profile `quick`: 2 of 2 packages are split, 100 % of the work.

"#]]
        .raw()
    );
    assert_eq!(plan(&world, words), None);
    world.write("project/fast.toml", "[profile.quick]\npackage.app.codegen-units = 3\n");
    assert_data_eq!(
        shown(&world, words),
        str![[r#"
 package  version  seconds            units  why
 lib      0.1.0       50.0  measured   auto  the build waits for it
 app      0.1.0        2.0  measured      3  an option or the profile says so

Profile `quick`: 2 of 2 packages are split, 100 % of the work.

"#]]
        .raw()
    );
    let written = plan(&world, words).unwrap();
    assert!(written.contains("lib@0.1.0") && !written.contains("app@0.1.0"), "{written}");
}

#[test]
fn the_plan_is_data_for_programs() {
    assert_data_eq!(
        shown(&measured(0.1, ""), &["--format=json", "test", "-r"]),
        str![[r#"
{
  "schema_version": 1,
  "profile": "release",
  "packages": [
    {
      "name": "app",
      "version": "0.1.0",
      "front_seconds": 0.8,
      "code_seconds": 1.2,
      "measured": true,
      "units": "auto",
      "why": "critical-path"
    },
    {
      "name": "lib",
      "version": "0.1.0",
      "front_seconds": 0.04000000000000001,
      "code_seconds": 0.06,
      "measured": true,
      "units": 1,
      "why": "small"
    }
  ]
}

"#]]
        .raw()
    );
}

#[test]
fn without_a_project_there_is_no_plan() {
    let world = World::new();
    let output = cargo_pcg(&world, &["plan"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_data_eq!(
        said(&world, &output),
        str![[r#"
error: pcg: there is no project here that cargo knows
help: run it where the build was run, or name the project by `--manifest-path`

"#]]
        .raw()
    );
}
