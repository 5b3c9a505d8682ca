//! One option, as help texts, command lines and configuration files need it.

use std::ffi::OsStr;
use std::num::NonZeroUsize;

use crate::environment::Environment;
use crate::options::UsageError;

/// What an option is called and what it takes. It is called the same wherever it can be given.
#[derive(Debug, PartialEq, Eq)]
pub struct Spec {
    /// The key in configuration files.
    pub key: &'static str,
    /// The option on the command line, without the `--`.
    pub option: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// The values that it takes.
    pub kind: Kind,
    /// What help texts call the value; empty for a switch.
    pub value: &'static str,
    /// The value where none is given, if there is one that can be named.
    pub default: Option<&'static str>,
    /// One line for help texts.
    pub help: &'static str,
}

impl Spec {
    /// Its variable and the value, if it is set. No option takes an empty value: that is an error, as it is for cargo's
    /// own variables.
    pub fn variable_in<'a>(&self, environment: &'a Environment) -> Option<(&'static str, &'a OsStr)> {
        Some((self.variable, environment.get_any(self.variable)?))
    }

    /// The error for a value that it does not take; `name` is the option or the variable that gave it.
    pub fn bad_value(&self, name: &str, value: &OsStr) -> UsageError {
        UsageError::BadValue { given: format!("{name}={}", value.display()), expected: self.kind.expected() }
    }
}

/// The values that an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these names.
    Choice(&'static [&'static str]),
    /// A number of 1 or more.
    Number,
    /// A file or a folder. A `/` at the end tells a folder from a file.
    Path,
    /// Yes or no. On the command line it is given without a value.
    Switch,
}

impl Kind {
    /// Whether it takes `value`, as it stands on a command line or in a variable.
    pub fn takes(self, value: &OsStr) -> bool {
        match self {
            Self::Choice(names) => value.to_str().is_some_and(|value| names.contains(&value)),
            Self::Number => number(value).is_some(),
            Self::Path => !value.is_empty(),
            Self::Switch => boolean(value).is_some(),
        }
    }

    /// The values that it takes, in words.
    pub fn expected(self) -> String {
        match self {
            Self::Choice(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                let (last, others) = names.split_last().expect("a choice has names");
                format!("{} or {last}", others.join(", "))
            }
            Self::Number => "a number of 1 or more".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Switch => "`1`, `true`, `0` or `false`".to_owned(),
        }
    }
}

/// The number that a value of [`Kind::Number`] stands for.
pub fn number(value: &OsStr) -> Option<NonZeroUsize> {
    value.to_str()?.parse().ok()
}

/// What a value of [`Kind::Switch`] stands for.
pub fn boolean(value: &OsStr) -> Option<bool> {
    match value.to_str()? {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_its_own_values_only() {
        for (kind, good, bad) in [
            (Kind::Choice(&["a", "b"]), ["a", "b"], ["c", ""]),
            (Kind::Number, ["1", "64"], ["0", "many"]),
            (Kind::Path, ["/", "a b"], ["", ""]),
            (Kind::Switch, ["1", "false"], ["yes", ""]),
        ] {
            assert!(good.iter().all(|value| kind.takes(OsStr::new(value))), "{kind:?}");
            assert!(bad.iter().all(|value| !kind.takes(OsStr::new(value))), "{kind:?}");
        }
    }

    #[test]
    fn a_choice_is_told_by_its_names() {
        assert_eq!(Kind::Choice(&["a", "b", "c"]).expected(), "`a`, `b` or `c`");
    }
}
