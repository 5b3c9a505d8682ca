use pcg_llvm_backend::RelocationModel;
use pcg_partition::Strategy;

use super::*;

/// Plans with the toolchain that pcg is built for, and no environment.
fn plan_line(line: &[&str]) -> Plan {
    plan_with(line, &[]).expect("good options of pcg")
}

fn plan_with(line: &[&str], variables: &[(&str, &str)]) -> Result<Plan, UsageError> {
    let words: Vec<OsString> = line.iter().map(OsString::from).collect();
    plan(&words, &Environment::from_iter(variables.iter().copied()))
}

fn split(line: &[&str]) -> SplitPlan {
    match plan_line(line) {
        Plan::Split(plan) => *plan,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn passed_through(line: &[&str]) -> (Vec<OsString>, Reason) {
    match plan_line(line) {
        Plan::PassThrough { args, reason, .. } => (args, reason),
        other => panic!("{line:?}: {other:?}"),
    }
}

fn cause(line: &[&str]) -> Cause {
    passed_through(line).1.cause()
}

/// A command line that is split, and more behind it.
fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["--crate-type=lib", "--crate-name=x", "x.rs", "-O"].iter().chain(more).copied().collect()
}

#[test]
fn what_stock_has_to_do_is_passed_through_unchanged() {
    let table: &[(&[&str], Cause)] = &[
        (&["-Zsanitizer=address"], Cause::Sanitizer),
        (&["-Cprofile-generate"], Cause::ProfileGenerate),
        (&["-Cprofile-use=x"], Cause::ProfileUse),
        (&["-Zprofile-sample-use=x"], Cause::ProfileSampleUse),
        (&["-Cpasses=x"], Cause::Passes),
        (&["-Cremark=all"], Cause::Remark),
        (&["-Zllvm-plugins=x"], Cause::LlvmPlugins),
        (&["-Clto"], Cause::Lto),
        (&["-Clto=fat"], Cause::Lto),
        (&["-Clto=thin"], Cause::Lto),
        (&["-Clinker-plugin-lto"], Cause::LinkerPluginLto),
        (&["-Cno-prepopulate-passes"], Cause::NoPrepopulatePasses),
        (&["-Csave-temps"], Cause::SaveTemps),
        (&["-Cincremental=x"], Cause::Incremental),
        (&["--emit=asm"], Cause::Emit),
        (&["--emit=llvm-ir,link"], Cause::Emit),
        (&["--emit=llvm-bc=x"], Cause::Emit),
        (&["--emit=obj", "-Ccodegen-units=2"], Cause::Emit),
        (&["--emit=link,mir"], Cause::Emit),
        (&["-Csplit-debuginfo=packed", "-g"], Cause::SplitDebuginfo),
        (&["-Csplit-debuginfo=unpacked", "-Cdebuginfo=1"], Cause::SplitDebuginfo),
        (&["-Cinstrument-coverage"], Cause::InstrumentCoverage),
        (&["-Zcf-protection=full"], Cause::ControlFlowProtection),
        (&["-Zself-profile"], Cause::Profiling),
        (&["-Ztime-llvm-passes"], Cause::Profiling),
        (&["-Zcodegen-backend=x"], Cause::CodegenBackend),
        (&["-Cllvm-args=-print-after-all"], Cause::LlvmArgs),
        (&["-Crelocation-model=ropi"], Cause::MachineModel),
        (&["-Csoft-float"], Cause::SoftFloat),
        (&["--target=aarch64-unknown-linux-gnu"], Cause::OtherTarget),
        (&["--sysroot=/"], Cause::OtherSysroot),
        (&["-Clinker-flavor=ld"], Cause::LinkerFlavor),
        (&["-Crpath", "--crate-type=dylib"], Cause::Rpath),
        (&["-Copt-level=0"], Cause::Unoptimised),
        (&["--print=native-static-libs"], Cause::PrintLink),
        (&["--print", "link-args=x"], Cause::PrintLink),
        (&["-o", "-"], Cause::LinkToStdout),
        (&["-optimize"], Cause::ConfusingOutput),
        (&["--emit=link=-"], Cause::LinkToStdout),
        (&["--emit=obj", "-o", "-"], Cause::LinkToStdout),
        (&["-Zno-such-option"], Cause::UnstableFlag),
    ];
    for (more, expected) in table {
        let line = with(more);
        let (args, reason) = passed_through(&line);
        assert_eq!(reason.cause(), *expected, "{more:?}");
        assert!(reason.has_code(), "{more:?}");
        assert_eq!(args, line, "{more:?}");
    }
}

#[test]
fn questions_and_compiles_without_code_are_passed_through() {
    let table: &[(&[&str], Cause)] = &[
        (&[], Cause::Help),
        (&["-h"], Cause::Help),
        (&["-C", "help"], Cause::Help),
        (&["-W", "help"], Cause::Help),
        (&["-Zhelp"], Cause::Help),
        (&["-Ctarget-cpu=help", "x.rs"], Cause::Help),
        (&["-V"], Cause::Version),
        (&["--version"], Cause::Version),
        (&["--explain", "E0308"], Cause::Explain),
        (&["--print=sysroot"], Cause::Print),
        (&["-", "--crate-name", "___", "--print=file-names", "--crate-type", "bin"], Cause::Print),
        (&["--print=sysroot", "--print=link-args"], Cause::Print),
        (&["--emit=metadata", "x.rs", "-O"], Cause::NoCode),
        (&["--emit=dep-info,metadata", "x.rs", "-O", "-Cincremental=x"], Cause::NoCode),
        (&["--emit=mir", "x.rs", "-O"], Cause::NoCode),
        (&["-O", "-", "--crate-type=lib"], Cause::StandardInput),
        (&["-", "--crate-type=lib", "--emit=llvm-ir"], Cause::StandardInput),
        (&["-O"], Cause::Input),
        (&["-O", "a.rs", "b.rs"], Cause::Input),
        (&["-O", "a.rs", "--nonsense"], Cause::UnknownFlag),
        (&["-O", "a.rs", "-Cnonsense"], Cause::UnknownFlag),
        (&["-O", "a.rs", "-Ccodegen-units=0"], Cause::InvalidArgument),
    ];
    for (line, expected) in table {
        let (args, reason) = passed_through(line);
        assert_eq!((reason.cause(), reason.has_code()), (*expected, false), "{line:?}");
        assert_eq!(args, *line);
    }
}

#[test]
fn what_does_not_matter_behind_the_front_end_is_split() {
    for more in [
        &[][..],
        &["-Clto=off"],
        &["-Csplit-debuginfo=packed"],
        &["-Csplit-debuginfo=off", "-g"],
        &["-Clinker-flavor=gcc"],
        &["-Clinker-flavor=ld", "-Clinker=ld"],
        &["-Crpath"],
        &["-Copt-level=0", "-Ccodegen-units=2"],
        &["-Cllvm-args=-inline-threshold=9"],
        &["-Zthreads=2"],
        &["--target=x86_64-unknown-linux-gnu"],
        &["--emit=dep-info,metadata,link"],
        &["--emit=obj"],
        &["--emit=obj=x.o,link", "-Ccodegen-units=1"],
        &["--sysroot", pcg_llvm_backend::SYSROOT],
    ] {
        split(&with(more));
    }
}

#[test]
fn a_split_plan_says_what_the_pipeline_needs() {
    let plan = split(&[
        "--crate-name=a",
        "src/lib.rs",
        "--error-format=json",
        "--json=artifacts",
        "--crate-type",
        "lib",
        "--emit=dep-info,metadata,link",
        "-C",
        "opt-level=s",
        "-Cembed-bitcode=no",
        "-Ccodegen-units=16",
        "-Ccodegen-units=4",
        "-Cextra-filename=-12ab",
        "--out-dir",
        "target/deps",
        "-Clinker=clang",
        "-Cllvm-args=-a -b",
        "-Crelocation-model=static",
        "-Ctarget-cpu=native",
    ]);
    let sysroot = Path::new(pcg_llvm_backend::SYSROOT).canonicalize().expect("a toolchain");
    assert_eq!(plan.rustc, sysroot.join("bin/rustc"));
    assert_eq!(plan.crate_name.as_deref(), Some("a"));
    assert_eq!(plan.crate_types, Some(vec![CrateType::Rlib]));
    assert_eq!(plan.input, Path::new("src/lib.rs"));
    assert_eq!(plan.emit, [(EmitKind::DepInfo, None), (EmitKind::Link, None), (EmitKind::Metadata, None)]);
    assert_eq!(plan.out_dir.as_deref(), Some(Path::new("target/deps")));
    assert_eq!(plan.extra_filename, "-12ab");
    assert_eq!(plan.linker.as_deref(), Some(Path::new("clang")));
    assert_eq!(plan.codegen_units, NonZeroUsize::new(4));
    assert_eq!(plan.llvm_args, ["-a", "-b"]);
    assert!(plan.json_artifacts && plan.json_errors && !plan.test && plan.output.is_none());
    let settings = Settings {
        opt_level: OptLevel::Os,
        target_cpu: Some("native".to_owned()),
        relocation_model: RelocationModel::Static,
        ..Settings::default()
    };
    assert_eq!(plan.settings, settings);
}

#[test]
fn the_front_end_gets_one_unit_and_writes_bitcode() {
    let plan =
        split(&["-gOCcodegen-units=4", "--codegen", "codegen_units=8", "-Clto=no", "--crate-type=lib", "--", "x"]);
    let expected = ["-g", "-O", "-Clto=no", "--crate-type=lib"].iter().chain(&FRONT_END_FLAGS).chain(&["--", "x"]);
    assert_eq!(plan.front_end.to_words(), expected.map(OsString::from).collect::<Vec<_>>());
    assert_eq!(plan.args[0], "-gOCcodegen-units=4");
}

#[test]
fn every_level_is_known() {
    for (value, level) in [
        ("0", OptLevel::O0),
        ("1", OptLevel::O1),
        ("2", OptLevel::O2),
        ("3", OptLevel::O3),
        ("s", OptLevel::Os),
        ("z", OptLevel::Oz),
    ] {
        let option = format!("-Copt-level={value}");
        assert_eq!(split(&with(&[&option, "-Ccodegen-units=2"])).settings.opt_level, level);
    }
    assert_eq!(cause(&with(&["-Copt-level=4"])), Cause::InvalidArgument);
    assert_eq!(cause(&with(&["-Copt-level=4", "-Ccodegen-units=2"])), Cause::InvalidArgument);
}

#[test]
fn bitcode_is_embedded_in_linked_rlibs() {
    for (more, expected) in [
        (&["--crate-type=lib"][..], true),
        (&["--crate-type=cdylib,rlib"], true),
        (&["--crate-type=lib", "-Cembed-bitcode=no"], false),
        (&["--crate-type=bin"], false),
        (&["--crate-type=lib", "--test"], false),
        (&["--crate-type=staticlib"], false),
    ] {
        let line: Vec<_> = ["x.rs", "-O"].iter().chain(more).copied().collect();
        assert_eq!(split(&line).settings.embed_bitcode, expected, "{more:?}");
    }
}

#[test]
fn verbose_version_gets_a_line() {
    for line in [&["-vV"][..], &["--version", "--verbose"], &["-V", "-v", "x.rs"]] {
        let Plan::Version { args, line: text, .. } = plan_line(line) else { panic!("{line:?}") };
        assert_eq!(args, *line);
        assert!(text.starts_with("pcg: "));
    }
}

#[test]
fn pcgs_own_questions_come_first() {
    assert!(matches!(plan_line(&["--pcg-help", "-vV"]), Plan::Help));
    assert!(matches!(plan_line(&["--pcg-version"]), Plan::OwnVersion));
}

#[test]
fn own_options_are_taken_out_and_kept() {
    let plan = split(&with(&["--pcg-strategy=size", "--pcg-threads=2"]));
    assert_eq!((plan.options.strategy, plan.options.threads), (Strategy::Size, NonZeroUsize::new(2)));
    assert_eq!(plan.args, with(&[]));
    assert!(plan_with(&["--pcg-nonsense"], &[]).is_err());
    assert!(plan_with(&["-vV"], &[("CARGO_PCG_THREADS", "x")]).is_err());
}

#[test]
fn an_argument_file_stays_one_unless_pcgs_own_options_are_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        format!("@{}", path.display())
    };
    let plain = file("plain", "--print\nsysroot\n");
    assert_eq!(passed_through(&[&plain, "--pcg-strict"]).0, [plain.as_str()]);
    let own = file("own", "--print\nsysroot\n--pcg-strict\n");
    assert_eq!(passed_through(&[&own]).0, ["--print", "sysroot"]);
    let compile = file("compile", "--crate-type=lib\n-O\nx.rs\n");
    assert_eq!(split(&[&compile]).args, ["--crate-type=lib", "-O", "x.rs"]);
    let nested = file("nested", "@x\n");
    assert_eq!(cause(&[&nested]), Cause::ArgumentFile);
}

