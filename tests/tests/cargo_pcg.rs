//! `cargo pcg` with the real cargo: what is compiled after which change, and with what result.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use pcg_tests::command::{command, run, run_ok};
use pcg_tests::report::Report;
use pcg_tests::toolchain;
use serde_json::Value;
use tempfile::TempDir;

const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[package]\nname = 'caller'\nversion = '0.0.0'\nedition = '2024'\n[workspace]\n[dependencies]\ncalled.path = 'called'\n",
    ),
    ("src/main.rs", "fn main() { println!(\"{:?}\", called::words(\"some words of some text\")); }\n"),
    ("called/Cargo.toml", "[package]\nname = 'called'\nversion = '0.0.0'\nedition = '2024'\n"),
    (
        "called/src/lib.rs",
        "pub fn words(text: &str) -> std::collections::BTreeMap<&str, usize> {\n    \
         let mut words = std::collections::BTreeMap::new();\n    \
         text.split(' ').for_each(|word| *words.entry(word).or_default() += 1);\n    words\n}\n",
    ),
];

const EVERYTHING: &[&str] = &["called", "caller"];
const NOTHING: &[&str] = &[];

/// A program and the library that it uses.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Result<Self> {
        let project = Self { folder: toolchain::scratch("cargo-pcg")? };
        for (name, content) in FILES {
            project.write(name, content)?;
        }
        Ok(project)
    }

    fn write(&self, name: &str, content: &str) -> Result<()> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
        Ok(fs::write(path, content)?)
    }

    /// `cargo pcg`, or cargo alone.
    fn command(&self, program: PathBuf, words: &[&str]) -> Result<Command> {
        let mut cargo = command(program);
        cargo.args(words).current_dir(self.folder.path());
        cargo.env("CARGO", toolchain::cargo()?).env("RUSTC", toolchain::rustc()?).env("CARGO_TERM_COLOR", "never");
        cargo.env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        Ok(cargo)
    }

    /// Runs it; returns the crates that were compiled and what the program printed.
    fn cargo(&self, program: PathBuf, words: &[&str]) -> Result<(Vec<String>, String)> {
        let outcome = run_ok(&mut self.command(program, words)?)?;
        let said = outcome.stderr_text();
        let compiled = said.lines().filter_map(|line| line.trim_start().strip_prefix("Compiling "));
        let mut names: Vec<_> = compiled.filter_map(|rest| rest.split(' ').next().map(str::to_owned)).collect();
        names.sort();
        Ok((names, outcome.stdout_text()))
    }

    /// Builds with a profile; returns the crates that were compiled and what the program printed.
    fn profile(&self, name: &str) -> Result<(Vec<String>, String)> {
        // A plan would leave small crates whole.
        let split = ["--codegen-units=2", "--pcg-report=reports/"];
        self.cargo(toolchain::cargo_pcg()?, &[&["pcg", "run", "--profile", name], &split[..]].concat())
    }

    fn pcg(&self, own: &[&str]) -> Result<Vec<String>> {
        let mut words = vec!["pcg", "run", "--release"];
        words.extend_from_slice(own);
        let (compiled, printed) = self.cargo(toolchain::cargo_pcg()?, &words)?;
        ensure!(printed == "{\"of\": 1, \"some\": 2, \"text\": 1, \"words\": 1}\n", "{printed}");
        Ok(compiled)
    }

    fn stock(&self) -> Result<Vec<String>> {
        Ok(self.cargo(toolchain::cargo()?, &["run", "--release"])?.0)
    }
}

#[test]
fn exactly_what_changed_is_compiled() -> Result<()> {
    let project = Project::new()?;
    ensure!(project.pcg(&[])? == EVERYTHING, "the first build");
    ensure!(project.pcg(&[])? == NOTHING, "the second build");
    ensure!(project.stock()? == EVERYTHING, "stock's first build");
    ensure!(project.pcg(&[])? == NOTHING, "back from stock");
    ensure!(project.stock()? == NOTHING, "back to stock");
    ensure!(project.pcg(&["--codegen-units", "4"])? == EVERYTHING, "another number of units");
    ensure!(project.pcg(&["--codegen-units=4"])? == NOTHING, "the same number of units");
    ensure!(project.pcg(&["--pcg-strategy=size"])? == EVERYTHING, "another strategy");
    ensure!(project.pcg(&["--pcg-threads=1"])? == NOTHING, "another number of threads");
    project.write("src/main.rs", &format!("{}// The end.\n", FILES[1].1))?;
    ensure!(project.pcg(&[])? == ["caller"], "a change of the program");
    ensure!(project.pcg(&[])? == NOTHING, "no change");
    Ok(())
}

