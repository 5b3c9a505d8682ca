//! `make demo`: one real crate by stock rustc and by pcg, and a program that uses it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use pcg_tests::benchmark::{Bench, Series};
use pcg_tests::command::run_ok;
use pcg_tests::rustc::Compiler;
use pcg_tests::table::Table;
use pcg_tests::variant::Variant;
use pcg_tests::{sources, toolchain};

/// The crate, and what stands in the table.
const PACKAGE: &str = "regex-automata";
const VARIANTS: [Variant; 4] = [Variant::stock(1), Variant::stock(4), Variant::stock(16), Variant::pcg(Some(4))];

/// A program that builds and runs each of the crate's engines, and prints what they found.
const PROGRAM: &str = include_str!("program.rs.txt");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let scratch = toolchain::scratch("demo")?;
    println!("Building the dependencies of {PACKAGE} with stock rustc.");
    let bench = Bench::prepare(&sources::project(), PACKAGE, scratch.path())?;
    println!("Compiling {PACKAGE} at -O with each compiler.\n");
    let all = bench.run(&VARIANTS, 1)?;
    let outputs: Result<Vec<String>> =
        all.iter().map(|series| output(&bench, series.variant, scratch.path())).collect();
    let outputs = outputs?;
    let mut table = Table::new(&["compiler and units", "wall s", "CPU s", ".text bytes", "same output"]);
    for (series, output) in all.iter().zip(&outputs) {
        table.row(&row(series, *output == outputs[0]));
    }
    println!("{}", table.markdown());
    println!("The program that uses {PACKAGE} says:\n\n{}", outputs[0]);
    ensure!(outputs.iter().all(|output| *output == outputs[0]), "the outputs differ");
    Ok(())
}

fn row(series: &Series, same: bool) -> [String; 5] {
    let same = if same { "yes" } else { "NO" };
    let (wall, cpu) = (format!("{:.2}", series.wall()), format!("{:.2}", series.cpu()));
    [series.variant.name(), wall, cpu, series.text.to_string(), same.to_owned()]
}

/// Compiles the program against a variant's library by the same compiler, and runs it.
fn output(bench: &Bench, variant: Variant, scratch: &Path) -> Result<String> {
    let source = scratch.join("program.rs");
    std::fs::write(&source, PROGRAM)?;
    let program = scratch.join(variant.folder());
    let library = bench.library(variant)?;
    let mut rustc = variant.compiler.command(scratch, &["--edition=2024", "-O"])?;
    rustc.arg(&source).arg("-o").arg(&program);
    rustc.arg(format!("--extern=regex_automata={}", library.to_str().context("the path is not UTF-8")?));
    rustc.arg("-L").arg(scratch.join("target/release/deps"));
    rustc.args(variant.units.map(|units| format!("-Ccodegen-units={units}")));
    if variant.compiler == Compiler::Pcg {
        rustc.arg("--pcg-strict");
    }
    run_ok(&mut rustc)?;
    Ok(run_ok(&mut pcg_tests::command::command(&program))?.stdout_text())
}
