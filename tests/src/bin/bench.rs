//! `make bench`: the whole compile of real crates by stock rustc with 1, 4 and 16 units and by pcg.
//!
//! BENCHMARKING.md says how the figures come about; with `--write` they go there and into the README.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use pcg_tests::benchmark::{Bench, Series};
use pcg_tests::measure::{geometric_mean, measure, median};
use pcg_tests::rustc::Compiler;
use pcg_tests::table::{Table, replace_section};
use pcg_tests::variant::Variant;
use pcg_tests::{sources, toolchain};

/// The crates on which pcg is developed: sizes from 1 to 20 seconds, parsers, number crunching, generic code.
const CRATES: &[&str] = &["regex-automata", "image", "clap_builder", "serde_json", "toml_edit", "miniz_oxide@0.8.9"];

const STOCK: [Variant; 3] = [Variant::stock(1), Variant::stock(4), Variant::stock(16)];
const PCG: [Variant; 2] = [Variant::pcg(Some(4)), Variant::pcg(None)];

/// Runs that the time of a pass-through is the median of.
const PROBES: usize = 41;

const HELP: &str = "\
Compiles real crates with stock rustc and pcg in turn and prints what it took.

Usage: bench [OPTIONS]

  --rounds N      runs of each compiler per crate (default 3)
  --crates A,B    only these crates
  --write         put the tables into BENCHMARKING.md and README.md
  --help          this text
";

struct Options {
    rounds: usize,
    crates: Vec<String>,
    write: bool,
}

