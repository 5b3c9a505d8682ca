//! The command line of `projects`.

use anyhow::{Result, bail, ensure};
use lexopt::prelude::*;

use crate::subjects::{SUBJECTS, Subject};

const HELP: &str = "\
Builds whole projects with stock cargo and with cargo pcg in turn and prints what it took.

Usage: projects [OPTIONS]

  --rounds N        builds of each kind per project (default 2)
  --projects A,B    only these projects
  --tests           run the projects' own tests by both, too, and compare the results
  --write           put the tables into BENCHMARKING.md
  --help            this text
";

/// What the user asked for.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) tests: bool,
    pub(crate) write: bool,
}

impl Options {
    /// Reads the command line; `None` if help was wanted and given.
    pub(crate) fn read() -> Result<Option<Self>> {
        let mut options = Self { rounds: 2, subjects: SUBJECTS.to_vec(), tests: false, write: false };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("rounds") => options.rounds = parser.value()?.parse()?,
                Long("projects") => {
                    let names = parser.value()?.string()?;
                    options.subjects = names.split(',').map(Subject::named).collect::<Result<_>>()?;
                }
                Long("tests") => options.tests = true,
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
