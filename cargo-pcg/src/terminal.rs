//! How `cargo pcg` talks to its user: colours, how much, and in which format.
//!
//! Options win over cargo's own variables (`CARGO_TERM_COLOR`, `CARGO_TERM_VERBOSE`, `CARGO_TERM_QUIET`). Where neither
//! says anything about colours, `NO_COLOR` and the like do, and whether there is a terminal.

use std::fmt::Display;

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use clap::builder::StyledStr;
use clap::{Arg, ArgAction, ArgMatches};
use pcg_interface::environment::Environment;
use pcg_interface::output::Output;
use serde::Serialize;

use crate::words::Words;

const COLOR: &str = "color";
const VERBOSE: &str = "verbose";
const QUIET: &str = "quiet";
const FORMAT: &str = "format";

/// How an error is marked.
pub(crate) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// How a warning is marked.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// How advice is marked.
pub(crate) const HELP: Style = AnsiColor::BrightCyan.on_default().bold();

/// What data is printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How much is said beside the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Warnings, too.
    Normal,
    /// And how the answer came about.
    Verbose,
}

/// Where answers, warnings and errors go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    colours: ColorChoice,
    verbosity: Verbosity,
    /// As the user wants data.
    pub(crate) format: Format,
}

/// The options that all of pcg's own commands have.
pub(crate) fn args() -> [Arg; 4] {
    [
        Arg::new(COLOR)
            .long(COLOR)
            .value_name("WHEN")
            .value_parser(["auto", "always", "never"])
            .help("Whether to write in colours [CARGO_TERM_COLOR]"),
        Arg::new(VERBOSE).short('v').long(VERBOSE).action(ArgAction::SetTrue).help("Say how the answer came about"),
        Arg::new(QUIET).short('q').long(QUIET).action(ArgAction::SetTrue).conflicts_with(VERBOSE).help("Do not warn"),
        Arg::new(FORMAT)
            .long(FORMAT)
            .value_name("FORMAT")
            .value_parser(["text", "json"])
            .default_value("text")
            .help("What data is printed as"),
    ]
}

impl Terminal {
    /// As `--color` and `-q` on a command line say, be it cargo's or pcg's own, or else the variables. It need not be
    /// right: this is for saying so.
    pub(crate) fn for_words(words: &Words, environment: &Environment) -> Self {
        let variable = |name| environment.get(name).and_then(|value| value.to_str());
        let is_quiet = words.before_separator().any(|word| matches!(word, "-q" | "--quiet"));
        let verbosity = match (variable("CARGO_TERM_QUIET"), variable("CARGO_TERM_VERBOSE")) {
            _ if is_quiet => Verbosity::Quiet,
            (Some("true"), _) => Verbosity::Quiet,
            (_, Some("true")) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        let when = words.value_of("--color").and_then(|when| when.to_str());
        Self { colours: colours(when.or(variable("CARGO_TERM_COLOR"))), verbosity, format: Format::Text }
    }

    /// As the options of one of pcg's own commands say.
    pub(crate) fn with(mut self, matches: &ArgMatches) -> Self {
        let choice = |name| matches.get_one::<String>(name).map(String::as_str);
        if let Some(when) = choice(COLOR) {
            self.colours = colours(Some(when));
        }
        if matches.get_flag(VERBOSE) {
            self.verbosity = Verbosity::Verbose;
        }
        if matches.get_flag(QUIET) {
            self.verbosity = Verbosity::Quiet;
        }
        if choice(FORMAT) == Some("json") {
            self.format = Format::Json;
        }
        self
    }

    /// Writes what was asked for to standard output.
    pub(crate) fn answer(self, text: &str) {
        Output.styled_stdout(text, self.colours);
    }

    /// The same in the format that the user wants.
    pub(crate) fn answer_in_format(self, json: &impl Serialize, text: impl FnOnce() -> String) {
        self.answer(&match self.format {
            Format::Text => text(),
            // Keys are strings: nothing that could fail.
            Format::Json => serde_json::to_string_pretty(json).unwrap_or_default() + "\n",
        });
    }

    /// Says how an answer came about.
    pub(crate) fn note(self, message: impl Display) {
        if self.verbosity >= Verbosity::Verbose {
            self.tell(&line(HELP, "note", &message));
        }
    }

    /// Warns of a probable mistake.
    pub(crate) fn warning(self, message: impl Display, help: impl Display) {
        if self.verbosity >= Verbosity::Normal {
            self.tell(&(line(WARNING, "warning", &format!("pcg: {message}")) + &line(HELP, "help", &help)));
        }
    }

    /// Says what went wrong and how to mend it.
    pub(crate) fn error(self, message: impl Display, help: impl Display) {
        self.tell(&(line(ERROR, "error", &format!("pcg: {message}")) + &line(HELP, "help", &help)));
    }

    /// Writes a text of clap's to standard output, or to standard error if it is an error.
    pub(crate) fn clap(self, text: &StyledStr, is_error: bool) {
        let text = text.ansi().to_string();
        if is_error { self.tell(&text) } else { self.answer(&text) }
    }

    fn tell(self, text: &str) {
        Output.styled_stderr(text, self.colours);
    }
}

fn colours(when: Option<&str>) -> ColorChoice {
    match when {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

fn line(style: Style, kind: &str, message: &impl Display) -> String {
    format!("{style}{kind}{style:#}: {message}\n")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::Command;

    use super::*;

    /// As one of pcg's own commands has it.
    fn terminal(words: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let matches = Command::new("x").no_binary_name(true).args(args()).get_matches_from(words);
        before_parsing(words, variables).with(&matches)
    }

    fn before_parsing(words: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let environment = Environment::from_iter(variables.iter().copied());
        Terminal::for_words(&Words::split(&words, &Command::new("x")), &environment)
    }

    #[test]
    fn options_win_over_cargos_variables() {
        let variables = [("CARGO_TERM_COLOR", "never"), ("CARGO_TERM_QUIET", "true")];
        let by_variables = terminal(&[], &variables);
        assert_eq!((by_variables.colours, by_variables.verbosity), (ColorChoice::Never, Verbosity::Quiet));
        let by_options = terminal(&["--color=always", "-v", "--format", "json"], &variables);
        let expected = Terminal { colours: ColorChoice::Always, verbosity: Verbosity::Verbose, format: Format::Json };
        assert_eq!(by_options, expected);
    }

    #[test]
    fn errors_in_the_command_line_have_its_colours() {
        let terminal = before_parsing(&["build", "--color", "never", "-q", "--", "--color=always"], &[]);
        assert_eq!((terminal.colours, terminal.verbosity), (ColorChoice::Never, Verbosity::Quiet));
    }

    #[test]
    fn nothing_is_special_by_default() {
        let expected = Terminal { colours: ColorChoice::Auto, verbosity: Verbosity::Normal, format: Format::Text };
        assert_eq!(terminal(&[], &[]), expected);
        assert_eq!(terminal(&[], &[("CARGO_TERM_VERBOSE", "true")]).verbosity, Verbosity::Verbose);
    }
}
