//! Published crates' own test suites pass when built by pcg.
//!
//! `tests/suites/skipped.txt` names the tests that are left out, each with its reason.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use pcg_tests::cargo::Build;
use pcg_tests::command::{Outcome, run};
use pcg_tests::rustc::Compiler;
use pcg_tests::{sources, toolchain};

/// One line for each test left out: the package, the test's name, the reason.
const SKIPPED: &str = include_str!("../suites/skipped.txt");

#[test]
fn serde_json_passes_its_tests() -> Result<()> {
    passes_its_tests("serde_json", 80)
}

#[test]
fn regex_syntax_passes_its_tests() -> Result<()> {
    passes_its_tests("regex-syntax", 140)
}

#[test]
fn memchr_passes_its_tests() -> Result<()> {
    passes_its_tests("memchr", 80)
}

#[test]
fn hashbrown_passes_its_tests() -> Result<()> {
    passes_its_tests("hashbrown", 80)
}

#[test]
#[ignore = "slow: part of `make sweep`"]
fn itoa_passes_its_tests() -> Result<()> {
    passes_its_tests("itoa", 1)
}

/// Runs `cargo test --release`, which has to pass with at least `least` tests. If it fails, stock rustc's result says
/// whether that is pcg's fault.
fn passes_its_tests(package: &str, least: usize) -> Result<()> {
    let scratch = toolchain::scratch(package)?;
    let folder = scratch.path().join("source");
    sources::copy(&sources::package(package)?, &folder)?;
    let outcome = tests(package, Compiler::Pcg, &folder, scratch.path())?;
    if !outcome.status.success() {
        let stock = tests(package, Compiler::Stock, &folder, scratch.path())?;
        bail!("{package} fails its tests; built by stock: {}\n{}", stock.status, outcome.said());
    }
    let passed = passed(&outcome.stdout_text())?;
    ensure!(passed >= least, "only {passed} of at least {least} tests ran\n{}", outcome.said());
    Ok(())
}

fn tests(package: &str, compiler: Compiler, folder: &Path, scratch: &Path) -> Result<Outcome> {
    let build = Build::new(compiler, Some(4), &scratch.join(format!("{compiler:?}")));
    let mut cargo = build.cargo(folder, &["test", "--release", "--locked", "--lib", "--tests", "--"])?;
    for (_, name, _) in skipped()?.iter().filter(|(skipped_package, ..)| *skipped_package == package) {
        cargo.args(["--skip", name]);
    }
    let outcome = run(&mut cargo)?;
    if compiler == Compiler::Pcg && outcome.status.success() {
        build.check_reports(1)?;
    }
    Ok(outcome)
}

/// The sum of libtest's closing lines.
fn passed(text: &str) -> Result<usize> {
    let counts = text.lines().filter_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next());
    counts.map(|count| count.parse::<usize>().with_context(|| format!("{count} is no number"))).sum()
}

fn skipped() -> Result<Vec<(&'static str, &'static str, &'static str)>> {
    let lines = SKIPPED.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entry = |line: &'static str| {
        let mut parts = line.splitn(3, char::is_whitespace);
        Some((parts.next()?, parts.next()?, parts.next().map(str::trim).filter(|reason| !reason.is_empty())?))
    };
    lines.map(|line| entry(line).with_context(|| format!("{line:?} has no reason"))).collect()
}
