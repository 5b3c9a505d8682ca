//! What `cargo pcg explain` says of reports that the test has written, and where builds put them.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use snapbox::prelude::*;
use snapbox::{assert_data_eq, str};

use super::common::World;
use super::{cargo_pcg, said, start, without_root, workspace};

const REPORTS: &str = "project/target/pcg/reports/release";

/// A project without reports.
fn project() -> World {
    let world = World::new();
    cargo_pcg(&world, &[]);
    workspace(&world, "", "");
    fs::create_dir_all(world.path(REPORTS)).unwrap();
    world
}

/// A project whose build made every kind of report.
fn built() -> World {
    let world = project();
    // One unit rules.
    let uneven =
        split("image", &["rlib"], 4, 9.0, 2.0, &[unit(6.0, 1000, 100), unit(2.0, 900, 0), unit(2.0, 100, 100)]);
    report(&world, "image-00000000000000a1", 0, uneven);
    let fine = split("regex", &["rlib"], 2, 5.0, 1.0, &[unit(4.0, 1000, 50), unit(4.0, 1000, 50)]);
    report(&world, "regex-00000000000000b1", 1, fine);
    let copied = split("syn", &["rlib"], 2, 4.0, 1.0, &[unit(3.0, 1000, 600), unit(3.0, 1000, 500)]);
    report(&world, "syn-00000000000000c1", 2, copied);
    let whole = split("libm", &["rlib"], 1, 0.75, 0.25, &[unit(0.5, 100, 0)]);
    report(&world, "libm-00000000000000c2", 2, whole);
    let mut own = split("app", &["bin"], 1, 1.5, 1.25, &[unit(0.25, 100, 0)]);
    own["requested_codegen_units"] = Value::Null;
    report(&world, "app-00000000000000d1", 3, own);
    let mut tests = split("app", &["bin"], 1, 2.5, 2.25, &[unit(0.25, 100, 0)]);
    tests["test"] = true.into();
    report(&world, "app-00000000000000d2", 4, tests);
    report(
        &world,
        "build_script_build-00000000000000e1",
        5,
        passed("image", "unoptimised", "the crate is not optimised"),
    );
    report(&world, "app-00000000000000d3", 6, passed("app", "no-code", "no output needs machine code"));
    let mut failed = split("broken", &["rlib"], 1, 0.5, 0.5, &[]);
    failed["exit_code"] = 1.into();
    report(&world, "broken-00000000000000f1", 7, failed);
    let mut fallen = split("odd", &["rlib"], 1, 3.0, 1.0, &[]);
    fallen["action"] = "fallback".into();
    fallen["reason"] = json!({ "id": "join", "sentence": "the objects cannot be joined" });
    report(&world, "odd-00000000000000f2", 8, fallen);
    // A probe of a build script's.
    report(&world, "probe0", 9, passed("image", "unoptimised", "the crate is not optimised"));
    world
}

/// Writes a report that is so many minutes younger than the first.
fn report(world: &World, stem: &str, minutes: u64, content: Value) {
    let path = world.write(&format!("{REPORTS}/{stem}.json"), &content.to_string());
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(60 * minutes);
    File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
}

fn split(name: &str, types: &[&str], asked_for: usize, wall: f64, front_end: f64, units: &[Value]) -> Value {
    json!({
        "schema_version": 1, "crate_name": name, "package_name": name, "package_version": "1.2.3",
        "crate_types": types, "action": "split", "exit_code": 0, "requested_codegen_units": asked_for,
        "codegen_units": units.len(), "units": units, "wall_seconds": wall, "threads": 2,
        "phases": [{ "name": "front_end", "wall_seconds": front_end, "cpu_seconds": front_end }],
    })
}

fn unit(seconds: f64, instructions: u64, copied: u64) -> Value {
    json!({ "cpu_seconds": seconds, "instructions": instructions, "instructions_copied": copied })
}

fn passed(package: &str, id: &str, sentence: &str) -> Value {
    json!({
        "schema_version": 1, "package_name": package, "package_version": "1.2.3", "action": "passthrough",
        "reason": { "id": id, "sentence": sentence }, "wall_seconds": 0.01,
    })
}

