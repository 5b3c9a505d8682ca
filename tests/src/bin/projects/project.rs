//! One project, built again and again.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use pcg_tests::command::{command, run_ok};
use pcg_tests::measure::{Cost, measure};
use pcg_tests::{archive, sources, symbols, toolchain};
use tempfile::TempDir;

use crate::subjects::Subject;

/// A way to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Stock cargo's own number of units, whatever the project's manifest says.
    StockDefault,
    /// One unit for each crate.
    StockOne,
    /// `cargo pcg`, which knows nothing of the project yet.
    PcgFirst,
    /// `cargo pcg`, which has measured an earlier build.
    PcgAgain,
}

impl Way {
    pub(crate) const ALL: [Self; 4] = [Self::StockDefault, Self::StockOne, Self::PcgFirst, Self::PcgAgain];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::StockDefault => "stock, default",
            Self::StockOne => "stock, 1 unit",
            Self::PcgFirst => "cargo pcg, first",
            Self::PcgAgain => "cargo pcg, again",
        }
    }
}

/// What a project's builds cost.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) subject: Subject,
    /// In the order of [`Way::ALL`].
    pub(crate) runs: Vec<Vec<Cost>>,
    /// Bytes of machine code of what is built, in the same order.
    pub(crate) text: Vec<u64>,
}

/// A copy of a project's published sources.
pub(crate) struct Project {
    subject: Subject,
    folder: TempDir,
}

impl Project {
    pub(crate) fn prepare(subject: Subject) -> Result<Self> {
        let folder = toolchain::scratch("projects")?;
        sources::copy(&sources::package_of("projects", subject.package)?, &folder.path().join("source"))?;
        let project = Self { subject, folder };
        eprintln!("{}: sources of its dependencies", subject.package);
        let mut fetch = command(toolchain::cargo()?);
        run_ok(fetch.args(["fetch", "--locked"]).current_dir(project.source()))?;
        Ok(project)
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    fn target(&self, way: Way) -> PathBuf {
        self.folder.path().join(format!("target-{}", Way::ALL.iter().position(|other| *other == way).unwrap_or(0)))
    }

    /// `cargo COMMAND --release` in one of the ways. Link-time optimisation is off: stock rustc would do it for pcg.
    fn cargo(&self, way: Way, name: &str, options: &[&str]) -> Result<Command> {
        let (program, first) = match way {
            Way::StockDefault | Way::StockOne => (toolchain::cargo()?, None),
            Way::PcgFirst | Way::PcgAgain => (toolchain::cargo_pcg()?, Some("pcg")),
        };
        let units = match way {
            Way::StockDefault => Some("profile.release.codegen-units=16"),
            Way::StockOne => Some("profile.release.codegen-units=1"),
            Way::PcgFirst | Way::PcgAgain => None,
        };
        let mut cargo = command(program);
        cargo.args(first).args([name, "--release", "--locked", "--config=profile.release.lto=false"]);
        cargo.args(self.subject.features).args(options);
        cargo.args(units.into_iter().flat_map(|setting| ["--config", setting]));
        cargo.current_dir(self.source()).env("CARGO_TARGET_DIR", self.target(way));
        cargo.env("CARGO", toolchain::cargo()?).env("RUSTC", toolchain::rustc()?).env("CARGO_TERM_COLOR", "never");
        Ok(cargo)
    }

    /// Builds everything in each way, in turn, each round beginning with another one.
    pub(crate) fn measure(&self, rounds: usize) -> Result<Results> {
        let count = Way::ALL.len();
        let mut results = Results { subject: self.subject, runs: vec![Vec::new(); count], text: vec![0; count] };
        self.build(Way::PcgAgain)?;
        for round in 0..rounds {
            for step in 0..count {
                let number = (round + step) % count;
                let way = Way::ALL[number];
                let cost = self.build(way)?;
                eprintln!("{}: {}: {:.1} s", self.subject.package, way.name(), cost.wall);
                results.runs[number].push(cost);
                results.text[number] = self.text_bytes(way)?;
            }
        }
        Ok(results)
    }

    /// Builds from nothing. What pcg knows of an earlier build is kept for [`Way::PcgAgain`].
    fn build(&self, way: Way) -> Result<Cost> {
        let target = self.target(way);
        let built = if way == Way::PcgAgain { target.join("release") } else { target };
        if built.exists() {
            fs::remove_dir_all(&built)?;
        }
        let cost = measure(&mut self.cargo(way, "build", self.subject.targets)?)?;
        ensure!(cost.status.success(), "{}: {} failed", self.subject.package, way.name());
        Ok(cost)
    }

    fn text_bytes(&self, way: Way) -> Result<u64> {
        let path = self.target(way).join("release").join(self.subject.artifact);
        if path.extension().is_some_and(|extension| extension == "rlib") {
            let objects = archive::objects(&path)?;
            return objects.iter().map(|object| symbols::text_bytes(&object.data)).sum();
        }
        symbols::text_bytes(&fs::read(&path).with_context(|| path.display().to_string())?)
    }

    /// Runs the project's tests as stock and as pcg build them: the results have to be the same.
    pub(crate) fn compare_tests(&self) -> Result<()> {
        if let Some(reason) = self.subject.untested {
            eprintln!("{}: its tests cannot be built: {reason}", self.subject.package);
            return Ok(());
        }
        eprintln!("{}: its tests", self.subject.package);
        let [stock, pcg] = [Way::StockDefault, Way::PcgAgain].map(|way| self.test_results(way));
        let (stock, pcg) = (stock?, pcg?);
        ensure!(!stock.is_empty(), "{} has no tests", self.subject.package);
        ensure!(stock == pcg, "{}: stock {stock:#?}, pcg {pcg:#?}", self.subject.package);
        eprintln!("{}: {} tests, the same results", self.subject.package, stock.len());
        Ok(())
    }

    /// The lines `test NAME ... RESULT`, in order.
    fn test_results(&self, way: Way) -> Result<Vec<String>> {
        let output = self.cargo(way, "test", &["--no-fail-fast"])?.output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_result = |line: &&str| line.starts_with("test ") && line.contains(" ... ");
        let mut lines: Vec<String> = text.lines().filter(is_result).map(str::to_owned).collect();
        lines.sort();
        Ok(lines)
    }
}
