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

use crate::words::Words;

const COLOR: &str = "color";
const VERBOSE: &str = "verbose";
const QUIET: &str = "quiet";
const FORMAT: &str = "format";

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::BrightCyan.on_default().bold();

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
    /// As the variables say.
    pub(crate) fn new(environment: &Environment) -> Self {
        let variable = |name| environment.get(name).and_then(|value| value.to_str());
        let verbosity = match (variable("CARGO_TERM_QUIET"), variable("CARGO_TERM_VERBOSE")) {
            (Some("true"), _) => Verbosity::Quiet,
            (_, Some("true")) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self { colours: colours(variable("CARGO_TERM_COLOR")), verbosity, format: Format::Text }
    }

    /// As the options of one of pcg's own commands say, or else the variables.
    pub(crate) fn of(matches: &ArgMatches, environment: &Environment) -> Self {
        let mut terminal = Self::new(environment);
        let choice = |name| matches.get_one::<String>(name).map(String::as_str);
        if let Some(when) = choice(COLOR) {
            terminal.colours = colours(Some(when));
        }
        if matches.get_flag(VERBOSE) {
            terminal.verbosity = Verbosity::Verbose;
        }
        if matches.get_flag(QUIET) {
            terminal.verbosity = Verbosity::Quiet;
        }
        if choice(FORMAT) == Some("json") {
            terminal.format = Format::Json;
        }
        terminal
    }

    /// As cargo's own options on a command line say, or else the variables.
    pub(crate) fn beside_cargo(words: &Words, environment: &Environment) -> Self {
        let mut terminal = Self::new(environment);
        if let Some(when) = words.value_of("--color") {
            terminal.colours = colours(when.to_str());
        }
        if words.before_separator().any(|word| matches!(word, "-q" | "--quiet")) {
            terminal.verbosity = Verbosity::Quiet;
        }
        terminal
    }

    /// Writes what was asked for to standard output.
    pub(crate) fn answer(self, text: &str) {
        Output.styled_stdout(text, self.colours);
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
    use clap::Command;

    use super::*;

    fn terminal(words: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let command = Command::new("x").no_binary_name(true).args(args());
        let environment = Environment::from_iter(variables.iter().copied());
        Terminal::of(&command.get_matches_from(words), &environment)
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
    fn nothing_is_special_by_default() {
        let expected = Terminal { colours: ColorChoice::Auto, verbosity: Verbosity::Normal, format: Format::Text };
        assert_eq!(terminal(&[], &[]), expected);
        assert_eq!(terminal(&[], &[("CARGO_TERM_VERBOSE", "true")]).verbosity, Verbosity::Verbose);
    }
}
