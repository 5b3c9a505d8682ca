//! Crates from crates.io that pcg did not write, built by cargo with `RUSTC_WRAPPER=pcg-rustc`, behave as stock's.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use pcg_tests::cargo::Build;
use pcg_tests::command::{Outcome, command, run, run_ok};
use pcg_tests::rustc::Compiler;
use pcg_tests::{sources, toolchain};

/// The version of ripgrep that is built; its own lock file names the versions of the rest.
const RIPGREP: &str = "ripgrep@15.2.0";

#[test]
fn libraries_in_4_units_work() -> Result<()> {
    libraries(Some(4))
}

#[test]
#[ignore = "slow: part of `make sweep`"]
fn libraries_in_2_units_work() -> Result<()> {
    libraries(Some(2))
}

#[test]
#[ignore = "slow: part of `make sweep`"]
fn libraries_in_16_units_work() -> Result<()> {
    libraries(Some(16))
}

#[test]
#[ignore = "slow: part of `make sweep`"]
fn libraries_in_the_default_number_of_units_work() -> Result<()> {
    libraries(None)
}

/// serde_json, regex, image, syn, clap and their dependencies, with optimised procedural macros.
fn libraries(units: Option<usize>) -> Result<()> {
    let scratch = toolchain::scratch("libraries")?;
    let build = Build::new(Compiler::Pcg, units, scratch.path());
    let folder = sources::fixture("libraries");
    run_ok(&mut build.cargo(&folder, &["build", "--release", "--locked"])?)?;
    build.check_reports(20)?;
    let outcome = run_ok(&mut command(build.artifact("libraries")))?;
    let expected = std::fs::read_to_string(folder.join("expected.txt"))?;
    ensure!(outcome.stdout_text() == expected, "{}", outcome.said());
    Ok(())
}

/// What the other tests of this fixture compare with is what stock rustc gives.
#[test]
#[ignore = "slow: part of `make sweep`"]
fn libraries_are_expected_to_say_what_stock_makes_them_say() -> Result<()> {
    let scratch = toolchain::scratch("libraries")?;
    let build = Build::new(Compiler::Stock, None, scratch.path());
    let folder = sources::fixture("libraries");
    run_ok(&mut build.cargo(&folder, &["build", "--release", "--locked"])?)?;
    let outcome = run_ok(&mut command(build.artifact("libraries")))?;
    ensure!(outcome.stdout_text() == std::fs::read_to_string(folder.join("expected.txt"))?, "{}", outcome.said());
    Ok(())
}

#[test]
fn ripgrep_in_the_default_number_of_units_finds_what_stocks_finds() -> Result<()> {
    ripgrep(&[None])
}

#[test]
#[ignore = "slow: part of `make sweep`"]
fn ripgrep_in_2_4_and_16_units_finds_what_stocks_finds() -> Result<()> {
    ripgrep(&[Some(2), Some(4), Some(16)])
}

fn ripgrep(all_units: &[Option<usize>]) -> Result<()> {
    let scratch = toolchain::scratch("ripgrep")?;
    let install = |compiler, units, name: &str| -> Result<(Build, PathBuf)> {
        let root = scratch.path().join(name);
        let build = Build::new(compiler, units, &root.join("target"));
        let mut cargo = build.cargo(scratch.path(), &["install", "--locked", "--root"])?;
        run_ok(cargo.arg(&root).arg(RIPGREP))?;
        Ok((build, root.join("bin/rg")))
    };
    let (_, stock) = install(Compiler::Stock, None, "stock")?;
    for units in all_units {
        let (build, pcg) = install(Compiler::Pcg, *units, &format!("pcg-{}", units.unwrap_or(0)))?;
        build.check_reports(20)?;
        same_searches(&stock, &pcg)?;
    }
    Ok(())
}

/// Real searches over real sources, with the options that use different parts of ripgrep.
fn same_searches(stock: &Path, pcg: &Path) -> Result<()> {
    let corpus = sources::package("regex-automata")?;
    for args in [
        &["-n", r"fn \w+\(&self"] as &[&str],
        &["-i", "--count-matches", "unsafe|SAFETY"],
        &["-w", "--json", "memchr"],
        &["-C2", r"(?m)^impl<.*>$", "--color=always"],
        &["-U", r"\{\n\s+loop \{"],
        &["-o", r"\p{Lu}\w{12,}", "-trust", "--no-line-number"],
        &["--files", "-g", "*.rs"],
        &["-l", "-F", "a[b"],
        &["--replace", "<$1>", r"Option<(\w+)>"],
        &["-v", "-c", "."],
        &["("],
        &["nothing contains this text"],
    ] {
        let search = |program: &Path| -> Result<Outcome> {
            run(Command::new(program).args(["--no-config", "--sort=path"]).args(args).arg(".").current_dir(&corpus))
        };
        let (stock, pcg) = (search(stock)?, search(pcg)?);
        // Elapsed times are all that may differ.
        let text = |outcome: &Outcome| without_times(&outcome.stdout_text());
        ensure!(text(&stock) == text(&pcg), "{args:?}: {}", pcg.said());
        ensure!((stock.status, &stock.stderr) == (pcg.status, &pcg.stderr), "{args:?}: {}", pcg.said());
    }
    Ok(())
}

/// Drops the objects in ripgrep's JSON that hold durations, `"elapsed":{…}` and `"elapsed_total":{…}`.
fn without_times(text: &str) -> String {
    let mut rest = text;
    let mut result = String::new();
    while let Some(at) = rest.find("\"elapsed") {
        result.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    result + rest
}