#[test]
fn the_target_folder_is_marked_as_cargo_marks_it() -> Result<()> {
    let mark = |build: &dyn Fn(&Project) -> Result<Vec<String>>| -> Result<String> {
        let project = Project::new()?;
        build(&project)?;
        Ok(fs::read_to_string(project.folder.path().join("target/CACHEDIR.TAG"))?)
    };
    ensure!(mark(&Project::stock)? == mark(&|project| project.pcg(&[]))?);
    Ok(())
}

/// A rustc that writes down that it was asked something and not to compile, or fails where the file `broken` is.
const ASKED: &str = r#"#!/bin/sh
folder=${0%/*}
case "$*" in -vV | *--print=*) echo >>"$folder/asked" ;; esac
[ -e "$folder/broken" ] && exit 7
exec "$RUSTC_BEHIND" "$@"
"#;

#[test]
fn a_build_that_has_nothing_to_do_asks_rustc_nothing() -> Result<()> {
    let project = Project::new()?;
    let folder = project.folder.path();
    let rustc = folder.join("rustc");
    fs::write(&rustc, ASKED)?;
    run_ok(command("chmod").arg("+x").arg(&rustc))?;
    let build = |own: &[&str]| -> Result<(bool, usize)> {
        drop(fs::remove_file(folder.join("asked")));
        let mut cargo = project.command(toolchain::cargo_pcg()?, &[&["pcg", "build", "--release"], own].concat())?;
        let outcome = run(cargo.env("RUSTC", &rustc).env("RUSTC_BEHIND", toolchain::rustc()?))?;
        let asked = fs::read_to_string(folder.join("asked")).unwrap_or_default().lines().count();
        Ok((outcome.status.success(), asked))
    };
    let size = &["--pcg-strategy=size"][..];
    ensure!(build(&[])?.1 > 1, "the first build");
    ensure!(build(&[])? == (true, 0), "the second build");
    ensure!(build(size)?.1 > 1 && build(size)? == (true, 0), "another strategy");
    ensure!(build(&[])? == (true, 0), "back again");
    fs::remove_dir_all(folder.join("target"))?;
    fs::write(folder.join("broken"), "")?;
    ensure!(!build(&[])?.0, "a rustc that does not work");
    fs::remove_file(folder.join("broken"))?;
    ensure!(build(&[])?.0, "a rustc that works again");
    Ok(())
}

#[test]
fn the_options_reach_every_crate() -> Result<()> {
    let project = Project::new()?;
    project.pcg(&["--codegen-units=2", "--pcg-strategy=source", "--pcg-report=reports/"])?;
    let reports = Report::read_all(&project.folder.path().join("reports"))?;
    for name in EVERYTHING {
        let split = reports.iter().find(|report| report.crate_name() == *name && report.action() == "split");
        let report = split.with_context(|| format!("{name} was not split"))?;
        ensure!(report.0["strategy"] == "source" && report.0["requested_codegen_units"] == 2, "{:#}", report.0);
    }
    Ok(())
}

#[test]
fn small_crates_stay_whole_and_a_new_plan_compiles_nothing() -> Result<()> {
    let project = Project::new()?;
    ensure!(project.pcg(&["--pcg-report=reports/"])? == EVERYTHING, "the first build");
    let reports = Report::read_all(&project.folder.path().join("reports"))?;
    let whole = |name: &&&str| reports.iter().any(|it| it.crate_name() == **name && it.0["reason"]["id"] == "whole");
    ensure!(EVERYTHING.iter().all(|name| whole(&name)), "{reports:?}");
    // With one unit for each crate at the plan's word, and with as many as its work is worth.
    project.write("mine.json", r#"{"schema_version": 1, "packages": {"called@0.0.0": "auto"}}"#)?;
    ensure!(project.pcg(&["--pcg-plan=mine.json"])? == NOTHING, "another plan");
    fs::remove_dir_all(project.folder.path().join("target/release"))?;
    ensure!(project.pcg(&["--pcg-plan=mine.json", "--pcg-report=split/"])? == EVERYTHING, "everything again");
    let reports = Report::read_all(&project.folder.path().join("split"))?;
    ensure!(reports.iter().filter(|report| report.action() == "split").count() == 2, "{reports:?}");
    Ok(())
}

#[test]
fn a_wrapper_that_is_there_sees_pcg() -> Result<()> {
    let project = Project::new()?;
    let seen = project.folder.path().join("seen");
    let wrapper = project.folder.path().join("wrapper");
    fs::write(&wrapper, format!("#!/bin/sh\necho \"$1\" >>'{}'\nexec \"$@\"\n", seen.display()))?;
    run_ok(command("chmod").arg("+x").arg(&wrapper))?;
    project.write(".cargo/config.toml", &format!("build.rustc-wrapper = '{}'\n", wrapper.display()))?;
    project.pcg(&["--codegen-units=2", "--pcg-report=reports/"])?;
    let pcg_rustc = OsString::from(toolchain::pcg_rustc()?).into_string().expect("the workspace has a plain name");
    let programs = fs::read_to_string(&seen)?;
    ensure!(programs.lines().all(|program| program == pcg_rustc), "{programs}");
    let reports = Report::read_all(&project.folder.path().join("reports"))?;
    ensure!(reports.iter().filter(|report| report.action() == "split").count() == 2, "{reports:?}");
    Ok(())
}

/// A wrapper that keeps what is made of libraries, as sccache does. It tells compiles apart by `-vV`, the arguments
/// without those that say where things are, and cargo's variables, and it asks first what sccache asks. Variables with
/// the folders of the two projects do not count: sccache sees none of those in the crates of registries.
const CACHE: &str = r#"#!/bin/sh
cache=${0%/*} compiler=$1; shift
case " $* " in *" --crate-type lib "*) ;; *) exec "$compiler" "$@" ;; esac
for word; do
    case $word in extra-filename=*) extra=${word#*=} ;; esac
    [ "$last" = --out-dir ] && out=$word
    last=$word
done
"$compiler" +stable >/dev/null 2>&1 && exit 91
"$compiler" -E "$0.c" >/dev/null 2>&1 && exit 92
[ -d "$("$compiler" --print=sysroot)/lib" ] || exit 93
"$compiler" --print file-names "$@" >/dev/null 2>&1 || exit 94
"$compiler" --crate-name called -C "extra-filename=$extra" --emit dep-info -o "$cache/d" called/src/lib.rs || exit 95
key=$(
    "$compiler" -vV
    env | grep '^CARGO_' | grep -v '^CARGO_\(MAKEFLAGS\|MANIFEST_[A-Z]*\|TARGET_DIR\)=' | sort
    for word; do
        case $last in --out-dir | --extern | -L) ;; *) echo "$word" ;; esac
        last=$word
    done
)
kept=$cache/$(echo "$key" | sha256sum | cut -c 1-16)
if [ -d "$kept" ]; then
    echo hit >>"$cache/log"
else
    echo miss >>"$cache/log"
    "$compiler" "$@" 2>"$cache/said" || exit
    mkdir "$kept"
    cp "$cache/said" "$out"/*"$extra".* "$kept"
fi
cat "$kept/said" >&2
cp "$kept"/*"$extra".* "$out"
"#;

#[test]
fn a_wrapper_that_caches_shares_what_is_the_same() -> Result<()> {
    let (one, other) = (Project::new()?, Project::new()?);
    let folder = toolchain::scratch("cache")?;
    let wrapper = folder.path().join("wrapper");
    fs::write(&wrapper, CACHE)?;
    run_ok(command("chmod").arg("+x").arg(&wrapper))?;
    for project in [&one, &other] {
        project.write(".cargo/config.toml", &format!("build.rustc-wrapper = '{}'\n", wrapper.display()))?;
    }
    let in_two = &["--codegen-units=2"][..];
    let expect = |project: &Project, own: Option<&[&str]>, what: &str| -> Result<()> {
        drop(fs::remove_dir_all(project.folder.path().join("target/release")));
        let compiled = own.map_or_else(|| project.stock(), |own| project.pcg(own))?;
        ensure!(compiled == EVERYTHING, "{own:?}: {compiled:?}");
        let log = folder.path().join("log");
        let said = fs::read_to_string(&log)?;
        fs::remove_file(log)?;
        ensure!(said == format!("{what}\n"), "{own:?}: {said}");
        Ok(())
    };
    expect(&one, Some(in_two), "miss")?;
    expect(&one, Some(in_two), "hit")?;
    let reports = Report::read_all(&one.folder.path().join("target/pcg/reports/release"))?;
    let is_kept = reports.iter().any(|report| report.crate_name() == "called" && report.action() == "split");
    ensure!(is_kept && reports.iter().all(|report| !report.crate_name().is_empty()), "{reports:?}");
    expect(&other, Some(in_two), "hit")?;
    expect(&other, Some(&["--codegen-units=2", "--pcg-strategy=size"]), "miss")?;
    expect(&other, Some(&["--codegen-units=3"]), "miss")?;
    expect(&other, None, "miss")?;
    expect(&one, None, "hit")?;
    // The plan is another one in each project, too.
    expect(&one, Some(&[]), "miss")?;
    expect(&other, Some(&[]), "hit")?;
    Ok(())
}

#[test]
fn a_build_can_be_explained() -> Result<()> {
    let project = Project::new()?;
    project.pcg(&["--codegen-units=2"])?;
    let (_, answer) = project.cargo(toolchain::cargo_pcg()?, &["pcg", "explain", "--format=json", "called"])?;
    let answer: Value = serde_json::from_str(&answer)?;
    let called = &answer["crates"][0];
    ensure!(called["package"] == "called" && called["crate_types"][0] == "rlib", "{answer:#}");
    ensure!(called["action"] == "split" && called["codegen_units"] == 2, "{answer:#}");
    let number = |key: &str| called["units"][key].as_f64().unwrap_or_default();
    ensure!(number("cpu_seconds") > number("largest_cpu_seconds"), "{answer:#}");
    ensure!(number("largest_cpu_seconds") > 0.0 && number("copies_share") > 0.0, "{answer:#}");
    ensure!(project.pcg(&["--codegen-units=2", "--pcg-report=others/"])? == NOTHING, "another folder for reports");
    Ok(())
}

#[test]
fn nothing_is_missing_where_the_tests_run() -> Result<()> {
    let project = Project::new()?;
    let (_, answer) = project.cargo(toolchain::cargo_pcg()?, &["pcg", "doctor", "--format=json"])?;
    let answer: Value = serde_json::from_str(&answer)?;
    let checks = answer["checks"].as_array().context("an array")?;
    let ok = |name: &str| checks.iter().any(|check| check["name"] == name && check["status"] == "ok");
    let is_well = ["pcg-rustc", "pcg-codegen", "libLLVM", "toolchain", "target folder"].into_iter().all(ok);
    ensure!(is_well, "{answer:#}");
    Ok(())
}

/// The shared libraries that an executable is linked against.
fn needed_libraries(executable: &Path) -> Result<String> {
    let mut readelf = command(toolchain::llvm_tool("llvm-readelf")?);
    Ok(run_ok(readelf.arg("--needed-libs").arg(executable))?.stdout_text())
}

#[test]
fn only_pcg_codegen_needs_libllvm() -> Result<()> {
    ensure!(needed_libraries(&toolchain::pcg_codegen()?)?.contains("libLLVM"), "the test shows nothing");
    for executable in [toolchain::pcg_rustc()?, toolchain::cargo_pcg()?] {
        let needed = needed_libraries(&executable)?;
        ensure!(needed.contains("libc.so") && !needed.contains("libLLVM"), "{}: {needed}", executable.display());
    }
    Ok(())
}

#[test]
fn options_in_manifests_and_files_reach_the_crates_they_are_for() -> Result<()> {
    let project = Project::new()?;
    let manifest = FILES[0].1.replace(
        "[workspace]\n",
        "[workspace]\n[workspace.metadata.pcg]\ncodegen-units = 2\npackage.called.codegen-units = 4\nreport = 'reports/'\n",
    );
    project.write("Cargo.toml", &manifest)?;
    project.write(".cargo/pcg.toml", "strategy = 'size'\n")?;
    ensure!(project.pcg(&[])? == EVERYTHING, "the first build");
    ensure!(project.pcg(&[])? == NOTHING, "the second build");
    let reports = Report::read_all(&project.folder.path().join("reports"))?;
    for (name, units) in [("caller", 2), ("called", 4)] {
        let report = reports.iter().find(|report| report.crate_name() == name && report.action() == "split");
        let report = report.with_context(|| format!("{name} was not split"))?;
        ensure!(report.0["strategy"] == "size" && report.0["requested_codegen_units"] == units, "{:#}", report.0);
    }
    project.write("Cargo.toml", &manifest.replace("called.codegen-units = 4", "called.codegen-units = 3"))?;
    // cargo compiles dependents, too.
    ensure!(project.pcg(&[])? == EVERYTHING, "another number of units for a dependency");
    project.write(".cargo/pcg.toml", "strategy = 'size'\nthreads = 1\n")?;
    ensure!(project.pcg(&[])? == NOTHING, "another number of threads");
    Ok(())
}

#[test]
fn a_bundled_profile_builds_into_its_own_folder() -> Result<()> {
    let project = Project::new()?;
    project.write("Cargo.toml", &format!("{}[profile.release]\nlto = 'fat'\n", FILES[0].1))?;
    project.write("src/main.rs", "fn main() { println!(\"{}\", cfg!(debug_assertions)); called::words(\"a\"); }\n")?;
    // The best code has the project's LTO, which is stock rustc's.
    for (name, has_assertions, action) in
        [("regular", true, "split"), ("release-fast", false, "split"), ("release-best", false, "passthrough")]
    {
        let (compiled, printed) = project.profile(name)?;
        ensure!(compiled == EVERYTHING, "{name}: the first build");
        ensure!(printed == format!("{has_assertions}\n"), "{name}: debug assertions: {printed}");
        ensure!(project.profile(name)?.0 == NOTHING, "{name}: the second build");
        ensure!(project.folder.path().join("target").join(name).join("caller").is_file(), "{name}: the program");
        let reports = Report::read_all(&project.folder.path().join("reports"))?;
        let as_expected = reports.iter().filter(|report| report.action() == action);
        ensure!(as_expected.count() == EVERYTHING.len(), "{name}: {reports:?}");
        fs::remove_dir_all(project.folder.path().join("reports"))?;
    }
    Ok(())
}

/// What the program was compiled with: whether `avx` was on in the library, the program and the build script, and whether
/// the script was told that the target has it.
const FEATURES: &[(&str, &str)] = &[
    ("called/src/lib.rs", "pub const AVX: bool = cfg!(target_feature = \"avx\");\n"),
    (
        "src/main.rs",
        "fn main() { println!(\"{} {} {}\", called::AVX, cfg!(target_feature = \"avx\"), env!(\"AVX\")); }\n",
    ),
    (
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
         let target = std::env::var(\"CARGO_CFG_TARGET_FEATURE\").unwrap();\n    \
         let is_told = target.split(',').any(|feature| feature == \"avx\");\n    \
         println!(\"cargo::rustc-env=AVX={} {is_told}\", cfg!(target_feature = \"avx\"));\n}\n",
    ),
];

#[test]
fn options_of_rustc_in_a_profile_reach_the_crates_they_are_for() -> Result<()> {
    let project = Project::new()?;
    for (name, content) in FEATURES {
        project.write(name, content)?;
    }
    let printed = |options: &str| -> Result<String> {
        project.write("fast.toml", &format!("inherits = 'release-fast'\n{options}\n"))?;
        let (compiled, printed) = project.profile("./fast.toml")?;
        ensure!(compiled == EVERYTHING, "{options}: a change compiles everything");
        ensure!(project.profile("fast.toml")?.0 == NOTHING, "{options}: the second build");
        Ok(printed)
    };
    let avx = "rustc.target-feature = '+avx'";
    ensure!(printed("")? == "false false false false\n");
    ensure!(printed(avx)? == "true true false true\n", "all crates but the build script");
    ensure!(printed(&format!("package.called.{avx}"))? == "true false false false\n", "one package");
    // The library is in the workspace, as all that is below it by a path is.
    ensure!(printed(&format!("package.'*'.{avx}"))? == "false false false false\n", "no package but the workspace's");
    project.write("Cargo.toml", &FILES[0].1.replace("[workspace]", "[workspace]\nexclude = ['called']"))?;
    ensure!(printed(&format!("package.'*'.{avx}"))? == "true false false false\n", "a package from elsewhere");
    ensure!(printed(&format!("build-override.{avx}"))? == "false false true false\n", "the build script");
    Ok(())
}

#[test]
fn the_users_rustflags_win_over_a_profile() -> Result<()> {
    let project = Project::new()?;
    for (name, content) in FEATURES {
        project.write(name, content)?;
    }
    project.write(".cargo/pcg.toml", "[profile.fast.rustc]\ntarget-cpu = 'x86-64-v3'\n")?;
    ensure!(project.profile("fast")?.1 == "true true false true\n", "the profile alone");
    project.write(".cargo/config.toml", "build.rustflags = ['-Ctarget-cpu=x86-64']\n")?;
    ensure!(project.profile("fast")?.1 == "false false false false\n", "with RUSTFLAGS");
    Ok(())
}