#[test]
fn a_wrapped_rustc_is_planned_like_a_drop_in() {
    let rustc = Path::new(pcg_llvm_backend::SYSROOT).join("bin/rustc");
    let rustc = rustc.to_str().expect("a path in UTF-8");
    let line: Vec<_> = [rustc].into_iter().chain(with(&[])).collect();
    assert_eq!(split(&line).args, with(&[]));
    assert!(matches!(plan_line(&[rustc, "-vV"]), Plan::Version { .. }));
}

#[test]
fn a_wrapped_program_that_is_not_rustc_is_run() {
    let Plan::PassThrough { program, args, reason, .. } = plan_line(&["/bin/sh", "rustc", "x.rs", "--pcg-strict"])
    else {
        panic!("not passed through");
    };
    assert_eq!((program.to_str(), args), (Some("/bin/sh"), vec!["rustc".into(), "x.rs".into()]));
    assert_eq!(reason.cause(), Cause::NotRustc);
}

#[test]
fn another_rustc_is_run_as_given() {
    let missing = "/nonexistent/bin/rustc";
    for (more, expected) in [(&["x.rs", "-O"][..], Cause::OtherCompiler), (&["-vV"], Cause::Version)] {
        let line: Vec<_> = [missing].iter().chain(more).copied().collect();
        let Plan::PassThrough { program, reason, .. } = plan_line(&line) else { panic!("{more:?}") };
        assert_eq!((program.to_str(), reason.cause()), (Some(missing), expected));
    }
}

