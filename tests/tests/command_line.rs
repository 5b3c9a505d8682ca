//! Ways to call pcg-rustc that no source file can express: as a wrapper, through argument files, from standard input.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use pcg_tests::command::{Outcome, command, run, run_ok};
use pcg_tests::report::Report;
use pcg_tests::rustc::{Compiler, report_option};
use pcg_tests::toolchain;

const SOURCE: &str = "pub fn words(text: &str) -> Vec<String> { text.split(' ').map(str::to_uppercase).collect() }\n";

/// Runs both compilers with the same arguments; what they say has to be the same. Returns pcg's report.
fn same(folder: &Path, args: &[OsString]) -> Result<Report> {
    let stock = run(&mut Compiler::Stock.command(folder, args)?)?;
    let report = folder.join("report.json");
    let pcg = run(Compiler::Pcg.command(folder, args)?.arg(report_option(&report)))?;
    // A panic of rustc's names a thread by its number.
    let said = |outcome: &Outcome| outcome.said().replace(|letter: char| letter.is_ascii_digit(), "");
    let same = (stock.status, said(&stock)) == (pcg.status, said(&pcg));
    ensure!(same, "stock {}\n{}\npcg {}\n{}", stock.status, stock.said(), pcg.status, pcg.said());
    Report::read(&report)
}

fn words(args: &[&str]) -> Vec<OsString> {
    args.iter().map(OsString::from).collect()
}

fn folder_with_source() -> Result<tempfile::TempDir> {
    let folder = toolchain::scratch("command-line")?;
    std::fs::write(folder.path().join("words.rs"), SOURCE)?;
    Ok(folder)
}

#[test]
fn a_wrapper_gets_rustc_as_its_first_argument() -> Result<()> {
    let folder = folder_with_source()?;
    let mut pcg = command(toolchain::pcg_rustc()?);
    pcg.arg(toolchain::rustc()?).args(["--crate-type=lib", "-O", "-Ccodegen-units=2", "words.rs", "--pcg-strict"]);
    run_ok(pcg.arg("--pcg-report=report.json").current_dir(folder.path()))?;
    ensure!(Report::read(&folder.path().join("report.json"))?.action() == "split", "not split");
    ensure!(folder.path().join("libwords.rlib").is_file(), "no library");
    Ok(())
}

#[test]
fn another_program_behind_the_wrapper_is_run_as_it_is() -> Result<()> {
    let mut pcg = command(toolchain::pcg_rustc()?);
    let outcome = run(pcg.args(["sh", "-c", "echo \"$0 $1\"; exit 7", "one", "-O"]))?;
    ensure!((outcome.status.code(), outcome.stdout_text().as_str()) == (Some(7), "one -O\n"), "{}", outcome.said());
    Ok(())
}

#[test]
fn nothing_is_said_where_not_all_processors_may_be_used() -> Result<()> {
    // With some settings, the allocator speaks up before anything else runs.
    let status = std::fs::read_to_string("/proc/self/status")?;
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).context("no processors")?;
    let one = allowed.trim().split([',', '-']).next().context("no processor")?;
    let folder = folder_with_source()?;
    let mut taskset = command("taskset");
    taskset.args(["--cpu-list", one]).arg(toolchain::pcg_rustc()?);
    taskset.args(["--crate-type=lib", "-O", "-Ccodegen-units=2", "words.rs", "--pcg-strict"]);
    let outcome = run_ok(taskset.current_dir(folder.path()))?;
    ensure!(outcome.stderr.is_empty(), "{}", outcome.said());
    Ok(())
}

#[test]
fn argument_files_are_read_as_rustc_reads_them() -> Result<()> {
    let folder = folder_with_source()?;
    std::fs::write(folder.path().join("arguments"), "--crate-type=lib\n-O\n-Ccodegen-units=2\nwords.rs\n")?;
    let report = same(folder.path(), &words(&["@arguments"]))?;
    ensure!(report.action() == "split" && report.codegen_units() <= 2, "{:#}", report.0);
    ensure!(same(folder.path(), &words(&["@missing"]))?.action() == "passthrough", "a missing file is rustc's to name");
    Ok(())
}

