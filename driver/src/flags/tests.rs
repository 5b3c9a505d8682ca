use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::Command;

use super::*;
use crate::args::Arguments;

/// What the real rustc prints, with unstable options allowed.
fn rustc(args: &[&str]) -> String {
    let rustc = std::path::Path::new(pcg_llvm_backend::SYSROOT).join("bin/rustc");
    let output = Command::new(rustc).args(args).env("RUSTC_BOOTSTRAP", "1").output().expect("rustc runs");
    String::from_utf8(output.stdout).expect("help is text")
}

/// The options in a help text of the form `    -C   name=val -- …`.
fn listed(letter: char) -> BTreeSet<String> {
    let dash = format!("-{letter} ");
    let help = rustc(&[&format!("-{letter}"), "help"]);
    let names = help.lines().filter_map(|line| line.trim().strip_prefix(&dash)?.trim().split('=').next());
    names.map(str::to_owned).collect()
}

fn known(table: &Table) -> BTreeSet<String> {
    table.settings.iter().map(|setting| setting.name.to_owned()).collect()
}

#[test]
fn the_flags_are_those_of_the_real_rustc() {
    let help = rustc(&["--help", "-v", "-Zunstable-options"]);
    let mut seen = 0;
    for line in help.lines().skip_while(|line| *line != "Options:").take_while(|line| !line.contains("@path")) {
        let names = line.trim_start().split("  ").next().unwrap_or_default();
        if !names.starts_with('-') {
            continue;
        }
        let takes_value = names.contains('<');
        for name in names.split(", ").filter_map(|name| name.split_whitespace().next()) {
            let flag = match name.strip_prefix("--") {
                Some(word) => long(word),
                None => name.chars().nth(1).and_then(short),
            };
            let flag = flag.unwrap_or_else(|| panic!("{name} is not in the table"));
            assert_eq!(flag.takes_value, takes_value, "{name}");
            seen += 1;
        }
    }
    let names = |flag: &Flag| usize::from(flag.short.is_some()) + usize::from(flag.long.is_some());
    assert_eq!(seen, FLAGS.iter().map(names).sum::<usize>(), "the table has flags that rustc does not list");
}

#[test]
fn flags_may_be_repeated_where_rustc_says_so() {
    let sysroot = format!("--sysroot={}", pcg_llvm_backend::SYSROOT);
    for flag in FLAGS {
        let value = match flag.name().as_str() {
            "--sysroot" => sysroot.split('=').nth(1).unwrap_or_default(),
            "--edition" => "2021",
            "--target" => crate::plan::TARGET,
            "--crate-type" => "lib",
            "--emit" => "link",
            "--print" => "sysroot",
            "--cap-lints" => "warn",
            "--error-format" => "json",
            "--json" => "artifacts",
            "--color" => "never",
            "--diagnostic-width" => "80",
            "--remap-path-scope" => "all",
            "-C" => "opt-level=1",
            "-Z" => "unstable-options",
            _ => "a=b",
        };
        let one = if flag.takes_value { vec![flag.name(), value.to_owned()] } else { vec![flag.name()] };
        let twice: Vec<_> = one.iter().chain(&one).map(String::as_str).collect();
        let rustc = std::path::Path::new(pcg_llvm_backend::SYSROOT).join("bin/rustc");
        let output = Command::new(rustc).args(&twice).arg("--print=sysroot").output().expect("rustc runs");
        let refused = String::from_utf8_lossy(&output.stderr).contains("given more than once");
        assert_eq!(flag.repeats, !refused, "{twice:?}");
        let words: Vec<OsString> = twice.iter().map(OsString::from).collect();
        assert_eq!(Arguments::parse(&words).is_ok(), flag.repeats, "{twice:?}");
    }
}

