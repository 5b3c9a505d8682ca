//! The program of `tests/fixtures/workloads`, built whole by one compiler: every crate of it, and the program itself.

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::callgrind::{self, Count};
use crate::cargo::Build;
use crate::command::{command, run_ok};
use crate::measure::{Cost, measure};
use crate::rustc::Compiler;
use crate::variant::Variant;
use crate::workload::Workload;
use crate::{sources, symbols, toolchain};

/// The program as one variant makes it.
#[derive(Debug)]
pub struct Program {
    /// Who compiled it.
    pub variant: Variant,
    build: Build,
}

impl Program {
    /// Builds the program in a folder of its own below `builds`. What is there already is used again, unless another
    /// pcg made it: cargo does not see that.
    pub fn build(variant: Variant, builds: &Path, jobs: Option<usize>) -> Result<Self> {
        let target = builds.join(variant.folder());
        if variant.compiler == Compiler::Pcg {
            keep_only_if_made_by(&toolchain::pcg_rustc()?, &target)?;
        }
        let build = Build::new(variant.compiler, variant.units, &target);
        let mut cargo = build.cargo(&sources::fixture("workloads"), &["build", "--release", "--locked"])?;
        cargo.args(jobs.map(|jobs| format!("--jobs={jobs}")));
        run_ok(&mut cargo)?;
        Ok(Self { variant, build })
    }

    fn path(&self) -> PathBuf {
        self.build.artifact("workloads")
    }

    /// The workloads that it has.
    pub fn workloads(&self) -> Result<Vec<Workload>> {
        Workload::read_list(&run_ok(command(self.path()).arg("--list"))?.stdout_text())
    }

    /// Proves that pcg split the crates that do the work in these workloads, and the program. Stock's programs pass.
    pub fn check_split(&self, workloads: &[Workload]) -> Result<()> {
        if self.variant.compiler == Compiler::Stock {
            return Ok(());
        }
        let crates = workloads.iter().flat_map(|workload| workload.crates.iter().map(String::as_str));
        let split = crates.chain(["workloads"]).try_for_each(|name| self.build.check_split(name));
        split.and_then(|()| self.build.check_reports(20)).with_context(|| self.variant.name())
    }

    /// Bytes of machine code in the program, the standard library's included.
    pub fn text(&self) -> Result<u64> {
        symbols::text_bytes(&std::fs::read(self.path())?)
    }

    /// Runs a workload.
    pub fn run(&self, workload: &Workload) -> Result<Cost> {
        measure(command(self.path()).arg(&workload.name))
    }

    /// Runs a workload for what it writes.
    pub fn output(&self, workload: &Workload) -> Result<String> {
        Ok(run_ok(command(self.path()).arg(&workload.name))?.stdout_text())
    }

    /// Counts the instructions of a workload.
    pub fn count(&self, workload: &Workload) -> Result<Count> {
        callgrind::count(&self.path(), &[&workload.name])
    }
}

/// Removes `target` unless it was made by this very compiler, and notes that it is so from now on.
fn keep_only_if_made_by(compiler: &Path, target: &Path) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    hasher.write(&std::fs::read(compiler)?);
    let stamp = format!("{:016x}", hasher.finish());
    let note = target.join("made-by");
    if std::fs::read_to_string(&note).ok().as_deref() == Some(&*stamp) {
        return Ok(());
    }
    if target.exists() {
        std::fs::remove_dir_all(target)?;
    }
    std::fs::create_dir_all(target)?;
    Ok(std::fs::write(note, stamp)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_compiler_starts_from_nothing() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (compiler, target) = (folder.path().join("compiler"), folder.path().join("target"));
        let built = target.join("built");
        std::fs::write(&compiler, "one")?;
        keep_only_if_made_by(&compiler, &target)?;
        std::fs::write(&built, "")?;
        keep_only_if_made_by(&compiler, &target)?;
        assert!(built.exists());
        std::fs::write(&compiler, "two")?;
        keep_only_if_made_by(&compiler, &target)?;
        assert!(!built.exists());
        Ok(())
    }
}
