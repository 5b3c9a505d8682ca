//! A command line in two parts: pcg's own words, and those for cargo.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use clap::{Arg, Command};

/// What all of pcg-rustc's options begin with: whatever else does is a mistake and not for cargo.
const OWN_PREFIX: &[u8] = b"--pcg-";

/// Cargo's own options in front of a command that take the next word as their value.
const WITH_VALUE: [&str; 4] = ["--color", "--config", "-C", "-Z"];

/// A command line, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// pcg's own options with their values, in order.
    pub(crate) own: Vec<OsString>,
    /// All others, in order.
    pub(crate) cargo: Vec<OsString>,
    /// How many of cargo's words stand in front of a `--`.
    end: usize,
}

impl Words {
    /// Takes the options of `definition` out of the words in front of a `--`.
    pub(crate) fn split(words: &[OsString], definition: &Command) -> Self {
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        let mut split = Self::default();
        let mut before = words[..end].iter().peekable();
        while let Some(word) = before.next() {
            match own_option(word, definition) {
                Own::No => split.cargo.push(word.clone()),
                Own::Whole => split.own.push(word.clone()),
                Own::WithNext => {
                    split.own.push(word.clone());
                    split.own.extend(before.next_if(|value| !value.as_bytes().starts_with(b"-")).cloned());
                }
            }
        }
        split.end = split.cargo.len();
        split.cargo.extend_from_slice(&words[end..]);
        split
    }

    /// Cargo's words in front of a `--`. Nothing is known of one that is not UTF-8.
    pub(crate) fn before_separator(&self) -> impl Iterator<Item = &str> {
        self.cargo[..self.end].iter().map(|word| word.to_str().unwrap_or_default())
    }

    /// The first word for cargo.
    pub(crate) fn first(&self) -> Option<&str> {
        self.before_separator().next()
    }

    /// Where the name of the command stands among cargo's words.
    pub(crate) fn position_of_command(&self) -> Option<usize> {
        let mut words = self.before_separator().enumerate();
        while let Some((at, word)) = words.next() {
            if WITH_VALUE.contains(&word) {
                words.next();
            } else if !word.starts_with(['-', '+']) {
                return Some(at);
            }
        }
        None
    }

    /// The name of the command.
    pub(crate) fn command(&self) -> Option<&str> {
        self.before_separator().nth(self.position_of_command()?)
    }

    /// The same with other words in the place of the command's name.
    pub(crate) fn with_command(&self, command: &[String]) -> Self {
        let mut words = self.clone();
        if let Some(at) = self.position_of_command() {
            words.cargo.splice(at..=at, command.iter().map(OsString::from));
            words.end = words.end - 1 + command.len();
        }
        words
    }

    /// The word behind the command, unless it is an option.
    pub(crate) fn subject(&self) -> Option<&str> {
        let word = self.before_separator().nth(self.position_of_command()? + 1)?;
        (!word.starts_with('-')).then_some(word)
    }

    /// The options of cargo's command.
    pub(crate) fn options(&self) -> impl Iterator<Item = &str> {
        self.before_separator().skip(self.position_of_command().map_or(0, |at| at + 1))
    }

    /// The values of an option of a cargo command's that may be repeated, under its long and its short name: given as
    /// `--NAME VALUE`, `--NAME=VALUE`, `-N VALUE`, `-N=VALUE` or `-NVALUE`.
    pub(crate) fn values_of(&self, [long, short]: &[&'static str; 2]) -> impl Iterator<Item = &str> {
        let next = self.options().skip(1).map(Some).chain([None]);
        self.options().zip(next).filter_map(move |(word, next)| match word.strip_prefix(long) {
            Some("") => next,
            Some(rest) => rest.strip_prefix('='),
            None => match word.strip_prefix(short)? {
                "" => next,
                value => Some(value.trim_start_matches('=')),
            },
        })
    }

    /// The values of cargo's `--config`, which may stand in front of the command, too.
    pub(crate) fn config(&self) -> impl Iterator<Item = &str> {
        let next = self.before_separator().skip(1).map(Some).chain([None]);
        self.before_separator().zip(next).filter_map(|(word, next)| match word.strip_prefix("--config")? {
            "" => next,
            rest => rest.strip_prefix('='),
        })
    }

    /// The value of an option of cargo's, given as `NAME VALUE` or as `NAME=VALUE`.
    pub(crate) fn value_of(&self, name: &str) -> Option<&OsStr> {
        let words = &self.cargo[..self.end];
        words.iter().enumerate().rev().find_map(|(at, word)| match word.to_str()?.strip_prefix(name)? {
            "" => words.get(at + 1).map(OsString::as_os_str),
            rest => rest.strip_prefix('=').map(OsStr::new),
        })
    }

    /// The same with another value of an option, if it is there.
    pub(crate) fn with_value_of(&self, name: &str, value: &str) -> Option<Self> {
        let is_it = |word: &OsString| word.to_str().and_then(|word| word.strip_prefix(name)).is_some_and(is_end);
        let at = self.cargo[..self.end].iter().rposition(is_it)?;
        let mut words = self.clone();
        if words.cargo[at] == name {
            *words.cargo[..self.end].get_mut(at + 1)? = value.into();
        } else {
            words.cargo[at] = format!("{name}={value}").into();
        }
        Some(words)
    }
}

/// Whether an option's name ends in front of the rest of a word.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('=')
}

