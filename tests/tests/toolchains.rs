//! A rustc of another commit, a front end that writes nonsense, a toolchain without its linker.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use pcg_tests::command::{Outcome, command, run};
use pcg_tests::fake::FakeToolchain;
use pcg_tests::report::Report;
use pcg_tests::rustc::Compiler;
use pcg_tests::{symbols, toolchain};

const SOURCE: &str = "\
pub fn words(text: &str) -> Vec<String> { text.split(' ').map(str::to_uppercase).collect() }
#[unsafe(no_mangle)] pub fn numbers(text: &str) -> Option<Vec<u64>> { text.split(' ').map(|n| n.parse().ok()).collect() }
";

const ARGS: &[&str] =
    &["--crate-type=rlib", "--edition=2024", "-O", "-Ccodegen-units=2", "words.rs", "--emit=dep-info,metadata,link"];

/// pcg as the wrapper of a fake rustc.
fn wrapped(fake: &FakeToolchain, folder: &Path) -> Result<(Outcome, Report)> {
    reported(&mut wrapper(fake, folder)?, folder)
}

fn wrapper(fake: &FakeToolchain, folder: &Path) -> Result<Command> {
    let mut pcg = command(toolchain::pcg_rustc()?);
    pcg.arg(fake.rustc()).args(ARGS).arg("--pcg-report=report.json").current_dir(folder);
    Ok(pcg)
}

fn reported(pcg: &mut Command, folder: &Path) -> Result<(Outcome, Report)> {
    Ok((run(pcg)?, Report::read(&folder.join("report.json"))?))
}

/// What stock rustc makes of the same source.
fn stock(folder: &Path) -> Result<Outcome> {
    let stock = folder.join("stock");
    std::fs::create_dir_all(&stock)?;
    run(Compiler::Stock.command(folder, ARGS)?.arg("--out-dir=stock"))
}

fn folder_with_source() -> Result<tempfile::TempDir> {
    let folder = toolchain::scratch("toolchains")?;
    std::fs::write(folder.path().join("words.rs"), SOURCE)?;
    Ok(folder)
}

/// The files of the folder that a compile may leave.
fn files(folder: &Path) -> Result<Vec<String>> {
    let entries: Result<Vec<_>> =
        folder.read_dir()?.map(|entry| Ok(entry?.file_name().into_string().unwrap())).collect();
    let mut names: Vec<_> = entries?.into_iter().filter(|name| !["fake", "stock"].contains(&name.as_str())).collect();
    names.sort();
    Ok(names)
}

const EXPECTED_FILES: &[&str] = &["libwords.rlib", "libwords.rmeta", "report.json", "words.d", "words.rs"];

#[test]
fn a_rustc_of_another_commit_compiles_alone() -> Result<()> {
    let folder = folder_with_source()?;
    let fake = FakeToolchain::new(&folder.path().join("fake"), "exec \"$RUSTC\" \"$@\"")?;
    // The library that rustc's driver is in is what tells a toolchain.
    let library = toolchain::sysroot()?.join("lib").read_dir()?.find_map(|entry| {
        entry.ok()?.file_name().into_string().ok().filter(|name| name.starts_with("librustc_driver-"))
    });
    fake.remove(&format!("lib/{}", library.expect("rustc has a driver library")))?;
    let (outcome, report) = wrapped(&fake, folder.path())?;
    ensure!(outcome.status.success(), "{}", outcome.said());
    ensure!((report.action(), report.reason()) == ("passthrough", "other-compiler"), "{:#}", report.0);
    stock(folder.path())?;
    let [ours, stocks] = ["", "stock/"].map(|place| std::fs::read(folder.path().join(place).join("libwords.rlib")));
    ensure!(ours? == stocks?, "the library is not stock's");
    Ok(())
}

/// Runs the real rustc; if this is the front end of a split, its bitcode is then spoilt by `damage`.
fn script(damage: &str) -> String {
    format!(
        r#"
"$RUSTC" "$@"
status=$?
case "$*" in
*linker-plugin-lto*) ;;
*) exit $status ;;
esac
previous=
for argument in "$@"; do
    case "$previous" in --out-dir) out="$argument" ;; esac
    case "$argument" in --out-dir=*) out="${{argument#--out-dir=}}" ;; link=*) file="${{argument#link=}}" ;; esac
    case "$argument" in --emit=*link=*) file="${{argument##*link=}}" ;; esac
    previous="$argument"
