//! `make quality`: how good the code is that pcg makes. Real crates at work, built whole by stock rustc with 1 and 16
//! units and by pcg, counted in executed instructions.
//!
//! BENCHMARKING.md says how the figures come about; with `--write` they go there.

mod options;
mod tables;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use options::Options;
use pcg_tests::program::Program;
use pcg_tests::quality::{Figures, figures};
use pcg_tests::table::replace_section;
use pcg_tests::variant::Variant;
use pcg_tests::workload::Workload;
use pcg_tests::{callgrind, machine, toolchain};

/// What is compared; the first is what the others are compared with.
const STOCK: [Variant; 2] = [Variant::stock(1), Variant::stock(16)];

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
    callgrind::require()?;
    let programs = build(options)?;
    let workloads = chosen(programs[0].workloads()?, &options.workloads)?;
    programs.iter().try_for_each(|program| program.check_split(&workloads))?;
    let results: Result<Vec<(Workload, Vec<Figures>)>> = workloads
        .into_iter()
        .map(|workload| {
            eprintln!("{}", workload.name);
            let figures = figures(&programs, &workload, options.rounds)?;
            Ok((workload, figures))
        })
        .collect();
    let text = format!(
        "{}; `opt-level=3`; {}.\n\nOver stock with one unit:\n\n{}\nSize of the program:\n\n{}",
        machine::description()?,
        if options.rounds > 0 {
            format!("times are medians of {} runs", options.rounds)
        } else {
            "no times".to_owned()
        },
        tables::ratios(&results?, options.rounds > 0),
        tables::sizes(&programs)?,
    );
    println!("{text}");
    if options.write {
        replace_section(&toolchain::workspace().join("BENCHMARKING.md"), "quality", &text)?;
    }
    Ok(())
}

fn build(options: &Options) -> Result<Vec<Program>> {
    let pcg = options.units.iter().map(|units| Variant::pcg(Some(*units)));
    STOCK
        .into_iter()
        .chain(pcg)
        .map(|variant| {
            eprintln!("build by {}", variant.name());
            Program::build(variant, &options.builds, options.jobs)
        })
        .collect()
}

/// The workloads of these names, or all where there are no names.
fn chosen(all: Vec<Workload>, names: &[String]) -> Result<Vec<Workload>> {
    for name in names {
        ensure!(all.iter().any(|workload| workload.name == *name), "there is no workload `{name}`");
    }
    Ok(all.into_iter().filter(|workload| names.is_empty() || names.contains(&workload.name)).collect())
}
