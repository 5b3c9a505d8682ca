//! What has to hold between stock's result and pcg's.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use pcg_tests::command::{Outcome, command, run};
use pcg_tests::report::Report;
use pcg_tests::toolchain::llvm_tool;
use pcg_tests::{archive, machine_code, symbols};

use crate::directives::{Action, Directives};
use crate::views::{Made, View};

/// The same output, errors and exit code.
pub fn same_outcome(stock: &Outcome, pcg: &Outcome, normalise: bool) -> Result<()> {
    let stderr = |outcome: &Outcome| {
        let text = outcome.stderr_text();
        if normalise { without_temporary_folders(&text) } else { text }
    };
    ensure!(stock.status == pcg.status, "exit: stock {}, pcg {}\n{}", stock.status, pcg.status, pcg.said());
    ensure!(stock.stdout == pcg.stdout, "stdout differs\n--- stock\n{}\n--- pcg\n{}", stock.said(), pcg.said());
    let (stock, pcg) = (stderr(stock), stderr(pcg));
    ensure!(stock == pcg, "stderr differs\n--- stock\n{stock}\n--- pcg\n{pcg}");
    Ok(())
}

/// rustc's temporary folders are called `rustc` and six random letters.
fn without_temporary_folders(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/rustc") {
        let (before, after) = rest.split_at(at + "/rustc".len());
        result.push_str(before);
        let name = after.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(after.len());
        rest = if name == 6 { &after[name..] } else { after };
    }
    result + rest
}

/// The report says what the file expects.
pub fn report(directives: &Directives, path: &Path) -> Result<()> {
    let expected = match directives.action {
        Action::None => {
            ensure!(!path.exists(), "there is a report");
            return Ok(());
        }
        Action::Split => "split",
        Action::Passthrough => "passthrough",
        Action::Fallback => "fallback",
    };
    let report = Report::read(path)?;
    ensure!(report.action() == expected, "{} instead of {expected}: {}", report.action(), report.0["reason"]);
    if let Some(reason) = &directives.reason {
        ensure!(report.reason() == reason, "reason: {} instead of {reason}", report.reason());
    }
    let units = directives.made_units.or(directives.units.filter(|_| directives.action == Action::Split));
    if let (Some(units), false) = (units, directives.fails) {
        ensure!(report.codegen_units() == units, "{} units instead of {units}", report.codegen_units());
    }
    Ok(())
}

/// The same files with the same content.
pub fn same_files(stock: &Path, pcg: &Path) -> Result<()> {
    let files = |folder: &Path| -> Result<BTreeMap<_, _>> {
        let entries = folder.read_dir()?;
        entries.map(|entry| entry.map(|entry| (entry.file_name(), entry.path())).map_err(Into::into)).collect()
    };
    let (stock, pcg) = (files(stock)?, files(pcg)?);
    let names = |files: &BTreeMap<_, _>| files.keys().cloned().collect::<Vec<std::ffi::OsString>>();
    ensure!(names(&stock) == names(&pcg), "files: stock {:?}, pcg {:?}", names(&stock), names(&pcg));
    for (name, path) in stock {
        let same = std::fs::read(path)? == std::fs::read(&pcg[&name])?;
        ensure!(same, "{} differs from stock's", name.to_string_lossy());
    }
    Ok(())
}

/// The same names of files, which is what a user sees who does not look into them.
pub fn same_names(stock: &Path, pcg: &Path) -> Result<()> {
    let names = |folder: &Path| -> Result<Vec<_>> {
        let mut names: Vec<_> = folder.read_dir()?.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
        names.sort();
        Ok(names)
    };
    let (stock, pcg) = (names(stock)?, names(pcg)?);
    ensure!(stock == pcg, "files: stock {stock:?}, pcg {pcg:?}");
    Ok(())
}

/// The same global symbols in the crate object of a rlib, or in the linked file, as stock's of one unit.
///
/// What is defined has to be the same without exception. A symbol of another crate that is referred to may be one that
/// stock's optimiser got rid of, if it is in stock's code before optimisation.
pub fn same_symbols(stock: &Path, unoptimised: &Path, pcg: &Path) -> Result<()> {
    let [stock, unoptimised, pcg] = [stock, unoptimised, pcg].map(|path| symbols::globals(&object(path)?));
    let (stock, unoptimised, pcg) = (stock?, unoptimised?, pcg?);
    ensure!(!stock.is_empty(), "stock's object has no global symbols: the comparison is void");
    let missing: Vec<_> = stock.difference(&pcg).filter(|symbol| symbol.defined).collect();
    let new = pcg.difference(&stock);
    let new: Vec<_> = new.filter(|symbol| symbol.defined || !unoptimised.contains(symbol)).collect();
    ensure!(missing.is_empty() && new.is_empty(), "missing: {missing:#?}\nnew: {new:#?}");
    Ok(())
}

/// The same machine code, function by function.
pub fn same_code(stock: &Path, pcg: &Path) -> Result<()> {
    let (stock, pcg) = (machine_code::functions(&object(stock)?)?, machine_code::functions(&object(pcg)?)?);
    ensure!(!stock.is_empty(), "stock's object has no functions: the comparison is void");
    let difference = machine_code::compare(&stock, &pcg);
    ensure!(difference.is_empty(), "{difference:#?}");
    Ok(())
}

fn object(path: &Path) -> Result<Vec<u8>> {
    if path.extension().is_some_and(|extension| extension == "rlib") {
        archive::crate_object(path)
    } else {
        Ok(std::fs::read(path)?)
    }
}

/// LLVM's FileCheck accepts a view.
pub fn filecheck(view: View, source: &Path, made: &Made, gdb: &[String]) -> Result<()> {
    let text = view.text(made, gdb)?;
    let mut filecheck = command(llvm_tool("FileCheck")?);
    filecheck.arg(source).arg(format!("--check-prefix={}", view.prefix())).args(["--dump-input=fail", "--color=false"]);
    filecheck.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = filecheck.spawn().context("FileCheck")?;
    let mut input = child.stdin.take().context("FileCheck has no input")?;
    // FileCheck reads everything before it says anything; if it ends early, its exit code tells.
    drop(input.write_all(text.as_bytes()));
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{view:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Both programs run with the file's variables, succeed and write the same.
pub fn same_run(stock: &Path, pcg: &Path, env: &[(String, String)]) -> Result<()> {
    let [stock, pcg] = [stock, pcg].map(|program| run(command(program).envs(env.iter().cloned())));
    let (stock, pcg) = (stock?, pcg?);
    ensure!(stock.status.success(), "stock's program fails\n{}", stock.said());
    // All but the seconds in libtest's closing line.
    let text = |outcome: &Outcome| outcome.stdout_text().split("; finished in").next().map(str::to_owned);
    let same = (stock.status, &stock.stderr, text(&stock)) == (pcg.status, &pcg.stderr, text(&pcg));
    ensure!(same, "stock's {}\n{}\npcg's {}\n{}", stock.status, stock.said(), pcg.status, pcg.said());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_random_names_are_dropped() {
        assert_eq!(without_temporary_folders("/tmp/rustcAbC123/x.o"), "/tmp/rustc/x.o");
        assert_eq!(without_temporary_folders("/tmp/rustc/x.o /bin/rustc"), "/tmp/rustc/x.o /bin/rustc");
    }
}
