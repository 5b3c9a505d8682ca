//! Profiles: what `cargo pcg profile` says, and what cargo gets for `--profile`.

use std::fs;
use std::process::Command;

use snapbox::prelude::*;
use snapbox::{assert_data_eq, str};

use super::common::World;
use super::{Started, cargo_pcg, said, start, without_root, workspace};

/// A rustc that has two codegen options.
const RUSTC: &str = r#"[ "$*" = "-C help" ] && printf '    -C   %s=val -- one\n' target-cpu jump-tables"#;

const FILE: &str = "threads = 2

# For the machine that builds.
# And more.
[profile.mine]
inherits = 'regular'
debug = 'full'

[profile.mine.rustc]
target-cpu = 'native'

[profile.mine.package.image]
opt-level = 3
rustc.jump-tables = false
";

/// A project with profiles in every place.
fn world() -> World {
    let world = World::new();
    cargo_pcg(&world, &[]);
    world.script("rustc", RUSTC);
    workspace(
        &world,
        "# The manifest's.\n[profile.own]\ninherits = 'dev'\ndebug = 1\n\n\
         # Of the workspace.\n[workspace.metadata.pcg.profile.shared]\nopt-level = 's'\n",
        "",
    );
    world.write("project/.cargo/pcg.toml", FILE);
    world.write("project/.cargo/config.toml", "[profile.configured]\ninherits = 'release'\n");
    world.write("home/pcg.toml", "[profile.mine]\nopt-level = 0\n\n# At home.\n[profile.at-home]\nlto = 'thin'\n");
    world
}

fn command(world: &World, words: &[&str]) -> Command {
    let mut command = cargo_pcg(world, words);
    command.env("RUSTC", world.path("rustc"));
    command
}

/// What is printed and said, and the exit code.
fn profile(world: &World, words: &[&str]) -> (String, String, Option<i32>) {
    let output = command(world, &[&["pcg", "profile"], words].concat()).output().unwrap();
    (without_root(world, &output.stdout), said(world, &output), output.status.code())
}

/// What is printed, where nothing is to be said.
fn answer(world: &World, words: &[&str]) -> String {
    let (answer, said, code) = profile(world, words);
    assert_eq!((said.as_str(), code), ("", Some(0)));
    answer
}

/// What is said by a command that has to fail without printing anything.
fn failure(world: &World, words: &[&str]) -> String {
    let (answer, said, code) = profile(world, words);
    assert_eq!((answer.as_str(), code), ("", Some(2)), "{said}");
    said
}

/// Without the spaces whose number depends on the length of paths.
fn one_space(text: &str) -> String {
    let one =
        |line: &str| line.split("  ").filter(|part| !part.is_empty()).map(str::trim).collect::<Vec<_>>().join(" | ");
    text.lines().map(|line| one(line) + "\n").collect()
}

fn started(world: &World, words: &[&str]) -> Started {
    start(world, &mut command(world, words))
}

/// The settings of cargo's that `cargo pcg build` with a profile becomes.
fn config(world: &World, words: &[&str]) -> Vec<String> {
    let arguments = started(world, words).arguments;
    let pairs = arguments.windows(2).filter(|pair| pair[0] == "--config");
    pairs.map(|pair| pair[1].clone()).collect()
}

const REGULAR: [&str; 7] = [
    "profile.regular.inherits=\"dev\"",
    "profile.regular.debug=\"line-tables-only\"",
    "profile.regular.debug-assertions=true",
    "profile.regular.incremental=false",
    "profile.regular.lto=false",
    "profile.regular.opt-level=2",
    "profile.regular.overflow-checks=true",
];

