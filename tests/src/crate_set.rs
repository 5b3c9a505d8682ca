//! The two sets of crates that are measured.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, bail};

/// What a crate is measured for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CrateSet {
    /// pcg is developed on these crates: rules and thresholds were chosen by their figures.
    Dev,
    /// Nothing was chosen by these: they show whether what helps the others is of general use.
    Check,
}

impl CrateSet {
    /// Both, in the order of tables.
    pub const ALL: [Self; 2] = [Self::Dev, Self::Check];
}

impl fmt::Display for CrateSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dev => "dev",
            Self::Check => "check",
        })
    }
}

impl FromStr for CrateSet {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match Self::ALL.into_iter().find(|set| set.to_string() == name) {
            Some(set) => Ok(set),
            None => bail!("there is no set of crates `{name}`"),
        }
    }
}
