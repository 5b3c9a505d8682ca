//! The command line of `quality`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use lexopt::prelude::*;

const HELP: &str = "\
Builds a program of workloads with stock rustc and pcg, every crate of it, runs it under callgrind and without, and
prints how many instructions and how much time the programs take.

Usage: quality [OPTIONS]

  --workloads A,B  only these workloads
  --units 4,16     pcg's numbers of codegen units (default 4,16)
  --rounds N       timed runs of each program per workload (default 41); with 0, instructions only
  --builds DIR     where the programs are built and kept for the next time (default: beside this executable);
                   a program is built again when pcg-rustc has changed
  --jobs N         crates that cargo builds at once (default: as many as cores)
  --write          put the tables into BENCHMARKING.md
  --help           this text
";

/// What the user asked for.
#[derive(Debug)]
pub(crate) struct Options {
    /// Names of workloads; all of them if there are none.
    pub(crate) workloads: Vec<String>,
    pub(crate) units: Vec<usize>,
    pub(crate) rounds: usize,
    pub(crate) builds: PathBuf,
    pub(crate) jobs: Option<usize>,
    pub(crate) write: bool,
}

impl Options {
    /// Reads the command line; `None` if help was wanted and given.
    pub(crate) fn read() -> Result<Option<Self>> {
        let executable = std::env::current_exe()?;
        let builds = executable.parent().context("an executable has a folder")?.join("pcg-quality");
        let mut options =
            Self { workloads: Vec::new(), units: vec![4, 16], rounds: 41, builds, jobs: None, write: false };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("workloads") => options.workloads = list(&parser.value()?.string()?),
                Long("units") => {
                    let units: Result<_, _> =
                        list(&parser.value()?.string()?).iter().map(|unit| unit.parse()).collect();
                    options.units = units.context("--units takes numbers")?;
                }
                Long("rounds") => options.rounds = parser.value()?.parse()?,
                Long("builds") => options.builds = std::path::absolute(parser.value()?)?,
                Long("jobs") => options.jobs = Some(parser.value()?.parse()?),
                Long("write") => options.write = true,
                Long("help") => {
                    print!("{HELP}");
                    return Ok(None);
                }
                _ => bail!(argument.unexpected()),
            }
        }
        ensure!(!options.write || options.workloads.is_empty(), "--write wants all the workloads");
        Ok(Some(options))
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}
