//! The `//@` comments of a test file.
//!
//! | directive | meaning |
//! |---|---|
//! | `compile-flags: FLAGS` | more arguments for both compilers, separated by spaces; `{here}` is the folder of the test file |
//! | `pcg-flags: FLAGS` | arguments for pcg alone |
//! | `units: N` | `-Ccodegen-units=N` for both, and pcg makes N units |
//! | `made-units: N` | pcg makes N units, where that is not what was asked for |
//! | `crate-type: TYPE` | the crate type, `rlib` unless said otherwise; `none` leaves it to the file |
//! | `output: NAME` | the file that is looked at, where it does not follow from the file's name and the crate type |
//! | `aux: FILE` | a library in `cases/aux` that the file uses, compiled before by the same compiler; may be repeated |
//! | `env: NAME=VALUE` | a variable for both compilers, and for the programs that are run; may be repeated |
//! | `action: ACTION` | what the report says: `split` (the default), `passthrough`, `fallback`, or `none` if no report is written |
//! | `reason: ID` | the reason in the report |
//! | `fails` | the compile fails; otherwise it has to succeed |
//! | `run` | the executable runs, succeeds, and writes the same as stock's |
//! | `stock-equal: symbols` | the crate object has exactly the global symbols of stock's with one unit |
//! | `stock-equal: code` | each function of the crate object has stock's machine code; for one unit |
//! | `stock-equal: files` | every file that is written is byte for byte stock's |
//! | `filecheck: VIEW` | LLVM's FileCheck, with the prefix `VIEW` in capitals, reads a view of what pcg made; may be repeated; see [`crate::views`] |
//! | `gdb: COMMAND` | for the view `gdb`: one command; may be repeated |
//! | `stderr-normalise: REASON` | stderr may differ in the names of temporary folders, for this reason |
//! | `random-names: REASON` | the names of files in the output folder are not compared, for this reason |

use anyhow::{Context, Result, bail, ensure};

use crate::views::View;

/// What pcg is expected to do with the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Action {
    /// It splits the crate.
    #[default]
    Split,
    /// It hands the command line to stock rustc at once.
    Passthrough,
    /// It begins and then runs stock rustc.
    Fallback,
    /// It does not get as far as writing a report.
    None,
}

/// Everything that a file says about itself.
#[derive(Debug, Clone, Default)]
pub struct Directives {
    /// More arguments for both compilers.
    pub compile_flags: Vec<String>,
    /// More arguments for pcg.
    pub pcg_flags: Vec<String>,
    /// The number of codegen units asked for.
    pub units: Option<usize>,
    /// The number of codegen units expected.
    pub made_units: Option<usize>,
    /// The crate type.
    pub crate_type: Option<String>,
    /// The file that is looked at.
    pub output: Option<String>,
    /// Libraries to compile first.
    pub aux: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// What the report says.
    pub action: Action,
    /// The reason in the report.
    pub reason: Option<String>,
    /// Whether the compile fails.
    pub fails: bool,
    /// Whether the executable is run.
    pub run: bool,
    /// Whether the global symbols are stock's.
    pub equal_symbols: bool,
    /// Whether the functions' machine code is stock's.
    pub equal_code: bool,
    /// Whether all files are stock's.
    pub equal_files: bool,
    /// What FileCheck reads.
    pub filecheck: Vec<View>,
    /// Commands for the debugger.
    pub gdb: Vec<String>,
    /// Whether temporary folders' names on stderr are ignored.
    pub normalise_stderr: bool,
    /// Whether the names of files are not compared.
    pub random_names: bool,
}

impl Directives {
    /// Reads the directives of a file; an unknown one is an error, so that no check is lost to a typing mistake.
    pub fn parse(source: &str) -> Result<Self> {
        let mut directives = Self::default();
        for (number, line) in source.lines().enumerate() {
            let Some(directive) = line.trim_start().strip_prefix("//@") else { continue };
            let (name, value) = directive.split_once(':').unwrap_or((directive, ""));
            directives.set(name.trim(), value.trim()).with_context(|| format!("line {}", number + 1))?;
        }
        directives.check()?;
        Ok(directives)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let words = || value.split_whitespace().map(str::to_owned);
        match name {
            "compile-flags" => self.compile_flags.extend(words()),
            "pcg-flags" => self.pcg_flags.extend(words()),
            "units" => self.units = Some(value.parse()?),
            "made-units" => self.made_units = Some(value.parse()?),
            "crate-type" => self.crate_type = Some(value.to_owned()),
            "output" => self.output = Some(value.to_owned()),
            "aux" => self.aux.push(value.to_owned()),
            "env" => {
                let (name, value) = value.split_once('=').context("no `=` after the variable's name")?;
                self.env.push((name.to_owned(), value.to_owned()));
            }
            "action" => self.action = action(value)?,
            "reason" => self.reason = Some(value.to_owned()),
            "fails" => self.fails = true,
            "run" => self.run = true,
            "stock-equal" if value == "symbols" => self.equal_symbols = true,
            "stock-equal" if value == "code" => self.equal_code = true,
            "stock-equal" if value == "files" => self.equal_files = true,
            "filecheck" => self.filecheck.push(value.parse()?),
            "gdb" => self.gdb.push(value.to_owned()),
            "stderr-normalise" => {
                ensure!(!value.is_empty(), "the reason is missing");
                self.normalise_stderr = true;
            }
            "random-names" => {
                ensure!(!value.is_empty(), "the reason is missing");
                self.random_names = true;
            }
            _ => bail!("unknown directive `{name}: {value}`"),
        }
        Ok(())
    }

    /// Refuses files that check nothing but that both compilers agree on an everyday compile.
    fn check(&self) -> Result<()> {
        let not_split = self.action != Action::Split;
        ensure!(!not_split || self.reason.is_some() || self.action == Action::None, "an action without its reason");
        ensure!(self.gdb.is_empty() || self.filecheck.contains(&View::Gdb), "gdb commands without `filecheck: gdb`");
        let equal = self.equal_symbols || self.equal_code || self.equal_files;
        ensure!(equal || self.fails || self.run || not_split || !self.filecheck.is_empty(), "the file checks nothing");
        Ok(())
    }
}

fn action(name: &str) -> Result<Action> {
    Ok(match name {
        "split" => Action::Split,
        "passthrough" => Action::Passthrough,
        "fallback" => Action::Fallback,
        "none" => Action::None,
        _ => bail!("unknown action `{name}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read_from_comments_only() {
        let directives = Directives::parse("//@ units: 4\n// fails\nfn main() {} //@ not here\n//@ run\n").unwrap();
        assert_eq!((directives.units, directives.run, directives.fails), (Some(4), true, false));
    }

    #[test]
    fn mistakes_are_errors() {
        for wrong in ["//@ runs", "//@ units: many", "//@ units: 2", "//@ action: passthrough", "//@ filecheck: no"] {
            assert!(Directives::parse(wrong).is_err(), "{wrong}");
        }
    }
}