#[test]
fn an_argument_file_within_another_is_left_to_rustc() -> Result<()> {
    let folder = folder_with_source()?;
    std::fs::write(folder.path().join("outer"), "@inner\nwords.rs\n--crate-type=lib\n-O\n")?;
    std::fs::write(folder.path().join("inner"), "-Ccodegen-units=2\n")?;
    let report = same(folder.path(), &words(&["@outer"]))?;
    ensure!(report.reason() == "argument-file", "{:#}", report.0);
    Ok(())
}

#[test]
fn arguments_that_are_not_text_are_rustcs_to_refuse() -> Result<()> {
    let folder = folder_with_source()?;
    let mut args = words(&["--crate-type=lib", "-O", "words.rs"]);
    args.push(OsString::from_vec(b"--cfg=\xff".to_vec()));
    let report = same(folder.path(), &args)?;
    ensure!(report.reason() == "not-unicode", "{:#}", report.0);
    Ok(())
}

#[test]
fn a_source_from_standard_input_is_left_to_rustc() -> Result<()> {
    let folder = folder_with_source()?;
    let args = ["-", "--crate-type=lib", "--crate-name=words", "-O", "-Ccodegen-units=2"];
    let feed = |command: &mut Command| -> Result<Outcome> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().context("no input")?.write_all(SOURCE.as_bytes())?;
        let output = child.wait_with_output()?;
        Ok(Outcome { status: output.status, stdout: output.stdout, stderr: output.stderr })
    };
    feed(Compiler::Pcg.command(folder.path(), &args)?.arg("--pcg-report=report.json"))?;
    ensure!(Report::read(&folder.path().join("report.json"))?.reason() == "standard-input", "not recognised");
    let library = folder.path().join("libwords.rlib");
    let pcg = std::fs::read(&library)?;
    feed(&mut Compiler::Stock.command(folder.path(), &args)?)?;
    ensure!(std::fs::read(&library)? == pcg, "the library differs from stock's");
    Ok(())
}

#[test]
fn the_verbose_version_is_rustcs_with_one_more_line() -> Result<()> {
    let folder = folder_with_source()?;
    for args in [&["-vV"] as &[&str], &["--version", "--verbose"]] {
        let stock = run_ok(&mut Compiler::Stock.command(folder.path(), args)?)?.stdout_text();
        let pcg = run_ok(&mut Compiler::Pcg.command(folder.path(), args)?)?.stdout_text();
        let line = pcg.strip_prefix(&stock).with_context(|| format!("{pcg} does not begin with {stock}"))?;
        ensure!(line.starts_with("pcg: ") && line.lines().count() == 1, "{line:?}");
    }
    Ok(())
}

#[test]
fn the_version_line_changes_with_options_that_change_the_code() -> Result<()> {
    let folder = folder_with_source()?;
    let version = |name: &str, value: &str| -> Result<String> {
        Ok(run_ok(Compiler::Pcg.command(folder.path(), &["-vV"])?.env(name, value))?.stdout_text())
    };
    let plain = version("UNRELATED", "1")?;
    ensure!(version("CARGO_PCG_STRATEGY", "size")? != plain, "another strategy is other code");
    ensure!(version("CARGO_PCG_INLINE_TRUTH", "t")? != plain, "one unit is other code");
    ensure!(version("CARGO_PCG_THREADS", "1")? == plain, "threads do not matter");
    Ok(())
}

#[test]
fn pcgs_own_options_are_checked() -> Result<()> {
    let folder = folder_with_source()?;
    for wrong in ["--pcg-no-such-option", "--pcg-strategy=best", "--pcg-threads=none"] {
        let outcome = run(&mut Compiler::Pcg.command(folder.path(), &["words.rs", wrong])?)?;
        ensure!(outcome.status.code() == Some(2), "{wrong}: {}", outcome.said());
        ensure!(outcome.stderr_text().contains("help:"), "{wrong}: {}", outcome.said());
    }
    let outcome = run(&mut Compiler::Pcg.command(folder.path(), &["--crate-type=lib", "words.rs", "--pcg-strict"])?)?;
    ensure!(outcome.status.code() == Some(3), "an unoptimised crate is not split: {}", outcome.said());
    Ok(())
}

#[test]
fn the_help_names_every_option() -> Result<()> {
    let folder = folder_with_source()?;
    let help = run_ok(&mut Compiler::Pcg.command(folder.path(), &["--pcg-help"])?)?.stdout_text();
    for option in ["strategy", "threads", "report", "dump-graph", "inline-truth", "keep", "strict"] {
        let variable = format!("CARGO_PCG_{}", option.replace('-', "_").to_uppercase());
        ensure!(help.contains(&format!("--pcg-{option}")) && help.contains(&variable), "{option} is missing:\n{help}");
    }
    Ok(())
}