#[test]
fn strict_refuses_to_pass_code_through() {
    for (more, refused) in [(&["-Clto"][..], true), (&["--emit=metadata"], false), (&["--print=sysroot"], false)] {
        assert_eq!(plan_line(&with(&[more, &["--pcg-strict"]].concat())).refused().is_some(), refused, "{more:?}");
        assert!(plan_line(&with(more)).refused().is_none());
    }
}

#[test]
fn a_folder_of_reports_gets_the_crates_name() {
    let report = |plan: Plan| match plan {
        Plan::PassThrough { options, .. } => options.report,
        Plan::Split(plan) => plan.options.report,
        other => panic!("{other:?}"),
    };
    let line = with(&["--pcg-report=r/", "-Cextra-filename=-1"]);
    assert_eq!(report(plan_line(&line)), Some("r/x-1.json".into()));
    assert_eq!(report(plan_line(&[&line[..], &["-Clto"]].concat())), Some("r/x-1.json".into()));
    assert_eq!(report(plan_line(&["a-b.rs", "-O", "--pcg-report=r/"])), Some("r/a_b.json".into()));
    assert_eq!(report(plan_line(&["--print=sysroot", "--pcg-report=r/"])), None);
    assert_eq!(report(plan_line(&["--print=sysroot", "--pcg-report=r"])), Some("r".into()));
}