#[test]
fn confusing_outputs_are_those_that_the_real_rustc_warns_about() {
    let rustc = std::path::Path::new(pcg_llvm_backend::SYSROOT).join("bin/rustc");
    let words = [
        "-optimize",
        "-opt-level",
        "-opt_level",
        "-optlevel",
        "-out-dir",
        "-o3",
        "-Os",
        "-oz",
        "-output",
        "-o",
        "-ofile",
    ];
    for word in words {
        let output = Command::new(&rustc).args([word, "x.rs", "--crate-type=lib"]).output().expect("rustc runs");
        let warned = String::from_utf8_lossy(&output.stderr).contains("has no space between flag name and value");
        assert_eq!(is_confusing_output(word), warned, "{word}");
    }
}

#[test]
fn the_codegen_options_are_those_of_the_real_rustc() {
    assert_eq!(known(&codegen::TABLE), listed('C'));
}

#[test]
fn the_unstable_options_exist() {
    let listed = listed('Z');
    let missing: Vec<_> = known(&unstable::TABLE).into_iter().filter(|name| !listed.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What a command line is refused for, and what is noted of it.
fn read(line: &[&str]) -> (Option<Cause>, Request) {
    let words: Vec<OsString> = line.iter().map(OsString::from).collect();
    let arguments = Arguments::parse(&words).expect("a good line");
    let request = Request::read(&arguments);
    (request.refusals.first().map(|reason| reason.cause()), request)
}

/// An option, values that do not keep pcg from splitting, and values that do.
type Examples = (&'static str, &'static [&'static str], &'static [(&'static str, Cause)]);

/// For each `-C` option.
const CODEGEN: &[Examples] = &[
    ("ar", &["=x"], &[]),
    ("code-model", &["=tiny", "=small", "=kernel", "=medium", "=large"], &[("=huge", Cause::InvalidArgument)]),
    ("codegen-units", &["=1", "=16", "=+3"], &[("=x", Cause::InvalidArgument), ("", Cause::InvalidArgument)]),
    ("collapse-macro-debuginfo", &["=yes"], &[]),
    ("control-flow-guard", &["=checks"], &[]),
    ("debug-assertions", &["", "=off"], &[]),
    ("debuginfo", &["=0", "=full"], &[("", Cause::InvalidArgument)]),
    ("default-linker-libraries", &["=yes"], &[]),
    ("dlltool", &["=x"], &[]),
    ("dwarf-version", &["=5"], &[]),
    ("embed-bitcode", &["", "=no", "=yes"], &[("=maybe", Cause::InvalidArgument)]),
    ("extra-filename", &["=-x", "="], &[("", Cause::InvalidArgument)]),
    ("force-frame-pointers", &["", "=non-leaf"], &[]),
    ("force-unwind-tables", &["=yes"], &[]),
    ("help", &[], &[("", Cause::Help)]),
    ("incremental", &[], &[("=x", Cause::Incremental)]),
    ("inline-threshold", &["=3"], &[]),
    (
        "instrument-coverage",
        &["=no", "=n", "=off", "=false", "=0"],
        &[("", Cause::InstrumentCoverage), ("=all", Cause::InstrumentCoverage), ("=yes", Cause::InstrumentCoverage)],
    ),
    ("jump-tables", &["=no"], &[]),
    ("link-arg", &["=-x"], &[]),
    ("link-args", &["=-x -y"], &[]),
    ("link-dead-code", &["", "=no"], &[]),
    ("link-self-contained", &["", "=no"], &[]),
    ("linker", &["=cc"], &[("", Cause::InvalidArgument)]),
    ("linker-features", &["=-lld"], &[]),
    ("linker-flavor", &["=gcc"], &[("", Cause::InvalidArgument)]),
    (
        "linker-plugin-lto",
        &["=no", "=off"],
        &[("", Cause::LinkerPluginLto), ("=yes", Cause::LinkerPluginLto), ("=x.so", Cause::LinkerPluginLto)],
    ),
    ("llvm-args", &["=-inline-threshold=1  -a", "="], &[("=-a -stats", Cause::LlvmArgs), ("", Cause::InvalidArgument)]),
    (
        "lto",
        &["=no", "=n", "=off", "=false"],
        &[
            ("", Cause::Lto),
            ("=fat", Cause::Lto),
            ("=thin", Cause::Lto),
            ("=yes", Cause::Lto),
            ("=thin-local", Cause::InvalidArgument),
        ],
    ),
    ("metadata", &["=x"], &[]),
    ("no-prepopulate-passes", &[], &[("", Cause::NoPrepopulatePasses)]),
    ("no-redzone", &["", "=yes"], &[]),
    ("no-stack-check", &[""], &[]),
    ("no-vectorize-loops", &[""], &[("=yes", Cause::InvalidArgument)]),
    ("no-vectorize-slp", &[""], &[("=yes", Cause::InvalidArgument)]),
    ("opt-level", &["=0", "=3", "=s"], &[("", Cause::InvalidArgument)]),
    ("overflow-checks", &["", "=on"], &[]),
    ("panic", &["=abort", "=unwind"], &[]),
    ("passes", &[], &[("=x", Cause::Passes), ("=list", Cause::Help)]),
    ("prefer-dynamic", &["", "=no"], &[]),
    ("profile-generate", &[], &[("", Cause::ProfileGenerate), ("=x", Cause::ProfileGenerate)]),
    ("profile-use", &[], &[("=x", Cause::ProfileUse)]),
    (
        "relocation-model",
        &["=pic", "=pie", "=static", "=dynamic-no-pic", "=default"],
        &[("=ropi", Cause::MachineModel), ("=rwpi", Cause::MachineModel), ("=x", Cause::InvalidArgument)],
    ),
    ("relro-level", &["=full"], &[]),
    ("remark", &[], &[("=all", Cause::Remark)]),
    ("rpath", &["", "=no"], &[("=x", Cause::InvalidArgument)]),
    ("save-temps", &["=no"], &[("", Cause::SaveTemps), ("=yes", Cause::SaveTemps), ("=x", Cause::InvalidArgument)]),
    ("soft-float", &["=no"], &[("", Cause::SoftFloat)]),
    ("split-debuginfo", &["=off", "=packed", "=unpacked"], &[("=x", Cause::InvalidArgument)]),
    ("strip", &["=symbols"], &[]),
    ("symbol-mangling-version", &["=v0"], &[]),
    ("target-cpu", &["=native"], &[("=help", Cause::Help)]),
    ("target-feature", &["=+avx2"], &[]),
    ("unsafe-allow-abi-mismatch", &["=x"], &[]),
];

#[test]
fn every_codegen_option_has_examples() {
    let examples: BTreeSet<_> = CODEGEN.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(examples, known(&codegen::TABLE));
}

#[test]
fn codegen_options_are_split_or_passed_through_by_value() {
    for (name, fine, refused) in CODEGEN {
        let expected = fine.iter().map(|value| (value, None)).chain(refused.iter().map(|(v, cause)| (v, Some(*cause))));
        for (value, cause) in expected {
            for name in [name.to_string(), name.replace('-', "_")] {
                assert_eq!(read(&["-C", &format!("{name}{value}")]).0, cause, "-C{name}{value}");
            }
        }
    }
}

#[test]
fn every_unstable_option_has_its_effect() {
    for setting in unstable::SETTINGS {
        let expected = match setting.effect {
            PassThrough(cause) => Some(cause),
            _ => None,
        };
        assert_eq!(read(&["-Z", &format!("{}=x", setting.name)]).0, expected, "{}", setting.name);
    }
    assert_eq!(read(&["-Zno-such-option"]).0, Some(Cause::UnstableFlag));
    assert_eq!(read(&["-Cno-such-option"]).0, Some(Cause::UnknownFlag));
}

#[test]
fn the_reason_names_the_option_as_it_was_given() {
    for (line, detail) in [
        (&["-C", "lto=fat"][..], "-Clto=fat"),
        (&["--codegen=save_temps"], "-Csave_temps"),
        (&["--explain", "E0001"], "--explain=E0001"),
        (&["-Whelp"], "-Whelp"),
        (&["--target", "x"], "--target=x"),
    ] {
        assert_eq!(read(line).1.refusals[0].detail(), detail);
    }
}

/// For each flag that is not harmless or a table: a value that is fine and one that is not.
#[test]
fn flags_are_split_or_passed_through_by_value() {
    for (line, cause) in [
        (&["--help"][..], Some(Cause::Help)),
        (&["--crate-type=lib,bin"], None),
        (&["--crate-type=sdylib"], Some(Cause::UnstableFlag)),
        (&["--crate-type="], Some(Cause::InvalidArgument)),
        (&["--crate-name=x"], None),
        (&["--emit=link,dep-info=x.d"], None),
        (&["--emit=x"], Some(Cause::InvalidArgument)),
        (&["--explain=E0001"], Some(Cause::Explain)),
        (&["--target=x86_64-unknown-linux-gnu"], None),
        (&["--target=x86_64-unknown-linux-musl"], Some(Cause::OtherTarget)),
        (&["--target=./x86_64-unknown-linux-gnu.json"], Some(Cause::OtherTarget)),
        (&["-Adead_code", "-Wdead_code", "-Ddead_code", "-Fdead_code", "--force-warn=dead_code"], None),
        (&["-Ahelp"], Some(Cause::Help)),
        (&["-Wall"], Some(Cause::Help)),
        (&["--json=artifacts,future-incompat"], None),
        (&["--json=timings"], Some(Cause::Profiling)),
    ] {
        assert_eq!(read(line).0, cause, "{line:?}");
    }
}

#[test]
fn the_last_of_a_level_and_its_letter_wins() {
    for (line, level) in [
        (&[][..], "0"),
        (&["-O"], "3"),
        (&["-O", "-Copt-level=1"], "1"),
        (&["-Copt-level=1", "-O"], "3"),
        (&["-Copt-level=1", "-Copt-level=s"], "s"),
        // rustc looks for the letter's rival by its name with a hyphen.
        (&["-O", "-Copt_level=1"], "3"),
        (&["-Copt_level=1"], "1"),
    ] {
        assert_eq!(read(line).1.opt_level.value(), level, "{line:?}");
    }
    assert_eq!(read(&["-g"]).1.debuginfo.value(), "2");
    assert_eq!(read(&["-g", "-Cdebuginfo=none"]).1.debuginfo.value(), "none");
}

#[test]
fn values_are_noted() {
    let line = [
        "--crate-type=lib,bin",
        "--crate-type=rlib",
        "--emit=dep-info=a,link",
        "--emit=dep-info=b",
        "-Cllvm-args=-a  -b",
        "-Cllvm-args=-c",
        "-Ccode-model=large",
        "-Crelocation-model=static",
        "-Ctarget-cpu=native",
        "-Cno-vectorize-slp",
        "-Cembed-bitcode=no",
        "--json=artifacts",
        "--error-format=json",
    ];
    let request = read(&line).1;
    assert_eq!(request.crate_types, [CrateType::Rlib, CrateType::Bin]);
    let emit: Vec<_> = request.emit.iter().map(|(kind, path)| (*kind, path.as_deref())).collect();
    assert_eq!(emit, [(EmitKind::DepInfo, Some("b".as_ref())), (EmitKind::Link, None)]);
    assert_eq!(request.llvm_args, ["-a", "-b", "-c"]);
    assert_eq!(request.settings.code_model, Some(pcg_llvm_backend::CodeModel::Large));
    assert_eq!(request.settings.relocation_model, pcg_llvm_backend::RelocationModel::Static);
    assert_eq!(request.settings.target_cpu.as_deref(), Some("native"));
    assert!(request.settings.no_vectorize_slp && !request.settings.no_vectorize_loops && !request.embed_bitcode);
    assert!(request.json_artifacts && request.json_errors);
}
