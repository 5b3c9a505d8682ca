//! What `cargo pcg config` prints.

use snapbox::prelude::*;
use snapbox::{assert_data_eq, str};

use super::common::World;
use super::{cargo_pcg, said, without_root, workspace};

/// A project with something in every layer.
fn project() -> World {
    let world = World::new();
    cargo_pcg(&world, &[]);
    workspace(
        &world,
        "[workspace.metadata.pcg]\ncodegen-units = 8\npackage.image.codegen-units = 16\n",
        "[package.metadata.pcg]\ncodegen-units = 2\n",
    );
    world.write("project/.cargo/pcg.toml", "strict = true\n\nkeep = 'kept'\nthread = 1\n");
    world.write("home/pcg.toml", "report = 'reports/'\npackage.image.codegen-units = 4\n");
    world
}

fn config(world: &World, words: &[&str]) -> (String, String) {
    let mut command = cargo_pcg(world, &[&["pcg", "config", "--pcg-threads=2"], words].concat());
    let output = command.env("CARGO_PCG_STRATEGY", "size").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    (without_root(world, &output.stdout), said(world, &output))
}

/// A line with one space in front of its comment.
fn one_space(line: &str) -> String {
    match line.split_once(" # ") {
        Some((setting, comment)) => format!("{} # {comment}", setting.trim_end()),
        None => line.to_owned(),
    }
}

#[test]
fn text_is_for_people() {
    let world = project();
    let (answer, said) = config(&world, &[]);
    // The column depends on the length of paths.
    let answer: String = answer.lines().map(|line| one_space(line) + "\n").collect();
    assert_data_eq!(
        answer,
        str![[r#"
codegen-units = 8 # [ROOT]/project/Cargo.toml:5
strategy = "size" # CARGO_PCG_STRATEGY
threads = 2 # --pcg-threads
# plan # not set
report = "[ROOT]/reports/" # [ROOT]/home/pcg.toml:1
# dump-graph # not set
# inline-truth # not set
keep = "[ROOT]/project/kept" # [ROOT]/project/.cargo/pcg.toml:3
strict = true # [ROOT]/project/.cargo/pcg.toml:1

[package."image"]
codegen-units = 16 # [ROOT]/project/Cargo.toml:6

[package."lib"]
codegen-units = 2 # [ROOT]/project/lib/Cargo.toml:5

"#]]
        .raw()
    );
    assert_data_eq!(
        said,
        str![[r#"
warning: pcg: [ROOT]/project/.cargo/pcg.toml:4: there is no key `thread`
help: the nearest key that there is: `threads`

"#]]
        .raw()
    );
}

#[test]
fn json_is_for_programs() {
    let world = project();
    let (answer, said) = config(&world, &["--format=json", "-q"]);
    assert_data_eq!(
        answer,
        str![[r#"
{
  "schema_version": 1,
  "options": [
    {
      "key": "codegen-units",
      "value": 8,
      "origin": {
        "layer": "workspace",
        "path": "[ROOT]/project/Cargo.toml",
        "line": 5
      }
    },
    {
      "key": "strategy",
      "value": "size",
      "origin": {
        "layer": "variable",
        "name": "CARGO_PCG_STRATEGY"
      }
    },
    {
      "key": "threads",
      "value": 2,
      "origin": {
        "layer": "command-line",
        "option": "pcg-threads"
      }
    },
    {
      "key": "plan",
      "value": null,
      "origin": {
        "layer": "default"
      }
    },
    {
      "key": "report",
      "value": "[ROOT]/reports/",
      "origin": {
        "layer": "home",
        "path": "[ROOT]/home/pcg.toml",
        "line": 1
      }
    },
    {
      "key": "dump-graph",
      "value": null,
      "origin": {
        "layer": "default"
      }
    },
    {
      "key": "inline-truth",
      "value": null,
      "origin": {
        "layer": "default"
      }
    },
    {
      "key": "keep",
      "value": "[ROOT]/project/kept",
      "origin": {
        "layer": "folder",
        "path": "[ROOT]/project/.cargo/pcg.toml",
        "line": 3
      }
    },
    {
      "key": "strict",
      "value": true,
      "origin": {
        "layer": "folder",
        "path": "[ROOT]/project/.cargo/pcg.toml",
        "line": 1
      }
    }
  ],
  "packages": [
    {
      "package": "image",
      "key": "codegen-units",
      "value": 16,
      "origin": {
        "layer": "workspace",
        "path": "[ROOT]/project/Cargo.toml",
        "line": 6
      }
    },
    {
      "package": "lib",
      "key": "codegen-units",
      "value": 2,
      "origin": {
        "layer": "package",
        "path": "[ROOT]/project/lib/Cargo.toml",
        "line": 5
      }
    }
  ]
}

"#]]
        .raw()
    );
    assert_eq!(said, "");
}

#[test]
fn verbose_names_the_files() {
    let (_, said) = config(&project(), &["-v"]);
    assert_data_eq!(
        said,
        str![[r#"
warning: pcg: [ROOT]/project/.cargo/pcg.toml:4: there is no key `thread`
help: the nearest key that there is: `threads`
note: [ROOT]/project/lib/Cargo.toml is read
note: [ROOT]/project/Cargo.toml is read
note: [ROOT]/project/.cargo/pcg.toml is read
note: [ROOT]/home/pcg.toml is read

"#]]
        .raw()
    );
}

#[test]
fn without_a_project_there_are_defaults() {
    let world = World::new();
    let output = cargo_pcg(&world, &["config"]).output().unwrap();
    assert_data_eq!(
        without_root(&world, &output.stdout),
        str![[r##"
# codegen-units      # not set
strategy = "inline"  # default
# threads            # not set
# plan               # not set
# report             # not set
# dump-graph         # not set
# inline-truth       # not set
# keep               # not set
strict = false       # default

"##]]
        .raw()
    );
    assert_eq!(said(&world, &output), "");
}

#[test]
fn colours_are_as_they_are_wanted() {
    let world = World::new();
    let is_coloured = |words: &[&str], variables: &[(&str, &str)]| {
        let mut command = cargo_pcg(&world, &[&["config"], words].concat());
        command.envs(variables.iter().copied()).output().unwrap().stdout.contains(&b'\x1b')
    };
    assert!(!is_coloured(&[], &[]), "there is no terminal");
    assert!(is_coloured(&["--color=always"], &[("NO_COLOR", "1")]));
    assert!(is_coloured(&[], &[("CARGO_TERM_COLOR", "always")]));
    assert!(!is_coloured(&["--color", "never"], &[("CARGO_TERM_COLOR", "always")]));
}

#[test]
fn errors_are_coloured_as_is_wanted() {
    let world = World::new();
    for words in [["config", "--formt"], ["build", "--pcg-speed"]] {
        let is_coloured = |color| {
            let words = [&words[..], &[color]].concat();
            cargo_pcg(&world, &words).output().unwrap().stderr.contains(&b'\x1b')
        };
        assert!(is_coloured("--color=always") && !is_coloured("--color=auto"), "{words:?}");
    }
}
