//! The command line of `bench`.

use anyhow::{Result, bail, ensure};
use lexopt::prelude::*;

use crate::subjects::{SUBJECTS, Subject};

const HELP: &str = "\
Compiles real crates with stock rustc and pcg in turn and prints what it took.

Usage: bench [OPTIONS]

  --rounds N      runs of each compiler per crate (default 3)
  --crates A,B    only these crates
  --write         put the tables into BENCHMARKING.md and README.md
  --help          this text
";

/// What the user asked for.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) write: bool,
}

impl Options {
    /// Reads the command line; `None` if help was wanted and given.
    pub(crate) fn read() -> Result<Option<Self>> {
        let mut options = Self { rounds: 3, subjects: SUBJECTS.to_vec(), write: false };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("rounds") => options.rounds = parser.value()?.parse()?,
                Long("crates") => {
                    let names = parser.value()?.string()?;
                    options.subjects = names.split(',').map(Subject::named).collect::<Result<_>>()?;
                }
                Long("write") => options.write = true,
                Long("help") => {
                    print!("{HELP}");
                    return Ok(None);
                }
                _ => bail!(argument.unexpected()),
            }
        }
        ensure!(options.rounds > 0, "--rounds wants at least 1");
        Ok(Some(options))
    }
}
