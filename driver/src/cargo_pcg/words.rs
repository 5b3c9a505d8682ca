//! The command line of `cargo pcg`: pcg's own options apart from cargo's.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;

use super::CargoPcgError;
use crate::options;

/// pcg's own option that is not one of pcg-rustc's.
const CODEGEN_UNITS: &str = "--codegen-units";

/// What the command line asks of cargo-pcg instead of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Help,
    Version,
}

/// A command line in parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) question: Option<Question>,
    /// The options that pcg-rustc has, too: `--pcg-…`.
    pub(super) own: Vec<OsString>,
    codegen_units: Option<NonZeroUsize>,
    /// cargo's, the command first.
    cargo: Vec<OsString>,
    /// Where cargo's own options end: at a `--`, or at the end.
    end: usize,
}

impl Words {
    /// Reads the arguments without the program's name. Cargo itself puts the name of the command in front.
    pub(super) fn read(words: &[OsString]) -> Result<Self, CargoPcgError> {
        let words = words.strip_prefix([OsString::from("pcg")].as_slice()).unwrap_or(words);
        let options::Stripped { words, own } = options::strip(words);
        let question = match words.first().and_then(|word| word.to_str()) {
            _ if own.iter().any(|word| word == "--pcg-help") => Some(Question::Help),
            _ if own.iter().any(|word| word == "--pcg-version") => Some(Question::Version),
            None | Some("--help" | "-h") => Some(Question::Help),
            Some("--version" | "-V") => Some(Question::Version),
            Some(_) => None,
        };
        if question.is_some() {
            return Ok(Self { question, ..Self::default() });
        }
        let mut read = Self { own, ..Self::default() };
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        let mut before = words[..end].iter();
        while let Some(word) = before.next() {
            if word == CODEGEN_UNITS {
                read.codegen_units = Some(number(before.next().map_or(OsStr::new(""), OsString::as_os_str))?);
            } else if let Some(value) = value_in(word, CODEGEN_UNITS) {
                read.codegen_units = Some(number(OsStr::new(value))?);
            } else {
                read.cargo.push(word.clone());
            }
        }
        read.end = read.cargo.len();
        read.cargo.extend_from_slice(&words[end..]);
        Ok(read)
    }

    /// Cargo's command line, with the number of units where cargo looks for it.
    pub(super) fn for_cargo(&self) -> Vec<OsString> {
        let mut words = self.cargo.clone();
        if let Some(units) = self.codegen_units {
            let setting = format!("profile.{}.codegen-units={units}", self.profile());
            words.splice(self.end..self.end, ["--config".into(), setting.into()]);
        }
        words
    }

    fn options(&self) -> impl Iterator<Item = &str> {
        self.cargo[..self.end].iter().filter_map(|word| word.to_str())
    }

    /// The profile that cargo builds with, by cargo's rules: the last that is named, or the command's own.
    fn profile(&self) -> &str {
        let mut profile = match self.options().next() {
            Some("bench") => "bench",
            Some("install") => "release",
            _ => "dev",
        };
        let mut options = self.options().skip(1).peekable();
        while let Some(word) = options.next() {
            match word {
                "--profile" => profile = options.peek().copied().unwrap_or(profile),
                "--debug" => profile = "dev",
                "--release" => profile = "release",
                _ if is_short_release(word) => profile = "release",
                _ => profile = word.strip_prefix("--profile=").unwrap_or(profile),
            }
        }
        profile
    }

    /// Whether `--config` sets a wrapper.
    pub(super) fn configure_a_wrapper(&self) -> bool {
        self.options().any(|word| word.trim_start_matches("--config=").starts_with("build.rustc-wrapper"))
    }
}

/// `-r`, alone or with others that take no value, like `-vr`.
fn is_short_release(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| letters.contains('r') && letters.chars().all(|c| "rvq".contains(c)))
}

fn value_in<'a>(word: &'a OsStr, option: &str) -> Option<&'a str> {
    word.to_str()?.strip_prefix(option)?.strip_prefix('=')
}

fn number(value: &OsStr) -> Result<NonZeroUsize, CargoPcgError> {
    let given = || CargoPcgError::CodegenUnits { given: format!("{CODEGEN_UNITS} {}", value.display()) };
    value.to_str().and_then(|value| value.parse().ok()).ok_or_else(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Words {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        Words::read(&words).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn for_cargo(line: &str) -> String {
        read(line).for_cargo().join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn what_is_not_ours_is_unchanged() {
        let line = "build -p a --features=b -Z x --no-such-flag -- --codegen-units 2 --pcg-strict";
        assert_eq!(for_cargo(&format!("pcg {line}")), line);
        assert_eq!(for_cargo(line), line);
    }

    #[test]
    fn our_options_are_taken_out_wherever_they_are() {
        let words = read("pcg build --pcg-strict --release --pcg-report=r/ -- a");
        assert_eq!(words.own, ["--pcg-strict", "--pcg-report=r/"]);
        assert_eq!(words.for_cargo(), ["build", "--release", "--", "a"]);
    }

    #[test]
    fn the_number_of_units_goes_to_the_profile_that_is_built() {
        for (line, profile) in [
            ("build", "dev"),
            ("build --release", "release"),
            ("run -r", "release"),
            ("build -vr", "release"),
            ("test --profile slow --lib", "slow"),
            ("test --profile=slow", "slow"),
            ("bench", "bench"),
            ("install --path .", "release"),
            ("install --debug ripgrep", "dev"),
            ("build -p r --bin release", "dev"),
        ] {
            let expected = format!("{line} --config profile.{profile}.codegen-units=8");
            assert_eq!(for_cargo(&format!("pcg {line} --codegen-units=8")), expected);
            let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
            assert_eq!(for_cargo(&format!("{command} --codegen-units 8 {rest}")), expected);
        }
    }

    #[test]
    fn the_setting_stands_before_the_programs_own_arguments() {
        let expected = "run --config profile.dev.codegen-units=4 -- --release";
        assert_eq!(for_cargo("run --codegen-units 4 -- --release"), expected);
    }

    #[test]
    fn a_bad_number_of_units_is_an_error() {
        for line in ["build --codegen-units", "build --codegen-units=0", "build --codegen-units many"] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert!(matches!(Words::read(&words), Err(CargoPcgError::CodegenUnits { .. })), "{line}");
        }
    }

    #[test]
    fn questions_are_ours_in_front_of_a_command_only() {
        assert_eq!(read("pcg").question, Some(Question::Help));
        assert_eq!(read("pcg --version").question, Some(Question::Version));
        assert_eq!(read("pcg build --help").question, None);
        assert_eq!(read("pcg build --pcg-help").question, Some(Question::Help));
    }

    #[test]
    fn a_wrapper_on_the_command_line_is_seen() {
        assert!(read("build --config build.rustc-wrapper='sccache'").configure_a_wrapper());
        assert!(read("build --config=build.rustc-wrapper='sccache'").configure_a_wrapper());
        assert!(!read("build --config net.offline=true").configure_a_wrapper());
    }
}