done
for library in "$out"/*.rlib $file; do
    [ -f "$library" ] || continue
    scratch=$(mktemp -d)
    cd "$scratch"
    ar x "$library"
    for object in *.o; do
        {damage}
    done
    ar r "$library" *.o
    cd /
    rm -r "$scratch"
done >/dev/null 2>&1
exit $status
"#
    )
}

/// With a spoilt front end the user still gets stock's library, and sees nothing of it.
fn survives(damage: &str) -> Result<()> {
    let folder = folder_with_source()?;
    let fake = FakeToolchain::new(&folder.path().join("fake"), &script(damage))?;
    let (outcome, report) = wrapped(&fake, folder.path())?;
    let stock = stock(folder.path())?;
    ensure!(report.action() == "fallback", "{:#}", report.0);
    ensure!(outcome == stock, "stock {}\n{}\npcg {}\n{}", stock.status, stock.said(), outcome.status, outcome.said());
    ensure!(files(folder.path())? == EXPECTED_FILES, "{:?}", files(folder.path())?);
    let symbols = |library: &str| -> Result<std::collections::BTreeSet<_>> {
        let objects = pcg_tests::archive::objects(&folder.path().join(library))?;
        let all: Result<Vec<_>> = objects.iter().map(|object| symbols::globals(&object.data)).collect();
        Ok(all?.into_iter().flatten().filter(|symbol| symbol.defined).collect())
    };
    let (ours, stocks) = (symbols("libwords.rlib")?, symbols("stock/libwords.rlib")?);
    ensure!(stocks.is_subset(&ours) && !stocks.is_empty(), "{stocks:?} {ours:?}");
    // The library can be linked.
    std::fs::write(folder.path().join("main.rs"), "fn main() { println!(\"{:?}\", words::words(\"a b\")); }")?;
    let args = ["--edition=2024", "main.rs", "--extern=words=libwords.rlib", "-L."];
    let link = run(&mut Compiler::Stock.command(folder.path(), &args)?)?;
    ensure!(link.status.success(), "{}", link.said());
    let said = run(&mut command(folder.path().join("main")))?;
    ensure!(said.stdout_text() == "[\"A\", \"B\"]\n", "{}", said.said());
    Ok(())
}

#[test]
fn truncated_bitcode_falls_back_to_stock() -> Result<()> {
    survives("head -c 3000 \"$object\" > cut && mv cut \"$object\"")
}

#[test]
fn garbage_behind_the_magic_number_falls_back_to_stock() -> Result<()> {
    survives("{ head -c 4 \"$object\"; head -c 20000 /dev/urandom; } > cut && mv cut \"$object\"")
}

#[test]
fn an_empty_object_falls_back_to_stock() -> Result<()> {
    survives(": > \"$object\"")
}

#[test]
fn a_front_end_that_crashes_falls_back_to_stock() -> Result<()> {
    let folder = folder_with_source()?;
    let crash = "case \"$*\" in *linker-plugin-lto*) kill -SEGV $$ ;; esac\nexec \"$RUSTC\" \"$@\"";
    let fake = FakeToolchain::new(&folder.path().join("fake"), crash)?;
    let (outcome, report) = wrapped(&fake, folder.path())?;
    ensure!(outcome.status.success() && report.action() == "fallback", "{}\n{:#}", outcome.said(), report.0);
    ensure!(outcome == stock(folder.path())?, "{}", outcome.said());
    ensure!(files(folder.path())? == EXPECTED_FILES, "{:?}", files(folder.path())?);
    Ok(())
}

#[test]
fn a_library_is_split_without_any_linker() -> Result<()> {
    let folder = folder_with_source()?;
    let fake = FakeToolchain::new(&folder.path().join("fake"), "exec \"$RUSTC\" \"$@\"")?;
    let bin = "lib/rustlib/x86_64-unknown-linux-gnu/bin";
    fake.remove(&format!("{bin}/rust-lld"))?;
    // Nor is there one in PATH.
    let (outcome, report) = reported(wrapper(&fake, folder.path())?.env("PATH", folder.path()), folder.path())?;
    ensure!(outcome.status.success() && report.action() == "split", "{}\n{:#}", outcome.said(), report.0);
    ensure!(report.codegen_units() == 2, "there is nothing to join: {:#}", report.0);
    Ok(())
}
