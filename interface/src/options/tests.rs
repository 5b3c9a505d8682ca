use std::os::unix::ffi::OsStringExt;

use super::*;

fn read(own: &[&str], variables: &[(&str, &str)]) -> Result<Options, UsageError> {
    let own: Vec<OsString> = own.iter().map(OsString::from).collect();
    let environment = Environment::from_iter(variables.iter().copied());
    Options::read(&own, &environment).map(|(options, _)| options)
}

/// An option, a value, and whether that is what was read.
type Example = (&'static str, &'static str, fn(&Options) -> bool);

/// For each option.
const EXAMPLES: &[Example] = &[
    ("strategy", "size", |options| options.strategy == Strategy::Size),
    ("threads", "3", |options| options.threads == NonZeroUsize::new(3)),
    ("plan", "p", |options| options.plan.as_deref() == Some("p".as_ref())),
    ("report", "a/b.json", |options| options.report.as_deref() == Some("a/b.json".as_ref())),
    ("dump-graph", "g", |options| options.dump_graph.as_deref() == Some("g".as_ref())),
    ("inline-truth", "t", |options| options.inline_truth.as_deref() == Some("t".as_ref())),
    ("keep", "k", |options| options.keep.as_deref() == Some("k".as_ref())),
    ("strict", "true", |options| options.strict),
];

#[test]
fn every_option_has_an_example() {
    let examples: Vec<_> = EXAMPLES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(examples, specs().map(|spec| spec.key).collect::<Vec<_>>());
}

#[test]
fn an_option_and_its_variable_do_the_same() {
    for ((name, value, is_set), spec) in EXAMPLES.iter().zip(specs()) {
        assert!(!is_set(&Options::default()), "{name}");
        let by_word = read(&[&format!("--pcg-{name}={value}")], &[]).expect("a good option");
        let by_variable = read(&[], &[(spec.variable, value)]).expect("a good variable");
        assert!(is_set(&by_word) && is_set(&by_variable), "{name}");
        assert_eq!(spec.variable, format!("CARGO_PCG_{}", name.to_uppercase().replace('-', "_")));
        assert_eq!(spec.option, format!("pcg-{name}"));
    }
}

#[test]
fn an_options_kind_takes_what_its_setter_takes() {
    for row in TABLE {
        for value in ["inline", "llvm", "best", "1", "0", "true", "no", "", "/a"] {
            let is_set = (row.set)(&mut Options::default(), OsStr::new(value)).is_some();
            assert_eq!(row.spec.kind.takes(OsStr::new(value)), is_set, "{}={value}", row.spec.key);
        }
    }
}

#[test]
fn a_default_that_is_named_is_the_one_that_holds() {
    let default = Options::default();
    let named: Vec<_> = specs().filter_map(|spec| Some((spec.key, spec.default?.to_owned()))).collect();
    assert_eq!(named, [("strategy", default.strategy.to_string()), ("strict", default.strict.to_string())]);
}

#[test]
fn the_command_line_wins_over_the_environment_and_the_last_word_over_earlier_ones() {
    let variables = [("CARGO_PCG_STRATEGY", "inline"), ("CARGO_PCG_STRICT", "1")];
    let options = read(&["--pcg-strategy=inline", "--pcg-strategy=size", "--pcg-strict=false"], &variables);
    let options = options.expect("good options");
    assert_eq!((options.strategy, options.strict), (Strategy::Size, false));
}

#[test]
fn what_cargo_pcg_chooses_is_the_weakest() {
    let chosen = [("PCG_REPORT", "target/pcg/reports/"), ("PCG_PLAN", "target/pcg/plan.json")];
    let options = read(&[], &chosen).expect("good variables");
    assert_eq!(options.report.as_deref(), Some("target/pcg/reports/".as_ref()));
    assert_eq!(options.plan.as_deref(), Some("target/pcg/plan.json".as_ref()));
    let users = [chosen[0], chosen[1], ("CARGO_PCG_REPORT", "r"), ("CARGO_PCG_PLAN", "p")];
    let options = read(&["--pcg-plan=mine"], &users).expect("good variables");
    assert_eq!(options.report.as_deref(), Some("r".as_ref()));
    assert_eq!(options.plan.as_deref(), Some("mine".as_ref()));
}

#[test]
fn caches_cannot_see_what_cargo_pcg_chooses_and_need_not() {
    for row in TABLE {
        if let Some(chosen) = row.chosen {
            assert!(!chosen.starts_with("CARGO_") && !row.affects_output, "{chosen}");
        }
        // sccache's key has every variable that begins so.
        assert!(row.spec.variable.starts_with("CARGO_"), "{}", row.spec.variable);
    }
}

#[test]
fn strict_is_a_switch() {
    assert!(read(&["--pcg-strict"], &[]).expect("a good option").strict);
}

#[test]
fn every_strategy_is_accepted_by_its_name() {
    for strategy in Strategy::ALL {
        let options = read(&[&format!("--pcg-strategy={strategy}")], &[]).expect("a good name");
        assert_eq!(&options.strategy, strategy);
        assert!(TABLE[0].spec.help.contains(strategy.name()), "the help text names it");
    }
}