#[test]
fn what_sccache_asks_leaves_a_folder_of_reports_alone() {
    let reports = ["--pcg-report=r/"];
    for question in [&["--crate-name=x", "--emit=dep-info", "-O", "x.rs"][..], &["+stable"], &["-E", "x.c"]] {
        let Plan::PassThrough { options, .. } = plan_line(&[question, &reports].concat()) else {
            panic!("{question:?}")
        };
        assert_eq!(options.report, None, "{question:?}");
    }
}

/// Plans as cargo's rustc for package `a` of version 1.0.0, with a build's plan that has these units for it.
fn planned(units: &str, more: &[&str]) -> Plan {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("plan.json");
    let text = format!(r#"{{"schema_version": 1, "packages": {{"a@1.0.0": {units}, "a@2.0.0": 7}}}}"#);
    std::fs::write(&file, text).expect("the file can be written");
    let option = format!("--pcg-plan={}", file.display());
    let line = with(&[more, &[option.as_str()]].concat());
    plan_with(&line, &[("CARGO_PKG_NAME", "a"), ("CARGO_PKG_VERSION", "1.0.0")]).expect("good options of pcg")
}

#[test]
fn a_crate_that_is_planned_whole_is_stocks_in_one_unit() {
    let Plan::PassThrough { args, reason, .. } = planned("1", &["-Ccodegen-units=8"]) else { panic!("it is split") };
    assert_eq!(reason.cause(), Cause::Whole);
    let expected = [with(&["-Ccodegen-units=8"]), vec!["-Ccodegen-units=1"]].concat();
    assert_eq!(args, expected);
}

#[test]
fn a_crate_that_is_planned_whole_is_pcgs_where_units_are_asked_for() {
    for option in ["--pcg-strict", "--pcg-keep=k/", "--pcg-dump-graph=g/", "--pcg-inline-truth=t/"] {
        let Plan::Split(plan) = planned("1", &[option]) else { panic!("{option}: it is passed through") };
        assert_eq!(plan.codegen_units, NonZeroUsize::new(1), "{option}");
    }
    // There is no place for another flag.
    assert!(matches!(planned("1", &["--"]), Plan::PassThrough { reason, .. } if reason.cause() == Cause::Input));
}

#[test]
fn the_plans_number_takes_the_place_of_cargos() {
    for (units, given, expected) in
        [("\"auto\"", &["-Ccodegen-units=1"][..], None), ("4", &["-Ccodegen-units=1"], Some(4)), ("4", &[], Some(4))]
    {
        let Plan::Split(plan) = planned(units, given) else { panic!("{units}: it is passed through") };
        assert_eq!(plan.codegen_units.map(usize::from), expected, "{units}");
    }
}

#[test]
fn the_objects_of_the_users_own_units_are_stocks_whatever_is_planned() {
    let line = ["--emit=obj", "-Ccodegen-units=2"];
    assert!(matches!(planned("4", &line), Plan::PassThrough { reason, .. } if reason.cause() == Cause::Emit));
    let Plan::Split(plan) = planned("4", &line[..1]) else { panic!("it is passed through") };
    assert_eq!(plan.codegen_units, NonZeroUsize::new(4));
}

#[test]
fn a_crate_that_is_not_optimised_is_not_planned() {
    let plan = planned("1", &["-Copt-level=0"]);
    assert!(matches!(plan, Plan::PassThrough { reason, args, .. }
        if reason.cause() == Cause::Unoptimised && args == with(&["-Copt-level=0"])));
}

#[test]
fn who_is_not_in_the_plan_is_compiled_without_it() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("plan.json");
    std::fs::write(&file, r#"{"schema_version": 1, "packages": {"a@2.0.0": 7}}"#).expect("the file can be written");
    let option = format!("--pcg-plan={}", file.display());
    let line = with(&["-Ccodegen-units=3", option.as_str()]);
    for variables in [&[("CARGO_PKG_NAME", "a"), ("CARGO_PKG_VERSION", "1.0.0")][..], &[]] {
        let Plan::Split(plan) = plan_with(&line, variables).expect("good options of pcg") else { panic!() };
        assert_eq!(plan.codegen_units, NonZeroUsize::new(3));
    }
}

#[test]
fn a_plan_that_is_none_is_an_error() {
    let line = with(&["--pcg-plan=/nonexistent/plan.json"]);
    let package = [("CARGO_PKG_NAME", "a"), ("CARGO_PKG_VERSION", "1.0.0")];
    assert!(matches!(plan_with(&line, &package), Err(UsageError::BadFile { .. })));
    // Questions need none.
    assert!(plan_with(&["-vV", "--pcg-plan=/nonexistent/plan.json"], &package).is_ok());
}

/// The variable with codegen options from a profile.
const RUSTC_OPTIONS: (&str, &str) =
    ("CARGO_PCG_RUSTC_OPTIONS", r#"{"all":["target-cpu=haswell"],"build":["no-vectorize-slp"]}"#);

#[test]
fn options_of_a_profile_come_first_and_are_decided_about() {
    let line = with(&["-Ctarget-feature=+avx"]);
    let Ok(Plan::Split(plan)) = plan_with(&line, &[RUSTC_OPTIONS]) else { panic!("not split") };
    assert_eq!(plan.args[0], "-Ctarget-cpu=haswell");
    assert_eq!(plan.args[1..], line);
    assert_eq!(plan.front_end.to_words()[0], "-Ctarget-cpu=haswell");
    assert_eq!(plan.settings.target_cpu.as_deref(), Some("haswell"));
    let line = with(&["-Ctarget-cpu=znver3"]);
    let Ok(Plan::Split(plan)) = plan_with(&line, &[RUSTC_OPTIONS]) else { panic!("not split") };
    assert_eq!(plan.settings.target_cpu.as_deref(), Some("znver3"), "what stands behind them wins");
}

#[test]
fn stock_rustc_gets_the_options_of_a_profile_too() {
    for (line, first) in [
        (with(&["-Clto"]), "-Ctarget-cpu=haswell"),
        (vec!["-", "--crate-name=___", "--print=cfg"], "-Ctarget-cpu=haswell"),
        (vec!["--crate-name=build_script_build", "--crate-type=bin", "build.rs"], "-Cno-vectorize-slp"),
    ] {
        let Ok(Plan::PassThrough { args, .. }) = plan_with(&line, &[RUSTC_OPTIONS]) else {
            panic!("{line:?} is split")
        };
        assert_eq!(args[0], first);
        assert_eq!(args[1..], line);
    }
    let Ok(Plan::PassThrough { args, .. }) = plan_with(&[], &[RUSTC_OPTIONS]) else { panic!("nothing is split") };
    assert!(args.is_empty(), "rustc without arguments is asked for help");
}

#[test]
fn options_of_a_profile_can_keep_a_crate_from_being_split() {
    let variable = ("CARGO_PCG_RUSTC_OPTIONS", r#"{"all":["remark=all"]}"#);
    let Ok(Plan::PassThrough { reason, .. }) = plan_with(&with(&[]), &[variable]) else { panic!("split") };
    assert_eq!(reason.cause(), Cause::Remark);
}

#[test]
fn the_version_line_knows_the_options_of_a_profile() {
    let line = |variables: &[(&str, &str)]| match plan_with(&["-vV"], variables) {
        Ok(Plan::Version { line, .. }) => line,
        other => panic!("{other:?}"),
    };
    assert_ne!(line(&[RUSTC_OPTIONS]), line(&[]));
    assert_eq!(line(&[RUSTC_OPTIONS]), line(&[RUSTC_OPTIONS]));
}
