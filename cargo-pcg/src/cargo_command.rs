//! What has to be known of cargo's commands: which ones compile, and with which profile.

use crate::words::Words;

/// One command that compiles.
#[derive(Debug)]
struct Row {
    /// The command and its short form.
    names: &'static [&'static str],
    /// The profile that it builds with by itself.
    profile: &'static str,
    /// The option that names another one.
    profile_option: &'static str,
    /// What it builds.
    builds: Builds,
    /// How many words name the command: behind them stand its options.
    words: usize,
}

/// What a command builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builds {
    /// No machine code, but for build scripts and procedural macros.
    Nothing,
    Code,
    /// Tests, too.
    Tests,
}

const PROFILE: &str = "--profile";

const INSTALL: &str = "install";

/// The commands that compile a local project, or with `install` perhaps somebody else's.
static COMMANDS: &[Row] = &[
    cargos_own(&["build", "b"], "dev", Builds::Code),
    cargos_own(&["run", "r"], "dev", Builds::Code),
    cargos_own(&["test", "t"], "dev", Builds::Tests),
    cargos_own(&["bench"], "bench", Builds::Tests),
    cargos_own(&["check", "c"], "dev", Builds::Nothing),
    cargos_own(&["rustc"], "dev", Builds::Code),
    cargos_own(&["doc", "d"], "dev", Builds::Nothing),
    cargos_own(&["rustdoc"], "dev", Builds::Nothing),
    cargos_own(&["fix"], "dev", Builds::Nothing),
    cargos_own(&["clippy"], "dev", Builds::Nothing),
    cargos_own(&[INSTALL], "release", Builds::Code),
    // `cargo nextest run`; its `--profile` is something else.
    Row { names: &["nextest"], profile: "dev", profile_option: "--cargo-profile", builds: Builds::Tests, words: 2 },
];

const fn cargos_own(names: &'static [&'static str], profile: &'static str, builds: Builds) -> Row {
    Row { names, profile, profile_option: PROFILE, builds, words: 1 }
}

fn row(words: &Words) -> Option<&'static Row> {
    COMMANDS.iter().find(|row| words.command().is_some_and(|name| row.names.contains(&name)))
}

/// Whether the command compiles anything. Nothing is known of most commands of others.
pub(crate) fn compiles(words: &Words) -> bool {
    row(words).is_some()
}

/// Whether it is a command of cargo itself that compiles.
pub(crate) fn is_cargos_own(words: &Words) -> bool {
    row(words).is_some_and(|row| row.profile_option == PROFILE)
}

/// Whether the command compiles the project in the current folder or the one that it names.
pub(crate) fn compiles_project(words: &Words) -> bool {
    compiles(words) && (words.command() != Some(INSTALL) || words.value_of("--path").is_some())
}

/// Whether the command makes machine code.
pub(crate) fn builds_code(words: &Words) -> bool {
    row(words).is_some_and(|row| row.builds != Builds::Nothing)
}

/// Whether the command builds tests or the like, which have dependencies of their own.
pub(crate) fn builds_tests(words: &Words) -> bool {
    const TARGETS: [&str; 7] =
        ["--all-targets", "--tests", "--test", "--benches", "--bench", "--examples", "--example"];
    let is_test = |word: &str| TARGETS.iter().any(|target| word.split('=').next() == Some(target));
    row(words).is_some_and(|row| row.builds == Builds::Tests) || words.options().any(is_test)
}

/// Where in cargo's words options can be put in: behind the command's name, as arguments for a program may follow.
pub(crate) fn position_for_options(words: &Words) -> usize {
    let behind = row(words).map_or(1, |row| row.words);
    words.position_of_command().map_or(0, |at| at + behind).min(words.before_separator().count())
}

/// The option that names another profile.
pub(crate) fn profile_option(words: &Words) -> &'static str {
    row(words).map_or(PROFILE, |row| row.profile_option)
}

/// The profile that cargo builds with, by cargo's rules: the last that is named, or the command's own.
pub(crate) fn profile(words: &Words) -> &str {
    let mut profile = row(words).map_or("dev", |row| row.profile);
    let option = profile_option(words);
    let mut options = words.options().peekable();
    while let Some(word) = options.next() {
        match word.strip_prefix(option) {
            Some("") => profile = options.peek().copied().unwrap_or(profile),
            Some(value) => profile = value.strip_prefix('=').unwrap_or(profile),
            None if word == "--debug" => profile = "dev",
            None if word == "--release" || is_short_release(word) => profile = "release",
            None => {}
        }
    }
    profile
}

/// What cargo calls the folder of a profile's artefacts. Profiles that share one are one to whoever looks at artefacts.
pub(crate) fn artefacts_of(profile: &str) -> &str {
    match profile {
        "dev" | "test" => "debug",
        "bench" => "release",
        name => name,
    }
}

/// The profile that a folder of artefacts is called after.
pub(crate) fn profile_of(artefacts: &str) -> &str {
    if artefacts == artefacts_of("dev") { "dev" } else { artefacts }
}

/// `-r`, alone or with others that take no value, like `-vr`.
fn is_short_release(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| letters.contains('r') && letters.chars().all(|c| "rvq".contains(c)))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli;

    fn words(line: &str) -> Words {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        Words::split(&words, &cli::definition())
    }

    #[test]
    fn the_profile_is_the_one_that_cargo_builds() {
        for (line, expected) in [
            ("build", "dev"),
            ("build --release", "release"),
            ("run -r", "release"),
            ("build -vr", "release"),
            ("-q build --release", "release"),
            ("test --profile slow --lib", "slow"),
            ("test --profile=slow", "slow"),
            ("bench", "bench"),
            ("install --path .", "release"),
            ("install --debug ripgrep", "dev"),
            ("build -p r --bin release", "dev"),
            ("nextest run --profile ci", "dev"),
            ("nextest run --cargo-profile slow", "slow"),
            ("an-alias", "dev"),
        ] {
            assert_eq!(profile(&words(line)), expected, "{line}");
        }
    }

    #[test]
    fn what_compiles_is_known() {
        for (line, is_anything, is_project) in [
            ("build", true, true),
            ("-q t --lib", true, true),
            ("install ripgrep", true, false),
            ("install --path=.", true, true),
            ("fmt", false, false),
            ("clean", false, false),
            ("--list", false, false),
        ] {
            assert_eq!((compiles(&words(line)), compiles_project(&words(line))), (is_anything, is_project), "{line}");
        }
    }

    #[test]
    fn what_makes_code_and_what_builds_tests_is_known() {
        for (line, code, tests) in [
            ("build", true, false),
            ("check", false, false),
            ("check --all-targets", false, true),
            ("t", true, true),
            ("build --example=x", true, true),
            ("nextest run", true, true),
            ("fmt", false, false),
        ] {
            assert_eq!((builds_code(&words(line)), builds_tests(&words(line))), (code, tests), "{line}");
        }
    }

    #[test]
    fn profiles_that_share_artefacts_are_one() {
        for (profile, expected) in [("dev", "dev"), ("test", "dev"), ("bench", "release"), ("slow", "slow")] {
            assert_eq!(profile_of(artefacts_of(profile)), expected);
        }
    }

    #[test]
    fn options_go_behind_the_command() {
        for (line, expected) in
            [("run a -- b", 1), ("-q run a", 2), ("nextest run a", 2), ("nextest -- a", 1), ("--list", 0), ("x", 1)]
        {
            assert_eq!(position_for_options(&words(line)), expected, "{line}");
        }
    }
}
