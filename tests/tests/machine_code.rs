//! With one unit every function is the same machine code as stock `rustc -Ccodegen-units=1`.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use pcg_tests::command::run_ok;
use pcg_tests::machine_code::{Difference, Functions, compare, functions};
use pcg_tests::recording::Recording;
use pcg_tests::rustc::Compiler;
use pcg_tests::{archive, disassembly, sources, toolchain};

const LEVELS: &[&str] = &["0", "1", "2", "3", "s", "z"];

/// The share of functions that may have stack slots in another order at O0, as bitcode does not keep the order of uses:
/// 1 of 2,901 of regex-syntax, 29 of memchr's 281.
const REORDERED_AT_O0: f64 = 0.15;

#[test]
fn memchr_is_the_same_at_every_level_with_and_without_debug_info() -> Result<()> {
    same_at_every_level("memchr", &[false, true])
}

#[test]
fn regex_syntax_is_the_same_at_every_level() -> Result<()> {
    same_at_every_level("regex-syntax", &[false])
}

#[test]
fn regex_syntax_is_the_same_at_every_level_with_debug_info() -> Result<()> {
    same_at_every_level("regex-syntax", &[true])
}

/// The comparison itself is worth something only if it tells levels apart.
#[test]
fn another_level_is_other_code() -> Result<()> {
    let scratch = toolchain::scratch("machine-code")?;
    let recording = Recording::of_library(&sources::project(), "itoa", &scratch.path().join("target"))?;
    let [second, third] = ["2", "z"].map(|level| compile(&recording, Compiler::Stock, scratch.path(), level, false));
    let difference = compare(&functions(&second?)?, &functions(&third?)?);
    ensure!(!difference.is_empty(), "O2 and Oz give the same code");
    Ok(())
}

fn same_at_every_level(package: &str, debug_info: &[bool]) -> Result<()> {
    let scratch = toolchain::scratch("machine-code")?;
    let recording = Recording::of_library(&sources::project(), package, &scratch.path().join("target"))?;
    let mut failures = Vec::new();
    for level in LEVELS {
        for &debug in debug_info {
            if let Err(error) = same(&recording, scratch.path(), level, debug) {
                failures.push(format!("{package} at O{level}, debug info {debug}: {error:#}"));
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

fn same(recording: &Recording, scratch: &Path, level: &str, debug: bool) -> Result<()> {
    let stock = compile(recording, Compiler::Stock, scratch, level, debug)?;
    let pcg = compile(recording, Compiler::Pcg, scratch, level, debug)?;
    let (stock_functions, pcg_functions) = (functions(&stock)?, functions(&pcg)?);
    ensure!(stock_functions.len() > 20, "only {} functions: the comparison is void", stock_functions.len());
    let mut difference = compare(&stock_functions, &pcg_functions);
    if level == "0" {
        let most = (stock_functions.len() as f64 * REORDERED_AT_O0) as usize;
        allow_reordered_stack_slots(&mut difference, [&stock, &pcg], most, scratch)?;
    }
    if !difference.is_empty() {
        bail!("{}", summary(&difference, &stock_functions));
    }
    Ok(())
}

/// The crate object of one compile. The `pcg:` comment proves that pcg made it and did not pass through.
fn compile(recording: &Recording, compiler: Compiler, scratch: &Path, level: &str, debug: bool) -> Result<Vec<u8>> {
    let out = tempfile::tempdir_in(scratch)?;
    let mut more: Vec<OsString> = vec!["-Ccodegen-units=1".into(), format!("-Copt-level={level}").into()];
    more.push(format!("-Cdebuginfo={}", if debug { 2 } else { 0 }).into());
    more.push("-Cstrip=none".into());
    let mut command = recording.command(&compiler.path()?, out.path(), &more)?;
    if compiler == Compiler::Pcg {
        command.arg("--pcg-strict");
    }
    run_ok(&mut command)?;
    let object = archive::crate_object(&out.path().join(recording.library()?))?;
    let comment = pcg_tests::symbols::comment(&object)?;
    let by_pcg = comment.contains("pcg-rustc");
    ensure!(by_pcg == (compiler == Compiler::Pcg), "made by the wrong compiler: {comment:?}");
    Ok(object)
}

/// Takes at most `most` functions out of the difference whose instructions are the same but for stack offsets.
fn allow_reordered_stack_slots(
    difference: &mut Difference,
    objects: [&[u8]; 2],
    most: usize,
    scratch: &Path,
) -> Result<()> {
    if difference.different.is_empty() {
        return Ok(());
    }
    let [stock, pcg] = objects.map(|object| disassembly::functions_without_stack_offsets(object, scratch));
    let (stock, pcg) = (stock?, pcg?);
    let before = difference.different.len();
    difference.different.retain(|name| !stock.contains_key(name) || stock.get(name) != pcg.get(name));
    let reordered = before - difference.different.len();
    ensure!(reordered <= most, "{reordered} functions have other stack slots");
    Ok(())
}

fn summary(difference: &Difference, all: &Functions) -> String {
    let Difference { only_first, only_second, different } = difference;
    let some = |names: &std::collections::BTreeSet<String>| names.iter().take(3).cloned().collect::<Vec<_>>().join(" ");
    format!(
        "of stock's {} functions {} are missing ({}), {} have other code ({}); {} are new ({})",
        all.len(),
        only_first.len(),
        some(only_first),
        different.len(),
        some(different),
        only_second.len(),
        some(only_second)
    )
}
