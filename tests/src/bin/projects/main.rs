//! `make projects`: whole projects through cargo, by stock rustc with its default number of units and with one, and by
//! `cargo pcg`; and their own tests.
//!
//! BENCHMARKING.md says how the figures come about; with `--write` they go there.

mod options;
mod project;
mod subjects;
mod tables;

use std::process::ExitCode;

use anyhow::Result;
use options::Options;
use pcg_tests::table::replace_section;
use pcg_tests::{machine, toolchain};
use project::Project;

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
    let (mut projects, mut results) = (Vec::new(), Vec::new());
    for subject in &options.subjects {
        let project = Project::prepare(*subject)?;
        results.push(project.measure(options.rounds)?);
        projects.push(project);
    }
    let machine = format!("{}; medians of {} runs.", machine::description()?, options.rounds);
    let text = format!("{machine}\n\n{}\n{}", tables::ratios(&results), tables::seconds(&results));
    println!("{text}");
    if options.write {
        replace_section(&toolchain::workspace().join("BENCHMARKING.md"), "projects", &text)?;
    }
    let tested = if options.tests { &projects[..] } else { &[] };
    tested.iter().try_for_each(Project::compare_tests)
}