#[test]
fn bad_words_are_errors_with_help() {
    for (word, message) in [
        ("--pcg-nonsense", "there is no option `--pcg-nonsense`"),
        ("--pcg-=x", "there is no option `--pcg-`"),
        ("--pcg-help=x", "there is no option `--pcg-help`"),
        ("--pcg-threads", "`--pcg-threads` needs a value"),
        ("--pcg-threads=0", "`--pcg-threads=0` has a bad value: expected a number of 1 or more"),
        ("--pcg-threads=-1", "`--pcg-threads=-1` has a bad value: expected a number of 1 or more"),
        ("--pcg-report=", "`--pcg-report=` has a bad value: expected a path"),
        ("--pcg-strict=x", "`--pcg-strict=x` has a bad value: expected `1`, `true`, `0` or `false`"),
    ] {
        let error = read(&[word], &[]).expect_err(word);
        assert_eq!(error.to_string(), message);
        assert!(!error.help().is_empty());
    }
}

#[test]
fn a_bad_variable_is_named() {
    let error = read(&[], &[("CARGO_PCG_STRATEGY", "best")]).expect_err("no such strategy");
    let expected = "`CARGO_PCG_STRATEGY=best` has a bad value: expected `inline`, `size`, `source` or `llvm`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn paths_need_not_be_utf_8() {
    let word = OsString::from_vec(b"--pcg-report=a\xff=b".to_vec());
    let (options, _) = Options::read(&[word], &Environment::default()).expect("a good option");
    assert_eq!(options.report.map(|path| path.into_os_string().into_vec()), Some(b"a\xff=b".to_vec()));
}

#[test]
fn questions_are_recognised() {
    for (word, question) in [("--pcg-help", Question::Help), ("--pcg-version", Question::Version)] {
        let read = Options::read(&[word.into()], &Environment::default()).expect("a good option");
        assert_eq!(read.1, Some(question));
    }
}

#[test]
fn own_words_are_taken_out_up_to_a_separator() {
    let line: Vec<OsString> = ["-O", "--pcg-strict", "x.rs", "--", "--pcg-strict"].map(OsString::from).into();
    let stripped = strip(&line);
    assert_eq!(stripped.words, ["-O", "x.rs", "--", "--pcg-strict"]);
    assert_eq!(stripped.own, ["--pcg-strict"]);
}

#[test]
fn a_folder_for_a_file_gets_one_file_per_crate() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().to_str().expect("a path in UTF-8");
    let own = [&format!("--pcg-report={folder}"), "--pcg-dump-graph=new/", "--pcg-inline-truth=new/", "--pcg-keep=k"];
    let options = read(&own, &[]).expect("good options");
    let one = options.clone().for_crate(Some("memchr-12ab"));
    assert_eq!(one.report, Some(Path::new(folder).join("memchr-12ab.json")));
    assert_eq!(one.dump_graph, Some("new/memchr-12ab.graph.json".into()));
    assert_eq!(one.inline_truth, Some("new/memchr-12ab.truth.json".into()));
    assert_eq!(one.keep, Some("k/memchr-12ab".into()));
    let none = options.for_crate(None);
    assert_eq!([none.report, none.dump_graph, none.inline_truth, none.keep], [const { None }; 4]);
}

#[test]
fn a_file_stays_a_file() {
    let options = read(&["--pcg-report=new/r.json"], &[]).expect("a good option");
    assert_eq!(options.clone().for_crate(Some("x")).report, Some("new/r.json".into()));
    assert_eq!(options.for_crate(None).report, Some("new/r.json".into()));
}

#[test]
fn the_strategy_the_inline_truth_and_options_of_rustc_affect_the_output() {
    let variables: Vec<_> = output_variables().collect();
    assert_eq!(variables, ["CARGO_PCG_STRATEGY", "CARGO_PCG_INLINE_TRUTH", "CARGO_PCG_RUSTC_OPTIONS"]);
}

#[test]
fn options_of_rustc_are_a_variable() {
    let options = read(&[], &[("CARGO_PCG_RUSTC_OPTIONS", r#"{"all":["target-cpu=native"]}"#)]).unwrap();
    assert_eq!(options.rustc.all, ["target-cpu=native"]);
    assert!(options.output_configuration().starts_with(&Options::default().output_configuration()));
    assert_ne!(options.output_configuration(), Options::default().output_configuration());
    let error = read(&[], &[("CARGO_PCG_RUSTC_OPTIONS", "native")]).unwrap_err();
    let expected = "`CARGO_PCG_RUSTC_OPTIONS=native` has a bad value: expected an object in JSON, as `cargo pcg` makes \
                    it from a profile";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_help_text_names_every_option_and_variable() {
    let help = help();
    for spec in specs() {
        assert!(help.contains(&format!("--{}", spec.option)) && help.contains(spec.variable), "{}", spec.key);
    }
    assert!(help.contains(RUSTC_VARIABLE) && help.contains(rustc_options::VARIABLE));
    assert!(help.lines().all(|line| line.len() <= 120), "{help}");
}

#[test]
fn an_empty_variable_is_an_error_unless_cargo_pcg_has_chosen_it() {
    let read = |name| Options::read(&[], &Environment::from_iter([(name, "")]));
    for spec in specs() {
        let error = read(spec.variable).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{}=` has a bad value", spec.variable)), "{error}");
    }
    for name in [CHOSEN_PLAN, CHOSEN_REPORT, RUSTC_VARIABLE, rustc_options::VARIABLE] {
        assert!(read(name).is_ok(), "{name}");
    }
}
