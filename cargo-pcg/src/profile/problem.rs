//! What is wrong with a profile.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// A mistake in a file, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Problem {
    pub(crate) path: PathBuf,
    /// From 1.
    pub(crate) line: usize,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}