/// `leaf` is too large for rustc's own inliner and small enough for LLVM's.
const CALLS: &str = "
fn leaf(text: &[u8]) -> u32 {
    let mut sum = 0;
    for byte in text { if *byte > 9 { sum ^= 1 } else if *byte > 4 { sum += 3 } else { sum *= 5 } }
    sum
}
#[inline(never)] fn kept(x: u32) -> u32 { x.rotate_left(3) }
#[unsafe(no_mangle)] pub fn top(a: &[u8], b: &[u8]) -> u32 { leaf(a) + kept(leaf(b)) }
#[unsafe(no_mangle)] pub fn other(x: u32) -> u32 { x + kept(x) }
";

#[test]
fn the_inline_truth_is_that_of_one_unit_whatever_number_is_asked_for() -> Result<()> {
    let folder = toolchain::scratch("inline-truth")?;
    std::fs::write(folder.path().join("calls.rs"), CALLS)?;
    let args = |more: &[&str]| words(&[&["--crate-type=lib", "-O", "calls.rs", "--pcg-strict"], more].concat());
    let library = || std::fs::read(folder.path().join("libcalls.rlib"));
    run_ok(&mut Compiler::Pcg.command(folder.path(), &args(&["-Ccodegen-units=1"]))?)?;
    let plain = library()?;
    let mut pcg = Compiler::Pcg.command(folder.path(), &args(&["-Ccodegen-units=4", "--pcg-report=report.json"]))?;
    run_ok(pcg.env("CARGO_PCG_INLINE_TRUTH", "truths/"))?;
    ensure!(Report::read(&folder.path().join("report.json"))?.codegen_units() == 1, "not one unit");
    ensure!(library()? == plain, "recording changes the code of one unit");

    let truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("truths/calls.truth.json"))?)?;
    let symbol = |position: &serde_json::Value| {
        let position = usize::try_from(position.as_u64().context("a position")?)?;
        truth["symbols"][position].as_str().map(str::to_owned).context("a symbol")
    };
    let rows = truth["inlined"].as_array().context("pairs")?;
    let pairs: Vec<_> =
        rows.iter().map(|row| Ok((symbol(&row[0])?, symbol(&row[1])?, row[2].as_u64()))).collect::<Result<_>>()?;
    ensure!(
        pairs.iter().any(|(caller, callee, sites)| caller == "top" && callee.contains("leaf") && *sites == Some(2)),
        "{pairs:?}"
    );
    ensure!(!pairs.iter().any(|(_, callee, _)| callee.contains("kept")), "{pairs:?}");
    Ok(())
}

#[test]
fn a_crate_that_is_passed_through_is_measured_if_there_is_a_report() -> Result<()> {
    let folder = toolchain::scratch("pass-through")?;
    std::fs::write(folder.path().join("calls.rs"), CALLS)?;
    std::fs::write(folder.path().join("broken.rs"), "fn broken() -> u8 { \"\" }")?;
    let report = |source: &str, exit_code: i32| -> Result<serde_json::Value> {
        let args = words(&["--crate-type=lib", "-O", source, "--emit=asm", "--pcg-report=report.json"]);
        let mut pcg = Compiler::Pcg.command(folder.path(), &args)?;
        let output = pcg.env("CARGO_PKG_NAME", "calls").env("CARGO_PKG_VERSION", "1.2.3").output()?;
        ensure!(output.status.code() == Some(exit_code), "{source}: {}", output.status);
        Ok(serde_json::from_slice(&std::fs::read(folder.path().join("report.json"))?)?)
    };
    let good = report("calls.rs", 0)?;
    ensure!(good["action"] == "passthrough" && good["exit_code"] == 0, "{good}");
    ensure!(good["package_name"] == "calls" && good["package_version"] == "1.2.3", "{good}");
    ensure!(good["phases"][0]["name"] == "stock", "{good}");
    ensure!(good["cpu_seconds"].as_f64() > Some(0.01), "{good}");
    ensure!(report("broken.rs", 1)?["exit_code"] == 1, "the failure is not in the report");
    Ok(())
}
