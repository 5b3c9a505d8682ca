//! Building whole projects with cargo, the compiler under test being its wrapper.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::command;
use crate::report::Report;
use crate::rustc::Compiler;
use crate::toolchain;

/// Reasons for which a compile in the middle of a normal build may not be split: questions that build scripts ask, and
/// build scripts themselves, which are not optimised.
const ORDINARY_REASONS: &[&str] = &["no-code", "print", "standard-input", "unoptimised", "version"];

/// A way to build a project: a compiler, a number of codegen units, a target folder.
#[derive(Debug)]
pub struct Build {
    compiler: Compiler,
    units: Option<usize>,
    target: PathBuf,
}

impl Build {
    /// A build into `target`. Without `units` the compiler chooses their number.
    pub fn new(compiler: Compiler, units: Option<usize>, target: &Path) -> Self {
        Self { compiler, units, target: target.to_owned() }
    }

    /// `cargo <args>` in `folder`.
    pub fn cargo(&self, folder: &Path, args: &[&str]) -> Result<Command> {
        let mut cargo = command(toolchain::cargo()?);
        cargo.args(args).current_dir(folder).env("RUSTC", toolchain::rustc()?);
        cargo.env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_COLOR", "never");
        if let Some(units) = self.units {
            cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", units.to_string());
        }
        if self.compiler == Compiler::Pcg {
            std::fs::create_dir_all(self.reports_folder())?;
            cargo.env("RUSTC_WRAPPER", toolchain::pcg_rustc()?).env("CARGO_PCG_REPORT", self.reports_folder());
        }
        Ok(cargo)
    }

    /// Where a release build puts an executable or a library.
    pub fn artifact(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    fn reports_folder(&self) -> PathBuf {
        self.target.join("pcg-reports")
    }

    /// Proves by the reports that pcg split at least `crates` crates, one of them into the number of units asked for,
    /// and that nothing fell back to stock rustc.
    pub fn check_reports(&self, crates: usize) -> Result<()> {
        let units: BTreeSet<_> = self.check_no_fallback(crates)?.iter().map(Report::codegen_units).collect();
        ensure!(self.units.is_none_or(|wanted| units.contains(&wanted)), "{units:?} units instead of {:?}", self.units);
        Ok(())
    }

    /// Proves by the reports that pcg split at least `crates` crates and that nothing fell back to stock rustc; returns
    /// the reports of the crates that were split.
    pub fn check_no_fallback(&self, crates: usize) -> Result<Vec<Report>> {
        let reports = Report::read_all(&self.reports_folder())?;
        for report in &reports {
            let ordinary = report.action() == "passthrough" && ORDINARY_REASONS.contains(&report.reason());
            ensure!(report.action() == "split" || ordinary, "not split: {:#}", report.0);
        }
        let split: Vec<_> = reports.into_iter().filter(|report| report.action() == "split").collect();
        ensure!(split.len() >= crates, "only {} of at least {crates} crates were split", split.len());
        Ok(split)
    }

    /// Proves by the reports that pcg cut this crate into several units.
    pub fn check_split(&self, crate_name: &str) -> Result<()> {
        let reports = Report::read_all(&self.reports_folder())?;
        let split = |report: &&Report| report.action() == "split" && report.codegen_units() > 1;
        let found = reports.iter().filter(|report| report.crate_name() == crate_name).any(|report| split(&report));
        ensure!(found, "{crate_name} was not cut into several units");
        Ok(())
    }
}