/// What a word is among pcg's own options.
enum Own {
    No,
    Whole,
    /// The next word is its value.
    WithNext,
}

fn own_option(word: &OsStr, definition: &Command) -> Own {
    let bytes = word.as_bytes();
    let name = bytes.split(|byte| *byte == b'=').next().unwrap_or_default();
    let is_meant = |arg: &&Arg| arg.get_long().is_some_and(|long| name.strip_prefix(b"--") == Some(long.as_bytes()));
    match definition.get_arguments().find(is_meant) {
        Some(arg) if takes_next(arg) && name == bytes => Own::WithNext,
        Some(_) => Own::Whole,
        None if bytes.starts_with(OWN_PREFIX) => Own::Whole,
        None => Own::No,
    }
}

fn takes_next(arg: &Arg) -> bool {
    arg.get_action().takes_values() && !arg.is_require_equals_set()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    fn split(line: &str) -> Words {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        Words::split(&words, &cli::definition())
    }

    #[test]
    fn what_is_not_ours_is_unchanged() {
        let line = "build -p a --features=b -Z x --no-such-flag -- --codegen-units 2 --pcg-strict";
        let words = split(line);
        assert_eq!(words.cargo.join(OsStr::new(" ")), line);
        assert!(words.own.is_empty());
    }

    #[test]
    fn our_options_are_taken_out_wherever_they_are() {
        let words = split("--pcg-strict build --codegen-units 4 --release --pcg-report r/ --pcg-keep=k x -- a");
        assert_eq!(words.own, ["--pcg-strict", "--codegen-units", "4", "--pcg-report", "r/", "--pcg-keep=k"]);
        assert_eq!(words.cargo, ["build", "--release", "x", "--", "a"]);
    }

    #[test]
    fn an_option_is_not_the_value_of_another() {
        let words = split("build --pcg-keep --release --pcg-strict false");
        assert_eq!(words.own, ["--pcg-keep", "--pcg-strict"]);
        assert_eq!(words.cargo, ["build", "--release", "false"]);
    }

    #[test]
    fn what_looks_like_ours_is_not_for_cargo() {
        assert_eq!(split("build --pcg-speed=11").own, ["--pcg-speed=11"]);
    }

    #[test]
    fn the_command_is_behind_cargos_own_options() {
        for (line, command, subject) in [
            ("build a", Some("build"), Some("a")),
            ("-q --color never build --release", Some("build"), None),
            ("-Z x --config a.b=1 run", Some("run"), None),
            ("+nightly test", Some("test"), None),
            ("--list", None, None),
            ("", None, None),
        ] {
            let words = split(line);
            assert_eq!((words.command(), words.subject()), (command, subject), "{line}");
        }
    }

    #[test]
    fn a_command_can_stand_for_others() {
        let words = split("-q br -p a -- --release").with_command(&["build".to_owned(), "--release".to_owned()]);
        assert_eq!(words.before_separator().collect::<Vec<_>>(), ["-q", "build", "--release", "-p", "a"]);
        assert_eq!(words.cargo.len(), 7);
    }

    #[test]
    fn an_option_can_have_several_values() {
        let words = split("build -p a --package b --package=c -pd --packages=x -- -p y");
        assert_eq!(words.values_of(&["--package", "-p"]).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_value_of_an_option_is_the_last_one() {
        let words = split("build --manifest-path a --manifest-path=b --profile x -- --profile y");
        assert_eq!(words.value_of("--manifest-path"), Some(OsStr::new("b")));
        assert_eq!(words.value_of("--profile"), Some(OsStr::new("x")));
        assert_eq!(words.value_of("--prof"), None);
    }

    #[test]
    fn an_option_can_get_another_value() {
        for (line, expected) in [
            ("build --profile a --release", "build --profile b --release"),
            ("build --profile=a -- --profile x", "build --profile=b -- --profile x"),
        ] {
            let words = split(line).with_value_of("--profile", "b").unwrap();
            assert_eq!(words.cargo.join(OsStr::new(" ")), expected);
        }
        for line in ["build --profiles=a", "build -- --profile a", "build --profile -- a"] {
            assert_eq!(split(line).with_value_of("--profile", "b"), None, "{line}");
        }
    }
}