#[test]
fn the_list() {
    let world = world();
    assert_data_eq!(
        one_space(&answer(&world, &["list"])),
        str![[r#"
at-home | [ROOT]/home/pcg.toml:5 | At home.
bench | built into cargo | What `cargo bench` builds with: as `release`, unless the project says something else.
configured | [ROOT]/project/.cargo/config.toml:1
dev | built into cargo | What cargo builds with unless it is told otherwise: not optimised, with debug information.
mine | [ROOT]/project/.cargo/pcg.toml:5 | For the machine that builds.
own | [ROOT]/project/Cargo.toml:5 | The manifest's.
regular | bundled | Between debug and release: fast code that still checks itself.
release | built into cargo | What `--release` and `cargo install` build with: optimised, without debug information.
release-best | bundled | The best code, at the price of build time.
release-fast | bundled | Release builds without anything that costs build time.
shared | [ROOT]/project/Cargo.toml:10 | Of the workspace.
test | built into cargo | What `cargo test` builds with: as `dev`, unless the project says something else.

"#]]
        .raw()
    );
}

#[test]
fn the_list_for_programs() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    world.write("home/pcg.toml", "# At home.\n[profile.at-home]\nlto = 'thin'\n");
    assert_data_eq!(
        answer(&world, &["list", "--format=json"]),
        str![[r#"
{
  "schema_version": 1,
  "profiles": [
    {
      "name": "at-home",
      "description": "At home.",
      "origin": {
        "layer": "home",
        "path": "[ROOT]/home/pcg.toml",
        "line": 2
      }
    },
    {
      "name": "bench",
      "description": "What `cargo bench` builds with: as `release`, unless the project says something else.",
      "origin": {
        "layer": "built-in"
      }
    },
    {
      "name": "dev",
      "description": "What cargo builds with unless it is told otherwise: not optimised, with debug information.",
      "origin": {
        "layer": "built-in"
      }
    },
    {
      "name": "regular",
      "description": "Between debug and release: fast code that still checks itself.",
      "origin": {
        "layer": "bundled"
      }
    },
    {
      "name": "release",
      "description": "What `--release` and `cargo install` build with: optimised, without debug information.",
      "origin": {
        "layer": "built-in"
      }
    },
    {
      "name": "release-best",
      "description": "The best code, at the price of build time.",
      "origin": {
        "layer": "bundled"
      }
    },
    {
      "name": "release-fast",
      "description": "Release builds without anything that costs build time.",
      "origin": {
        "layer": "bundled"
      }
    },
    {
      "name": "test",
      "description": "What `cargo test` builds with: as `dev`, unless the project says something else.",
      "origin": {
        "layer": "built-in"
      }
    }
  ]
}

"#]]
        .raw()
    );
}

#[test]
fn a_profile_is_shown_with_what_it_inherits() {
    let world = world();
    let text = answer(&world, &["show", "mine"]);
    assert_data_eq!(
        one_space(&text),
        str![[r##"
# For the machine that builds. ([ROOT]/project/.cargo/pcg.toml:5)
[profile.mine]
inherits = "dev"
debug = "full" | # mine: [ROOT]/project/.cargo/pcg.toml:7
debug-assertions = true | # regular: bundled
incremental = false | # regular: bundled
lto = false | # regular: bundled
opt-level = 2 | # regular: bundled
overflow-checks = true | # regular: bundled

[profile.mine.package.image]
opt-level = 3 | # mine: [ROOT]/project/.cargo/pcg.toml:13

[profile.mine.package.image.rustc]
jump-tables = false | # mine: [ROOT]/project/.cargo/pcg.toml:14

[profile.mine.rustc]
target-cpu = "native" | # mine: [ROOT]/project/.cargo/pcg.toml:10

"##]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["show", "release-best"]),
        str![[r##"
# The best code, at the price of build time. (bundled)
[profile.release-best]
inherits = "release"
codegen-units = 1    # release-best: bundled
incremental = false  # release-best: bundled
opt-level = 3        # release-best: bundled

"##]]
        .raw()
    );
    world.write("project/shown.toml", &text);
    let shown = answer(&world, &["show", "./shown.toml", "--format=json"]);
    let original = answer(&world, &["show", "mine", "--format=json"]);
    let values = |json: &str| {
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        let settings = json["settings"].as_array().unwrap().clone();
        settings
            .iter()
            .map(|one| [&one["section"], &one["key"], &one["value"]].map(ToString::to_string))
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&shown), values(&original), "the text is a file with the same effect");
}

#[test]
fn cargos_own_profiles_are_shown_as_they_stand() {
    let world = world();
    assert_data_eq!(
        answer(&world, &["show", "own"]),
        str![[r##"
# The manifest's. ([ROOT]/project/Cargo.toml:5)
[profile.own]
debug = 1         # own: [ROOT]/project/Cargo.toml:7
inherits = "dev"  # own: [ROOT]/project/Cargo.toml:6

"##]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["show", "release"]),
        str![[r#"
# What `--release` and `cargo install` build with: optimised, without debug information. (built into cargo)
[profile.release]

"#]]
        .raw()
    );
}

#[test]
fn a_profile_is_shown_to_programs() {
    let world = World::new();
    cargo_pcg(&world, &[]);
    world.write("home/pcg.toml", "[profile.x]\ninherits = 'dev'\npackage.a.opt-level = 's'\n");
    assert_data_eq!(
        answer(&world, &["show", "x", "--format=json"]),
        str![[r#"
{
  "schema_version": 1,
  "name": "x",
  "description": "",
  "origin": {
    "layer": "home",
    "path": "[ROOT]/home/pcg.toml",
    "line": 1
  },
  "inherits": "dev",
  "settings": [
    {
      "section": [
        "package",
        "a"
      ],
      "key": "opt-level",
      "value": "s",
      "profile": "x",
      "origin": {
        "layer": "home",
        "path": "[ROOT]/home/pcg.toml",
        "line": 3
      }
    }
  ]
}

"#]]
        .raw()
    );
}

#[test]
fn a_check_without_mistakes() {
    let world = world();
    assert_data_eq!(
        answer(&world, &["check"]),
        str![[r#"
4 profiles are right.

"#]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["check", "../home/pcg.toml"]),
        str![[r#"
2 profiles are right.

"#]]
        .raw()
    );
    let world = World::new();
    assert_data_eq!(
        answer(&world, &["check"]),
        str![[r#"
There are no profiles.

"#]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["check", "--format=json"]),
        str![[r#"
{
  "schema_version": 1,
  "profiles": 0,
  "problems": []
}

"#]]
        .raw()
    );
}

#[test]
fn a_check_names_every_mistake() {
    let world = world();
    world.write(
        "project/.cargo/pcg.toml",
        "[profile.a]\nopt-levl = 1\nlto = 'big'\n\n[profile.b.rustc]\ntarget_cpus = 'native'\nopt-level = 3\n\n\
         [profile.c]\ninherits = 'd'\n[profile.d]\ninherits = 'c'\n[profile.e]\ninherits = 'releas'\n[profile.dev]\n",
    );
    let (answer, said, code) = profile(&world, &["check"]);
    assert_eq!(code, Some(2));
    assert_data_eq!(
        answer,
        str![[r#"
[ROOT]/project/.cargo/pcg.toml:2: there is no key `opt-levl`
  help: the nearest key that there is: `opt-level`
[ROOT]/project/.cargo/pcg.toml:3: `lto` is `'big'`: expected `true`, `false`, `"off"`, `"thin"` or `"fat"`
  help: mend this value
[ROOT]/project/.cargo/pcg.toml:6: rustc has no option `-C target-cpus`
  help: the nearest one that there is: `target-cpu`
[ROOT]/project/.cargo/pcg.toml:7: `opt-level` is not for the table `rustc`
  help: set cargo's own key, `opt-level`, in the table around it
[ROOT]/project/.cargo/pcg.toml:10: `d` inherits itself: `d`, `c` and again
  help: inherit `release` or another profile
[ROOT]/project/.cargo/pcg.toml:12: `c` inherits itself: `c`, `d` and again
  help: inherit `release` or another profile
[ROOT]/project/.cargo/pcg.toml:14: there is no profile `releas` to inherit
  help: the nearest name that there is: `release`
[ROOT]/project/.cargo/pcg.toml:15: `dev` is a profile of cargo's own
  help: set it in Cargo.toml, or inherit it under another name

"#]]
        .raw()
    );
    assert_data_eq!(
        said,
        str![[r#"
error: pcg: profiles have 8 mistakes
help: mend these lines

"#]]
        .raw()
    );
    world.write("project/one.toml", "strip = 'everything'\n");
    let (answer, said, code) = profile(&world, &["check", "one.toml", "--format=json"]);
    assert_eq!(code, Some(2));
    assert_data_eq!(
        answer,
        str![[r#"
{
  "schema_version": 1,
  "profiles": 1,
  "problems": [
    {
      "path": "[ROOT]/project/one.toml",
      "line": 1,
      "message": "`strip` is `'everything'`: expected `true`, `false`, `\"none\"`, `\"debuginfo\"` or `\"symbols\"`",
      "help": "mend this value"
    }
  ]
}

"#]]
        .raw()
    );
    assert_data_eq!(
        said,
        str![[r#"
error: pcg: profiles have a mistake
help: mend these lines

"#]]
        .raw()
    );
}

#[test]
fn a_profile_is_added() {
    let world = world();
    let added = |words: &[&str]| assert_eq!(answer(&world, &[&["add"], words].concat()), "");
    added(&["new", "--inherits", "regular"]);
    let text = fs::read_to_string(world.path("project/.cargo/pcg.toml")).unwrap();
    let rest = text.strip_prefix(FILE).expect("what was there stays");
    assert_data_eq!(
        rest,
        str![[r#"

# Its first line says what this profile is for; `cargo pcg profile list` shows it.
[profile.new]
inherits = "regular"

"#]]
        .raw()
    );
    assert_eq!(config(&world, &["build", "--profile", "new"])[0], "profile.new.inherits=\"regular\"");
    added(&["other", "--to", "profiles/other.toml"]);
    assert_data_eq!(
        fs::read_to_string(world.path("project/profiles/other.toml")).unwrap(),
        str![[r##"
# Its first line says what this profile is for; `cargo pcg profile list` shows it.
[profile.other]
inherits = "release"

"##]]
        .raw()
    );
    let other = config(&world, &["build", "--profile=profiles/other.toml"]);
    assert_eq!(other, ["profile.other.inherits=\"release\""]);
    let (_, said, _) = profile(&world, &["add", "third", "-v"]);
    assert_data_eq!(
        said,
        str![[r#"
note: `--profile third` is in [ROOT]/project/.cargo/pcg.toml

"#]]
        .raw()
    );
}

#[test]
fn a_profile_that_cannot_be_added() {
    let world = world();
    let before = fs::read_to_string(world.path("project/.cargo/pcg.toml")).unwrap();
    assert_data_eq!(
        failure(&world, &["add", "mine"]),
        str![[r#"
error: pcg: there is a profile `mine` in [ROOT]/project/.cargo/pcg.toml already
help: choose another name, or edit that one

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["add", "own"]),
        str![[r#"
error: pcg: there is a profile `own` in [ROOT]/project/Cargo.toml already
help: choose another name, or edit that one

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["add", "release"]),
        str![[r#"
error: pcg: there is a profile `release` in cargo itself already
help: choose another name, or edit that one

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["add", "a b"]),
        str![[r#"
error: pcg: `a b` cannot be a profile's name
help: a name has letters, digits, `-` and `_`

"#]]
        .raw()
    );
    assert_data_eq!(failure(&world, &["add", "x", "--inherits=regulr"]), str![[r#"
error: pcg: there is no profile `regulr`: there are `at-home`, `bench`, `configured`, `dev`, `mine`, `own`, `regular`, `release`, `release-best`, `release-fast`, `shared`, `test`
help: the nearest name is `regular`; `cargo pcg profile list` says what each is for

"#]].raw());
    assert_data_eq!(
        failure(&world, &["add", "x", "--to=/dev/null/x.toml"]),
        str![[r#"
error: pcg: /dev/null/x.toml: Not a directory (os error 20)
help: mend this file

"#]]
        .raw()
    );
    assert_eq!(fs::read_to_string(world.path("project/.cargo/pcg.toml")).unwrap(), before);
}

#[test]
fn names_that_nobody_knows() {
    let world = world();
    assert_data_eq!(failure(&world, &["show", "regulr"]), str![[r#"
error: pcg: there is no profile `regulr`: there are `at-home`, `bench`, `configured`, `dev`, `mine`, `own`, `regular`, `release`, `release-best`, `release-fast`, `shared`, `test`
help: the nearest name is `regular`; `cargo pcg profile list` says what each is for

"#]].raw());
    for words in [&["build", "--profile=regulr"][..], &["nextest", "run", "--cargo-profile", "regulr"]] {
        let output = command(&world, words).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(said(&world, &output), failure(&world, &["show", "regulr"]));
    }
    assert!(!world.path("arguments").exists());
}

#[test]
fn files_that_stand_for_no_profile() {
    let world = world();
    world.write("project/two.toml", "[profile.a]\n[profile.b]\n");
    assert_data_eq!(
        failure(&world, &["show", "two.toml"]),
        str![[r#"
error: pcg: two.toml has several profiles, and none is called `two` as the file is
help: give the file the name of the profile that is meant

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["show", "./missing"]),
        str![[r#"
error: pcg: [ROOT]/project/missing: No such file or directory (os error 2)
help: mend this file

"#]]
        .raw()
    );
    world.write("project/bad.toml", "opt-level = 7\n");
    assert_data_eq!(
        failure(&world, &["show", "bad.toml"]),
        str![[r#"
error: pcg: [ROOT]/project/bad.toml:1: `opt-level` is `7`: expected a number from 0 to 3, `"s"` or `"z"`
help: mend this value

"#]]
        .raw()
    );
}

#[test]
fn a_rustc_that_has_no_such_option() {
    let world = world();
    world.write("project/x.toml", "[profile.x.rustc]\ntarget-cpus = 'native'\n");
    let output = command(&world, &["build", "--profile", "x.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_data_eq!(
        said(&world, &output),
        str![[r#"
error: pcg: [ROOT]/project/x.toml:2: rustc has no option `-C target-cpus`
help: the nearest one that there is: `target-cpu`

"#]]
        .raw()
    );
}

#[test]
fn help_texts() {
    let world = World::new();
    assert_data_eq!(
        answer(&world, &["--help"]),
        str![[r#"
List, show, check or add profiles for --profile

Usage: cargo pcg profile [OPTIONS] <COMMAND>

Commands:
  list   List the profiles that there are, what each is for, and where it stands
  show   Show what holds in a profile, and where it stands
  check  Check the profiles in pcg's files, or in one file
  add    Write a new profile into the project's .cargo/pcg.toml, or into another file
  help   Print this message or the help of the given subcommand(s)

Options:
      --color <WHEN>     Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose          Say how the answer came about
  -q, --quiet            Do not warn
      --format <FORMAT>  What data is printed as [default: text] [possible values: text, json]
  -h, --help             Print help

"#]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["list", "--help"]),
        str![[r#"
List the profiles that there are, what each is for, and where it stands

Usage: cargo pcg profile list [OPTIONS]

Options:
      --color <WHEN>     Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose          Say how the answer came about
  -q, --quiet            Do not warn
      --format <FORMAT>  What data is printed as [default: text] [possible values: text, json]
  -h, --help             Print help

"#]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["show", "--help"]),
        str![[r#"
Show what holds in a profile, and where it stands

Usage: cargo pcg profile show [OPTIONS] <NAME>

Arguments:
  <NAME>  A profile's name, or the path of its file

Options:
      --color <WHEN>     Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose          Say how the answer came about
  -q, --quiet            Do not warn
      --format <FORMAT>  What data is printed as [default: text] [possible values: text, json]
  -h, --help             Print help

"#]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["check", "--help"]),
        str![[r#"
Check the profiles in pcg's files, or in one file

Usage: cargo pcg profile check [OPTIONS] [FILE]

Arguments:
  [FILE]  Check this file only

Options:
      --color <WHEN>     Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose          Say how the answer came about
  -q, --quiet            Do not warn
      --format <FORMAT>  What data is printed as [default: text] [possible values: text, json]
  -h, --help             Print help

"#]]
        .raw()
    );
    assert_data_eq!(
        answer(&world, &["add", "--help"]),
        str![[r#"
Write a new profile into the project's .cargo/pcg.toml, or into another file

Usage: cargo pcg profile add [OPTIONS] <NAME>

Arguments:
  <NAME>  The new profile's name

Options:
      --inherits <PROFILE>  The profile that it is made from [default: release]
      --to <FILE>           Write into FILE, which is made if it is missing
      --color <WHEN>        Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose             Say how the answer came about
  -q, --quiet               Do not warn
      --format <FORMAT>     What data is printed as [default: text] [possible values: text, json]
  -h, --help                Print help

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &[]),
        str![[r#"
List, show, check or add profiles for --profile

Usage: cargo pcg profile [OPTIONS] <COMMAND>

Commands:
  list   List the profiles that there are, what each is for, and where it stands
  show   Show what holds in a profile, and where it stands
  check  Check the profiles in pcg's files, or in one file
  add    Write a new profile into the project's .cargo/pcg.toml, or into another file
  help   Print this message or the help of the given subcommand(s)

Options:
      --color <WHEN>     Whether to write in colours [CARGO_TERM_COLOR] [possible values: auto, always, never]
  -v, --verbose          Say how the answer came about
  -q, --quiet            Do not warn
      --format <FORMAT>  What data is printed as [default: text] [possible values: text, json]
  -h, --help             Print help

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["show"]),
        str![[r#"
error: the following required arguments were not provided:
  <NAME>

Usage: cargo pcg profile show <NAME>

For more information, try '--help'.

"#]]
        .raw()
    );
    assert_data_eq!(
        failure(&world, &["remove"]),
        str![[r#"
error: unrecognized subcommand 'remove'

Usage: cargo pcg profile [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]
        .raw()
    );
}

#[test]
fn cargo_gets_a_bundled_profile() {
    let world = world();
    let started = started(&world, &["-q", "test", "--profile", "regular", "--lib"]);
    let settings = REGULAR.iter().flat_map(|setting| ["--config", setting]);
    let expected: Vec<_> =
        ["-q", "test"].into_iter().chain(settings).chain(["--profile", "regular", "--lib"]).collect();
    assert_eq!(started.arguments, expected);
    assert!(
        !started.variables.iter().any(|line| line.starts_with("CARGO_PCG_RUSTC_OPTIONS")),
        "{:?}",
        started.variables
    );
}

#[test]
fn cargo_gets_a_profile_of_a_file_and_pcg_rustc_its_options() {
    let world = world();
    let started = started(&world, &["nextest", "run", "--cargo-profile=mine", "--profile", "ci", "--codegen-units=4"]);
    let own = [
        "profile.mine.inherits=\"regular\"",
        "profile.mine.debug=\"full\"",
        "profile.mine.package.\"image\".opt-level=3",
    ];
    let settings = own.iter().chain(&REGULAR).chain(&["profile.mine.codegen-units=4"]);
    let settings = settings.flat_map(|setting| ["--config", setting]);
    let rest = ["--cargo-profile=mine", "--profile", "ci"];
    assert_eq!(started.arguments, ["nextest", "run"].into_iter().chain(settings).chain(rest).collect::<Vec<_>>());
    let expected = "CARGO_PCG_RUSTC_OPTIONS={\"all\":[\"target-cpu=native\"],\
                    \"packages\":{\"image\":[\"jump-tables=no\",\"target-cpu=native\"]},\"build\":[]}";
    assert!(started.variables.contains(&expected.to_owned()), "{:?}", started.variables);
}

#[test]
fn cargo_gets_the_name_of_a_profile_whose_file_is_given() {
    let world = world();
    world.write("project/quick.toml", "opt-level = 1\n");
    world.write("project/named.toml", "[profile.slow]\ninherits = 'release-best'\n");
    let arguments = |words: &[&str]| started(&world, words).arguments;
    let expected = [
        "build",
        "--config",
        "profile.quick.inherits=\"release\"",
        "--config",
        "profile.quick.opt-level=1",
        "--profile=quick",
    ];
    assert_eq!(arguments(&["build", "--profile=quick.toml"]), expected);
    let slow = arguments(&["run", "--profile", "./named.toml", "--", "--profile", "./named.toml"]);
    assert_eq!(slow[1..3], ["--config", "profile.slow.inherits=\"release-best\""]);
    assert_eq!(slow[slow.len() - 5..], ["--profile", "slow", "--", "--profile", "./named.toml"]);
    world.write("home/config.toml", "alias.quick = 'build --profile quick.toml'");
    assert_eq!(arguments(&["quick", "-p", "app"])[5..], ["--profile", "quick", "-p", "app"]);
}

#[test]
fn what_cargo_knows_is_left_to_it() {
    let world = world();
    // The manifest's own wins over a name in pcg's files.
    world.write("home/pcg.toml", "[profile.own]\nopt-level = 0\n[profile.configured]\nopt-level = 0\n");
    for name in ["own", "configured", "dev", "release", "test", "bench", "debug"] {
        assert_eq!(started(&world, &["build", "--profile", name]).arguments, ["build", "--profile", name]);
    }
    let given = ["build", "--config", "profile.x.inherits='dev'", "--profile", "x"];
    assert_eq!(started(&world, &given).arguments, given);
    let elsewhere = ["install", "ripgrep", "--profile", "release-lto"];
    assert_eq!(started(&world, &elsewhere).arguments, elsewhere);
    assert_eq!(config(&world, &["install", "ripgrep", "--profile", "regular"]), REGULAR);
}

#[test]
fn a_mistake_in_a_profile_is_none_for_other_builds() {
    let world = world();
    world.write("project/.cargo/pcg.toml", "[profile.x]\nopt-levl = 1\n");
    assert_eq!(started(&world, &["build", "--profile", "regular"]).said, "");
    assert_eq!(started(&world, &["build"]).said, "");
    let output = command(&world, &["build", "--profile", "x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_data_eq!(
        said(&world, &output),
        str![[r#"
error: pcg: [ROOT]/project/.cargo/pcg.toml:2: there is no key `opt-levl`
help: the nearest key that there is: `opt-level`

"#]]
        .raw()
    );
}