/// What is printed, and what is said beside it.
fn explain(world: &World, words: &[&str]) -> (String, String) {
    let output = cargo_pcg(world, &[&["pcg", "explain"], words].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(world, &output));
    (without_root(world, &output.stdout), said(world, &output))
}

fn failure(world: &World, words: &[&str], code: i32) -> String {
    let output = cargo_pcg(world, &[&["explain"], words].concat()).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{}", said(world, &output));
    said(world, &output)
}

#[test]
fn a_table_has_all_crates_the_slowest_first() {
    let (answer, said) = explain(&built(), &[]);
    assert_data_eq!(
        answer,
        str![[r#"
 crate               package  compiled                       time  front end  largest unit  copies  limit
 image               image    3 units                      9.00 s       22 %          60 %    10 %  largest unit
 regex               regex    2 units                      5.00 s       20 %          50 %     5 %  work
 syn                 syn      2 units                      4.00 s       25 %          50 %    55 %  copies
 odd                 odd      by stock rustc: join         3.00 s       33 %             -       -  -
 app (test)          app      1 unit                       2.50 s       90 %         100 %     0 %  front end
 app                 app      1 unit                       1.50 s       83 %         100 %     0 %  front end
 libm                libm     1 unit                       0.75 s       33 %         100 %     0 %  largest unit
 broken              broken   failed                       0.50 s      100 %             -       -  -
 build_script_build  image    by stock rustc: unoptimised       -          -             -       -  -

Profile `release`: 9 compiles, 26.25 s in all: 3 split into several units, 3 not split, 2 compiled by stock rustc, 1 failed

"#]]
        .raw()
    );
    assert_eq!(said, "");
}

#[test]
fn a_crate_is_explained_in_sentences() {
    let (answer, _) = explain(&built(), &["image", "regex", "syn", "libm"]);
    assert_data_eq!(
        answer,
        str![[r#"
build_script_build (image 1.2.3, 00000000000000e1)
  Stock rustc compiled it: the crate is not optimised.

image (image 1.2.3, rlib, 00000000000000a1)
  It was split into 3 codegen units: 4 were asked for, and it has fewer groups of functions to place.
  It took 9.00 s: rustc in front of LLVM 2.00 s, or 22 % of it.
  LLVM's work on the units is 10.00 s: at best 6.00 s on 2 cores, 6.00 s on 4 cores.
  The largest unit limits it: it is 60 % of the units' work, and cores are idle while it is compiled.

regex (regex 1.2.3, rlib, 00000000000000b1)
  It was split into 2 codegen units, as was asked for.
  It took 5.00 s: rustc in front of LLVM 1.00 s, or 20 % of it.
  LLVM's work on the units is 8.00 s: at best 4.00 s on 2 cores.
  LLVM's work limits it: it kept 2 threads busy, and more cores would help.

syn (syn 1.2.3, rlib, 00000000000000c1)
  It was split into 2 codegen units, as was asked for.
  It took 4.00 s: rustc in front of LLVM 1.00 s, or 25 % of it.
  LLVM's work on the units is 6.00 s: at best 3.00 s on 2 cores.
  Copies limit it: 55 % of the units' instructions are those of functions that other units have, too.

libm (libm 1.2.3, rlib, 00000000000000c2)
  It was compiled as one codegen unit, as was asked for.
  It took 0.75 s: rustc in front of LLVM 0.25 s, or 33 % of it.
  LLVM's work limits it: one unit is compiled on one core.

"#]]
        .raw()
    );
}

#[test]
fn what_was_not_split_has_a_reason() {
    let (answer, _) = explain(&built(), &["odd", "broken", "build-script-build"]);
    assert_data_eq!(
        answer,
        str![[r#"
odd (odd 1.2.3, rlib, 00000000000000f2)
  pcg failed, so stock rustc compiled it: the objects cannot be joined.
  It took 3.00 s: rustc in front of LLVM 1.00 s, or 33 % of it.

broken (broken 1.2.3, rlib, 00000000000000f1)
  The compile failed with exit code 1.
  It took 0.50 s: rustc in front of LLVM 0.50 s, or 100 % of it.

build_script_build (image 1.2.3, 00000000000000e1)
  Stock rustc compiled it: the crate is not optimised.

"#]]
        .raw()
    );
}

#[test]
fn compiles_of_one_crate_are_told_apart_and_the_newest_comes_first() {
    let (answer, _) = explain(&built(), &["app"]);
    assert_data_eq!(
        answer,
        str![[r#"
app (app 1.2.3, 00000000000000d3)
  Stock rustc compiled it: no output needs machine code.

app (app 1.2.3, test, 00000000000000d2)
  It was compiled as one codegen unit, as was asked for.
  It took 2.50 s: rustc in front of LLVM 2.25 s, or 90 % of it.
  The front end limits it: rustc works on one core, and no number of units changes that.

app (app 1.2.3, bin, 00000000000000d1)
  It was compiled as one codegen unit, which follows from its work.
  It took 1.50 s: rustc in front of LLVM 1.25 s, or 83 % of it.
  The front end limits it: rustc works on one core, and no number of units changes that.

"#]]
        .raw()
    );
}

#[test]
fn the_same_facts_are_there_as_numbers() {
    let (answer, _) = explain(&built(), &["image", "--format=json"]);
    assert_data_eq!(
        answer,
        str![[r#"
{
  "schema_version": 1,
  "profile": "release",
  "crates": [
    {
      "crate": "build_script_build",
      "package": "image",
      "version": "1.2.3",
      "crate_types": [],
      "test": false,
      "hash": "00000000000000e1",
      "report": "[ROOT]/project/target/pcg/reports/release/build_script_build-00000000000000e1.json",
      "action": "passthrough",
      "reason": {
        "id": "unoptimised",
        "sentence": "the crate is not optimised"
      },
      "exit_code": null,
      "requested_codegen_units": null,
      "codegen_units": 0,
      "wall_seconds": null,
      "front_end": null,
      "units": null,
      "limit": null
    },
    {
      "crate": "image",
      "package": "image",
      "version": "1.2.3",
      "crate_types": [
        "rlib"
      ],
      "test": false,
      "hash": "00000000000000a1",
      "report": "[ROOT]/project/target/pcg/reports/release/image-00000000000000a1.json",
      "action": "split",
      "reason": null,
      "exit_code": 0,
      "requested_codegen_units": 4,
      "codegen_units": 3,
      "wall_seconds": 9.0,
      "front_end": {
        "wall_seconds": 2.0,
        "share": 0.2222222222222222
      },
      "units": {
        "cpu_seconds": 10.0,
        "largest_cpu_seconds": 6.0,
        "largest_share": 0.6,
        "copies_share": 0.1,
        "threads": 2,
        "on_cores": [
          {
            "cores": 1,
            "seconds": 10.0
          },
          {
            "cores": 2,
            "seconds": 6.0
          },
          {
            "cores": 4,
            "seconds": 6.0
          }
        ]
      },
      "limit": "largest-unit"
    }
  ]
}

"#]]
        .raw()
    );
    let (all, _) = explain(&built(), &["--format=json"]);
    let all: Value = serde_json::from_str(&all).unwrap();
    let names: Vec<_> = all["crates"].as_array().unwrap().iter().map(|one| one["crate"].as_str().unwrap()).collect();
    assert_eq!(names, ["app", "app", "broken", "build_script_build", "image", "libm", "odd", "regex", "syn"]);
}

#[test]
fn reports_that_are_missing() {
    assert_data_eq!(
        failure(&World::new(), &[], 2),
        str![[r#"
error: pcg: there is no project here that cargo knows
help: run it where the build was run, or name the project by `--manifest-path`

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&project(), &["app"], 5),
        str![[r#"
error: pcg: there are no reports in [ROOT]/project/target/pcg/reports/release/
help: `cargo pcg build --release` writes one for each crate that it compiles, and `--profile` names other builds

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&built(), &["app", "imag"], 5),
        str![[r#"
error: pcg: there is no report of a crate `imag` in [ROOT]/project/target/pcg/reports/release/
help: the nearest that has one: `image`; a build with `cargo pcg` writes one for each crate that it compiles

"#]]
        .raw()
    );
}

#[test]
fn a_report_that_is_none_is_warned_about() {
    let world = project();
    report(&world, "app-00000000000000d1", 0, split("app", &["bin"], 1, 1.0, 1.0, &[unit(0.5, 1, 0)]));
    world.write(&format!("{REPORTS}/lib-00000000000000d1.json"), "{");
    let (answer, said) = explain(&world, &[]);
    assert!(answer.contains("app") && !answer.contains("lib"), "{answer}");
    assert_data_eq!(said, str![[r#"
warning: pcg: [ROOT]/project/target/pcg/reports/release/lib-00000000000000d1.json cannot be read: EOF while parsing an object at line 1 column 1
help: remove it: the next compile of the crate writes another one

"#]].raw());
}

#[test]
fn the_help_text() {
    let (answer, _) = explain(&World::new(), &["--help"]);
    assert_data_eq!(
        answer,
        str![[r#"
Say how each crate was compiled in the last builds, why, and what limits it

Usage: cargo pcg explain [OPTIONS] [CRATE]...

Arguments:
  [CRATE]...  Crates or packages; all in a table without any

Options:
      --profile <NAME>        Builds with this profile; by default with the one that was built with last
  -r, --release               Builds with the profile `release`
      --manifest-path <PATH>  The Cargo.toml of another project than that of the current folder
      --target-dir <DIR>      The folder that was given to cargo by `--target-dir`
      --color <WHEN>          Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose               Say how the answer came about
  -q, --quiet                 Do not warn
      --format <FORMAT>       What data is printed as [default: text] [possible values: text, json]
  -h, --help                  Print help

"#]]
        .raw()
    );
}

/// The folder that pcg-rustc is told of, by that variable.
fn told(world: &World, variable: &str, words: &[&str]) -> Option<String> {
    let variables = start(world, &mut cargo_pcg(world, words)).variables;
    variables.iter().find_map(|set| set.strip_prefix(variable)?.strip_prefix('=')).map(str::to_owned)
}

#[test]
fn builds_put_reports_into_the_target_folder() {
    let world = project();
    let default = Some("[ROOT]/project/target/pcg/reports/debug/".to_owned());
    assert_eq!(told(&world, "PCG_REPORT", &["pcg", "build"]), default);
    assert_eq!(told(&world, "PCG_REPORT", &["test", "--", "--target-dir=x"]), default);
    let other = Some("[ROOT]/project/other/pcg/reports/debug/".to_owned());
    assert_eq!(told(&world, "PCG_REPORT", &["build", "--target-dir", "other"]), other);
    assert_eq!(told(&world, "CARGO_PCG_REPORT", &["build", "--pcg-report=r/"]), Some("[ROOT]/project/r/".to_owned()));
    assert_eq!(told(&world, "PCG_REPORT", &["build", "--pcg-report=r/"]), None);
    let of_release = Some("[ROOT]/project/target/pcg/reports/release/".to_owned());
    assert_eq!(told(&world, "PCG_REPORT", &["bench"]), of_release);
    let of_profile = Some("[ROOT]/project/target/pcg/reports/regular/".to_owned());
    assert_eq!(told(&world, "PCG_REPORT", &["run", "--profile=regular"]), of_profile);
    assert_eq!(told(&world, "PCG_REPORT", &["check"]), None);
    assert_eq!(told(&world, "PCG_REPORT", &["fmt"]), None);
    assert_eq!(told(&world, "PCG_REPORT", &["install", "ripgrep"]), None);
}

/// Two profiles with a report each; the second was built with last.
fn built_with_two_profiles() -> World {
    let world = project();
    for (minutes, folder, seconds) in [(1, "release", 2.0), (2, "debug", 1.0)] {
        let folder = format!("project/target/pcg/reports/{folder}");
        fs::create_dir_all(world.path(&folder)).unwrap();
        let content = split("app", &["bin"], 1, seconds, 1.0, &[unit(0.5, 1, 0)]);
        world.write(&format!("{folder}/app-00000000000000d{minutes}.json"), &content.to_string());
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(60 * minutes);
        File::open(world.path(&folder)).unwrap().set_modified(written).unwrap();
    }
    world
}

#[test]
fn profiles_are_told_apart_and_the_latest_is_shown() {
    let world = built_with_two_profiles();
    let shown = |words: &[&str]| explain(&world, words).0.lines().last().unwrap().to_owned();
    let (dev, release) = (
        "Profile `dev`: 1 compile, 1.00 s in all: 1 not split",
        "Profile `release`: 1 compile, 2.00 s in all: 1 not split",
    );
    assert_eq!(shown(&[]), dev);
    for words in [&["--profile=dev"][..], &["--profile", "test"]] {
        assert_eq!(shown(words), dev, "{words:?}");
    }
    for words in [&["--release"][..], &["-r"], &["--profile=bench"]] {
        assert_eq!(shown(words), release, "{words:?}");
    }
    assert!(explain(&world, &["--format=json"]).0.contains("\"profile\": \"dev\""));
    assert!(
        failure(&world, &["--profile=regular"], 5).contains("no reports in [ROOT]/project/target/pcg/reports/regular/")
    );
}

#[test]
fn crates_that_the_project_has_no_more_are_not_shown() {
    let world = built();
    let lock = ["image", "regex", "libm"].map(|name| format!("[[package]]\nname = '{name}'\nversion = '1.2.3'\n"));
    world.write("project/Cargo.lock", &(lock.join("") + "[[package]]\nname = 'app'\nversion = '0.1.0'\n"));
    // Of `app` there are reports of another version, and of a program that was called otherwise.
    for (stem, name) in [("app-00000000000000d8", "app"), ("gone-00000000000000d9", "gone")] {
        let mut content = split("app", &["bin"], 1, 1.0, 1.0, &[unit(0.5, 1, 0)]);
        content["crate_name"] = name.into();
        content["package_version"] = "0.1.0".into();
        report(&world, stem, 10, content);
    }
    let (answer, said) = explain(&world, &["-v"]);
    assert_data_eq!(
        answer,
        str![[r#"
 crate               package  compiled                       time  front end  largest unit  copies  limit
 image               image    3 units                      9.00 s       22 %          60 %    10 %  largest unit
 regex               regex    2 units                      5.00 s       20 %          50 %     5 %  work
 app                 app      1 unit                       1.00 s      100 %         100 %     0 %  front end
 libm                libm     1 unit                       0.75 s       33 %         100 %     0 %  largest unit
 build_script_build  image    by stock rustc: unoptimised       -          -             -       -  -

Profile `release`: 5 compiles, 15.75 s in all: 2 split into several units, 2 not split, 1 compiled by stock rustc

"#]]
        .raw()
    );
    assert!(said.ends_with("the project does not have any more: 7\n"), "{said}");
    assert!(failure(&world, &["syn"], 5).contains("no report of a crate `syn`"));
}

#[test]
fn reports_are_looked_for_where_builds_put_them() {
    let world = project();
    let app = split("app", &["bin"], 1, 1.0, 1.0, &[unit(0.5, 1, 0)]);
    for (folder, words) in [("other/pcg/reports/debug", "--target-dir=other"), ("r", "--pcg-report=r/")] {
        assert!(failure(&world, &[words], 5).contains("no reports"));
        let folder = format!("project/{folder}");
        fs::create_dir_all(world.path(&folder)).unwrap();
        world.write(&format!("{folder}/app-00000000000000d1.json"), &app.to_string());
        let (answer, said) = explain(&world, &[words, "-v"]);
        assert!(answer.contains("1 compile,"), "{answer}");
        assert_eq!(said, format!("note: reports are read from [ROOT]/{folder}/\n"));
    }
}
