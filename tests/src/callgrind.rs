//! Counting the instructions that a program executes, with valgrind's callgrind.
//!
//! Counts do not depend on what else the machine does, and hardly at all on where code lies in memory, which moves
//! run times by several per cent. They do not know how long an instruction takes: run times are measured, too.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::command::{Outcome, command, run_ok};

/// What one run under callgrind gave.
#[derive(Debug, Clone)]
pub struct Count {
    /// Instructions executed (`Ir`), from the program's start to its end, the dynamic linker's included.
    pub instructions: u64,
    /// What the program wrote.
    pub outcome: Outcome,
}

/// Runs a program, which has to succeed, and counts its instructions.
pub fn count(program: &Path, args: &[&str]) -> Result<Count> {
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("callgrind.out");
    let mut valgrind = command("valgrind");
    valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", out.display()));
    let outcome = run_ok(valgrind.arg(program).args(args))?;
    let text = std::fs::read_to_string(&out).context("callgrind wrote nothing")?;
    Ok(Count { instructions: total(&text)?, outcome })
}

/// Fails with a hint if valgrind is not installed.
pub fn require() -> Result<()> {
    match Command::new("valgrind").arg("--version").output() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(anyhow!("valgrind is missing: run scripts/setup quality"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The total in a file of callgrind's, whose only event has to be executed instructions.
fn total(text: &str) -> Result<u64> {
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    ensure!(value("events:") == Some("Ir"), "callgrind counted {:?} instead of Ir", value("events:"));
    let Some(total) = value("totals:").or_else(|| value("summary:")) else { bail!("callgrind gave no total") };
    total.parse().with_context(|| format!("callgrind's total is `{total}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read() -> Result<()> {
        assert_eq!(total("version: 1\nevents: Ir\nsummary: 7\n\nfn=(1)\n1 12\ntotals: 12\n")?, 12);
        Ok(())
    }

    #[test]
    fn other_events_and_truncated_files_are_errors() {
        assert!(total("events: Ir Dr\ntotals: 12 3\n").is_err());
        assert!(total("events: Ir\nfn=(1)\n").is_err());
    }
}
