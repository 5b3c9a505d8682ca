//! The command line of `cargo pcg`: the one definition that parsing, help texts, man pages and completions come from.

use std::ffi::OsString;

use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use pcg_interface::exit_code;
use pcg_interface::option::{Kind, Spec};
use pcg_interface::options;

use crate::commands;
use crate::words::Words;

/// The one option that is not pcg-rustc's, too: to cargo it is a setting of the profile.
pub(crate) static CODEGEN_UNITS: Spec = Spec {
    key: "codegen-units",
    option: "codegen-units",
    variable: "CARGO_PCG_CODEGEN_UNITS",
    kind: Kind::Number,
    value: "N",
    default: None,
    help: "Cut each crate into N units; by default each crate's work decides",
};

/// Every option that has a key in configuration files and a variable.
pub(crate) fn specs() -> impl Iterator<Item = &'static Spec> {
    std::iter::once(&CODEGEN_UNITS).chain(options::specs())
}

/// `cargo pcg` with its options and its own commands.
pub(crate) fn definition() -> Command {
    Command::new("cargo-pcg")
        .bin_name("cargo pcg")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Runs cargo with pcg-rustc in the place of rustc: each optimised crate is compiled on several cores")
        .override_usage("cargo pcg COMMAND [CARGO OPTIONS] [PCG OPTIONS]\n       cargo pcg build --release")
        .after_help(format!(
            "COMMAND is one of those above or cargo's (`cargo --list`), with cargo's own options. PCG options stand\n\
             anywhere in front of a `--`. `--profile` takes the profiles that `cargo pcg profile list` shows, too.\n\n\
             Exit codes, besides those of cargo:\n{}",
            exit_code::summary_of_cargo_pcg().trim_end()
        ))
        .next_help_heading("PCG options")
        .args(specs().map(option))
        .args(QUESTIONS.map(|(name, action)| Arg::new(name).long(name).action(action).hide(true)))
        .subcommands(commands::definitions())
}

fn option(spec: &'static Spec) -> Arg {
    let arg = Arg::new(spec.key).long(spec.option).help(format!("{}\n[{}]", spec.help, spec.variable));
    let one_of = |names: &[&'static str]| PossibleValuesParser::new(names).map(OsString::from);
    // What a switch takes is not worth a place in the help text, and a choice's text names its values.
    let arg = arg.value_name(spec.value).hide_possible_values(true);
    match spec.kind {
        Kind::Switch => {
            let arg = arg.num_args(0..=1).require_equals(true).default_missing_value("true");
            arg.value_name("BOOL").value_parser(one_of(&["true", "false", "1", "0"]))
        }
        Kind::Choice(names) => arg.value_parser(one_of(names)),
        Kind::Path => arg.value_hint(ValueHint::AnyPath).value_parser(checked(spec)),
        Kind::Number => arg.value_parser(checked(spec)),
    }
}

/// What the option's kind takes.
fn checked(spec: &'static Spec) -> impl TypedValueParser<Value = OsString> {
    OsStringValueParser::new().try_map(|value| match spec.kind.takes(&value) {
        true => Ok(value),
        false => Err(format!("expected {}", spec.kind.expected())),
    })
}

/// pcg-rustc's ways to ask for help and version, which are answered for every command.
const QUESTIONS: [(&str, ArgAction); 2] = [("pcg-help", ArgAction::Help), ("pcg-version", ArgAction::Version)];

/// Whether cargo is to have the command line, and not one of pcg's own commands.
pub(crate) fn is_for_cargo(words: &Words, definition: &Command) -> bool {
    let is_own = |name: &str| definition.find_subcommand(name).is_some();
    let is_question = |word: &OsString| QUESTIONS.iter().any(|(name, _)| *word == *format!("--{name}"));
    match (words.first(), words.command(), words.subject()) {
        _ if words.own.iter().any(is_question) => false,
        (None | Some("-h" | "--help" | "-V" | "--version"), ..) | (_, Some("help"), None) => false,
        (_, Some("help"), Some(subject)) => !is_own(subject),
        (_, Some(command), _) => !is_own(command),
        (_, None, _) => true,
    }
}

/// Reads one of pcg's own commands. pcg's options may stand anywhere, so they come first, where `definition` has them.
pub(crate) fn parse(definition: Command, words: &Words) -> Result<ArgMatches, clap::Error> {
    definition.no_binary_name(true).try_get_matches_from(words.own.iter().chain(&words.cargo))
}

/// Reads pcg's options among the words of one of cargo's commands. Cargo would answer `--help` there, so errors name
/// `--pcg-help`.
pub(crate) fn parse_options(definition: Command, words: &Words) -> Result<ArgMatches, clap::Error> {
    let definition = definition.disable_help_flag(true).disable_help_subcommand(true);
    definition.no_binary_name(true).try_get_matches_from(&words.own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Words {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        Words::split(&words, &definition())
    }

    fn is_for_cargo(line: &str) -> bool {
        super::is_for_cargo(&words(line), &definition())
    }

    #[test]
    fn the_definition_is_sound() {
        definition().debug_assert();
    }

    #[test]
    fn what_is_not_ours_is_for_cargo() {
        for line in ["build --help", "-q build", "--list", "+nightly build", "help build", "--codegen-units 4 b"] {
            assert!(is_for_cargo(line), "{line}");
        }
        for line in [
            "",
            "-h",
            "--version",
            "--pcg-strict",
            "help",
            "help config",
            "config --help",
            "--pcg-strict man",
            "b --pcg-help",
        ] {
            assert!(!is_for_cargo(line), "{line}");
        }
    }

    #[test]
    fn every_option_is_accepted_in_front_of_a_command_and_behind_it() {
        for (spec, value) in specs().zip(["4", "size", "2", "r/", "g/", "t/", "k/", "true"]) {
            let option = format!("--{}={value}", spec.option);
            for line in [format!("{option} config"), format!("config {option}")] {
                let matches = parse(definition(), &words(&line)).unwrap();
                assert_eq!(matches.get_one::<OsString>(spec.key), Some(&value.into()), "{line}");
                assert_eq!(matches.subcommand_name(), Some("config"));
                let matches = parse_options(definition(), &words(&line)).unwrap();
                assert_eq!(matches.get_one::<OsString>(spec.key), Some(&value.into()), "{line}");
            }
        }
    }
}