fn main() -> ExitCode {
    match options().and_then(|options| options.map_or(Ok(()), |options| run(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Option<Options>> {
    let mut options = Options { rounds: 3, crates: CRATES.iter().map(ToString::to_string).collect(), write: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("rounds") => options.rounds = parser.value()?.parse()?,
            Long("crates") => options.crates = parser.value()?.string()?.split(',').map(str::to_owned).collect(),
            Long("write") => options.write = true,
            Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            _ => bail!(argument.unexpected()),
        }
    }
    Ok(Some(options))
}

fn run(options: &Options) -> Result<()> {
    let folder = folder()?;
    let variants: Vec<Variant> = STOCK.into_iter().chain(PCG).collect();
    let mut results = Vec::new();
    for package in &options.crates {
        eprintln!("{package}: dependencies");
        let bench = Bench::prepare(&sources::project(), package, &folder)?;
        eprintln!("{package}: {} runs", options.rounds * variants.len());
        let name = package.split('@').next().unwrap_or(package).to_owned();
        results.push(Crate { name, series: bench.run(&variants, options.rounds)? });
    }
    let wall = seconds(&results, "wall", Series::walls);
    let cpu = seconds(&results, "CPU", |series| series.runs.iter().map(|run| run.cpu).collect());
    let summary = summary(&results);
    let machine = machine(options.rounds)?;
    let pass_through = pass_through()?;
    let text = format!(
        "{machine}\n\nWall seconds of the whole compile, median (least to most):\n\n{wall}\n\
         Processor seconds, user and system, median (least to most):\n\n{cpu}\nSummary:\n\n{summary}\n{pass_through}\n"
    );
    println!("{text}");
    if options.write {
        let workspace = toolchain::workspace();
        replace_section(&workspace.join("BENCHMARKING.md"), "figures", &text)?;
        replace_section(&workspace.join("README.md"), "figures", &format!("{summary}\n{machine}"))?;
    }
    Ok(())
}

/// One crate's figures.
struct Crate {
    name: String,
    series: Vec<Series>,
}

impl Crate {
    fn of(&self, variant: Variant) -> &Series {
        self.series.iter().find(|series| series.variant == variant).expect("every variant is run")
    }

    /// The least wall time of stock's settings.
    fn best_stock(&self) -> f64 {
        STOCK.iter().map(|variant| self.of(*variant).wall()).fold(f64::INFINITY, f64::min)
    }
}

/// Where the dependencies are kept between runs.
fn folder() -> Result<PathBuf> {
    let executable = std::env::current_exe()?;
    Ok(executable.parent().context("an executable has a folder")?.join("pcg-bench"))
}

/// Medians with their range, one column for each variant.
fn seconds(results: &[Crate], what: &str, values: impl Fn(&Series) -> Vec<f64>) -> String {
    let names = results[0].series.iter().map(|series| series.variant.name());
    let mut table = Table::new(&std::iter::once(format!("{what} s")).chain(names).collect::<Vec<_>>());
    for result in results {
        let cells = result.series.iter().map(|series| {
            let values = values(series);
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(0.0, f64::max);
            format!("{:.2} ({least:.2} to {most:.2})", median(&values))
        });
        table.row(&std::iter::once(result.name.clone()).chain(cells).collect::<Vec<_>>());
    }
    table.markdown()
}

/// What matters to a user: wall time against stock's best setting, code size against stock's single unit.
fn summary(results: &[Crate]) -> String {
    let [four, automatic] = PCG;
    let ratios = |of: &dyn Fn(&Crate) -> f64| results.iter().map(of).collect::<Vec<_>>();
    let columns: Vec<(&str, Vec<f64>)> = vec![
        ("pcg 4 / best stock, wall", ratios(&|result| result.of(four).wall() / result.best_stock())),
        ("pcg default / best stock, wall", ratios(&|result| result.of(automatic).wall() / result.best_stock())),
        ("pcg 4 / stock 1, CPU", ratios(&|result| result.of(four).cpu() / result.of(STOCK[0]).cpu())),
        ("pcg 4 / stock 1, .text", ratios(&|result| text_ratio(result, four))),
        ("stock 16 / stock 1, .text", ratios(&|result| text_ratio(result, STOCK[2]))),
    ];
    let titles = columns.iter().map(|(title, _)| (*title).to_owned());
    let header = std::iter::once("crate".to_owned()).chain(titles).chain(["pcg 4, overhead".to_owned()]);
    let mut table = Table::new(&header.collect::<Vec<_>>());
    for (index, result) in results.iter().enumerate() {
        let cells = columns.iter().map(|(_, values)| format!("{:.2}", values[index]));
        let overhead = format!("{:.1} %", result.of(four).overhead() * 100.0);
        table.row(&std::iter::once(result.name.clone()).chain(cells).chain([overhead]).collect::<Vec<_>>());
    }
    let means = columns.iter().map(|(_, values)| format!("{:.3}", geometric_mean(values)));
    table.row(&std::iter::once("geometric mean".to_owned()).chain(means).chain([String::new()]).collect::<Vec<_>>());
    table.markdown()
}

fn text_ratio(result: &Crate, variant: Variant) -> f64 {
    result.of(variant).text as f64 / result.of(STOCK[0]).text as f64
}

/// What the figures are figures of.
fn machine(rounds: usize) -> Result<String> {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let cores = std::thread::available_parallelism()?;
    let version = Command::new(toolchain::rustc()?).arg("--version").output()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let model = model.trim_start_matches([' ', '\t', ':']);
    Ok(format!("{cores} cores of {model}; {version}; `opt-level=3` as cargo builds it; medians of {rounds} runs."))
}

/// The time that pcg adds where it leaves everything to rustc.
fn pass_through() -> Result<String> {
    let time = |compiler: Compiler| -> Result<f64> {
        Ok(measure(compiler.command(&std::env::temp_dir(), &["--print=cfg"])?.args(["-Copt-level=3"]))?.wall * 1e3)
    };
    let (mut stock, mut pcg) = (Vec::new(), Vec::new());
    for _ in 0..PROBES {
        stock.push(time(Compiler::Stock)?);
        pcg.push(time(Compiler::Pcg)?);
    }
    let (stock, pcg) = (median(&stock), median(&pcg));
    Ok(format!("Pass-through (`--print=cfg`): stock {stock:.1} ms, pcg {pcg:.1} ms, added {:.1} ms.", pcg - stock))
}
