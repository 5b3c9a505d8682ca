//! The strategies: ways to give a crate's items owners.
//!
//! A strategy is one file with a function `assign` and one line in the list below. It does not have to know the rules
//! of placement: [`place`](crate::placement::place) keeps them for all.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::assignment::Assignment;
use crate::bundles::Bundles;
use crate::forecast::Forecast;
use crate::graph::Graph;

/// What a strategy is given.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// The module.
    pub graph: &'a Graph,
    /// What LLVM is expected to make of it.
    pub forecast: &'a Forecast,
    /// The items that have to stay together.
    pub bundles: &'a Bundles,
    /// The number of units wanted, at least 2.
    pub units: usize,
}

macro_rules! strategies {
    ($($(#[$attribute:meta])+ $variant:ident = $module:ident;)+) => {
        $(mod $module;)+

        /// A way to cut a crate into units.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Strategy {
            $($(#[$attribute])+ $variant,)+
        }

        impl Strategy {
            /// All strategies.
            pub const ALL: &[Strategy] = &[$(Strategy::$variant),+];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(Strategy::$variant => stringify!($module),)+
                }
            }

            /// Decides owners for the items of `problem`.
            pub(crate) fn assign(self, problem: &Problem<'_>) -> Assignment {
                match self {
                    $(Strategy::$variant => $module::assign(problem),)+
                }
            }
        }
    };
}

strategies! {
    /// Bodies are copied to where LLVM would inline them, the rest is clustered by calls and balanced (the default).
    #[default]
    Inline = inline;
    /// Largest first into the lightest unit, blind to calls.
    Size = size;
    /// Stock rustc's way: by source module, merged by what is inlined in both.
    Source = source;
    /// LLVM's `SplitModule` rules: by the hash of the name, local items external.
    Llvm = llvm;
}

impl fmt::Display for Strategy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that no strategy has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no strategy `{name}`: it is one of {}", known_names())]
pub struct UnknownStrategy {
    /// What was asked for.
    pub name: String,
}

fn known_names() -> String {
    Strategy::ALL.iter().map(|strategy| format!("`{strategy}`")).collect::<Vec<_>>().join(", ")
}

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Strategy::ALL.iter().find(|strategy| strategy.name() == name);
        found.copied().ok_or_else(|| UnknownStrategy { name: name.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::Strategy;

    #[test]
    fn names_are_read_as_they_are_written() {
        for strategy in Strategy::ALL {
            assert_eq!(strategy.to_string().parse(), Ok(*strategy));
        }
        assert_eq!(
            Strategy::ALL.iter().map(|strategy| strategy.name()).collect::<Vec<_>>(),
            ["inline", "size", "source", "llvm"]
        );
        assert_eq!(Strategy::default(), Strategy::Inline);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "clever".parse::<Strategy>().expect_err("there is no such strategy");
        assert_eq!(error.to_string(), "there is no strategy `clever`: it is one of `inline`, `size`, `source`, `llvm`");
    }
}
