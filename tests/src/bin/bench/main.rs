//! `make bench`: the whole compile of real crates by stock rustc with 1, 4 and 16 units and by pcg.
//!
//! BENCHMARKING.md says how the figures come about; with `--write` they go there and into the README.

mod figures;
mod forecast;
mod options;
mod pass_through;
mod recall;
mod subjects;
mod tables;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use figures::Figures;
use options::Options;
use pcg_tests::benchmark::{Bench, Series};
use pcg_tests::table::replace_section;
use pcg_tests::{machine, sources, toolchain};

fn main() -> ExitCode {
    match Options::read().and_then(|options| options.map_or(Ok(()), |options| run(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let folder = folder()?;
    let mut results = Vec::new();
    for subject in &options.subjects {
        eprintln!("{}: dependencies", subject.package);
        let bench = Bench::prepare(&sources::project(), subject.package, &folder)?;
        eprintln!("{}: {} rounds", subject.package, options.rounds);
        results.push(Figures::measure(*subject, &bench, options.rounds)?);
    }
    let machine = machine::description()?;
    let machine = format!("{machine}; `opt-level=3` as cargo builds it; medians of {} runs.", options.rounds);
    let text = format!("{machine}\n\n{}\n{}\n", sections(&results), pass_through::sentence()?);
    println!("{text}");
    if options.write {
        let workspace = toolchain::workspace();
        replace_section(&workspace.join("BENCHMARKING.md"), "figures", &text)?;
        let overview = tables::overview(&results);
        replace_section(&workspace.join("README.md"), "figures", &format!("{overview}\n{machine}"))?;
    }
    Ok(())
}

/// Every table with a line about it.
fn sections(results: &[Figures]) -> String {
    let mut sections = vec![
        ("Time:", tables::time(results)),
        ("Size of the code:", tables::code(results)),
        ("Peak memory:", tables::memory(results)),
    ];
    let forecast =
        tables::forecast(results).map(|table| ("LLVM's part of large crates in pcg's own number of units:", table));
    sections.extend(forecast);
    sections.extend([
        ("Wall seconds of the whole compile, median (least to most):", tables::seconds(results, "wall", Series::walls)),
        ("Processor seconds, user and system, median (least to most):", tables::seconds(results, "CPU", Series::cpus)),
    ]);
    sections.iter().map(|(title, table)| format!("{title}\n\n{table}")).collect::<Vec<_>>().join("\n")
}

/// Where the dependencies are kept between runs.
fn folder() -> Result<PathBuf> {
    let executable = std::env::current_exe()?;
    Ok(executable.parent().context("an executable has a folder")?.join("pcg-bench"))
}
