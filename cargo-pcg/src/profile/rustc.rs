//! Which codegen options the rustc has that is to run.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use pcg_interface::environment::{Environment, RUSTC_VARIABLE};

use crate::cargo_config;
use crate::cargo_programs;
use crate::words::Words;

/// The rustc that is to run: behind pcg-rustc where that is cargo's `RUSTC`.
fn program(environment: &Environment) -> OsString {
    let builds = cargo_config::builds(&Words::default(), environment).unwrap_or_default();
    let behind_pcg = environment.get(RUSTC_VARIABLE).map(OsStr::to_owned);
    behind_pcg.unwrap_or_else(|| cargo_programs::rustc(environment, &builds).program)
}

/// The names of the options, or `None` if rustc does not say them.
pub(crate) fn known_options(environment: &Environment) -> Option<Vec<String>> {
    let output = Command::new(program(environment)).args(["-C", "help"]).output().ok()?;
    let names = names(&String::from_utf8_lossy(&output.stdout));
    (!names.is_empty()).then_some(names)
}

/// Reads lines like `-C   opt-level=val -- optimization level (0-3, s, or z; default: 0)`.
fn names(help: &str) -> Vec<String> {
    let lines = help.lines().filter_map(|line| line.trim_start().strip_prefix("-C"));
    lines.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_read_from_rustcs_help() {
        let help =
            "\nAvailable options:\n\n    -C          ar=val -- deprecated\n    -C   opt-level=val -- level (-C a=b)\n";
        assert_eq!(names(help), ["ar", "opt-level"]);
        assert!(names("error: no such command").is_empty());
    }

    #[test]
    fn the_rustc_that_pcg_runs_is_asked() {
        let program = |variables: &[(&str, &str)]| program(&Environment::from_iter(variables.iter().copied()));
        assert_eq!(program(&[]), "rustc");
        assert_eq!(program(&[("RUSTC", "mine")]), "mine");
        assert_eq!(program(&[("RUSTC", "pcg-rustc"), ("CARGO_PCG_RUSTC", "/other/rustc")]), "/other/rustc");
    }
}
