use super::*;
use crate::words::Words;

/// A layer in which every setting has the same origin.
fn layer(name: &'static str, options: &[(&'static str, &str)], packages: &[(&str, &str)]) -> Layer {
    let setting = |value: &str| Setting { value: value.into(), origin: Origin::CommandLine { option: name } };
    Layer {
        options: options.iter().map(|(key, value)| (*key, setting(value))).collect(),
        packages: packages.iter().map(|(name, value)| ((*name).to_owned(), setting(value))).collect(),
    }
}

fn for_cargo(layers: Vec<Layer>) -> Vec<String> {
    let settings = Settings { layers, ..Settings::default() };
    settings.for_cargo("x").into_iter().map(|setting| setting.into_string().unwrap()).collect()
}

const UNITS: &str = "codegen-units";

#[test]
fn the_stronger_layer_wins_among_equals() {
    let layers = vec![
        layer("a", &[("strategy", "size")], &[("p", "1")]),
        layer("b", &[("strategy", "llvm"), (UNITS, "8")], &[("p", "2"), ("q", "3")]),
        layer("c", &[(UNITS, "9")], &[("q", "4")]),
    ];
    let settings = Settings { layers, ..Settings::default() };
    let strategy = options_named("strategy");
    assert_eq!(settings.get(strategy).unwrap().value, "size");
    let expected = [
        "profile.x.codegen-units=8",
        "profile.x.package.\"p\".codegen-units=1",
        "profile.x.package.\"q\".codegen-units=3",
    ];
    assert_eq!(settings.for_cargo("x"), expected);
}

fn options_named(key: &str) -> &'static Spec {
    cli::specs().find(|spec| spec.key == key).unwrap()
}

#[test]
fn a_package_wins_in_its_layer_and_over_weaker_ones_only() {
    let package = || layer("p", &[], &[("p", "2")]);
    let both = || layer("b", &[(UNITS, "8")], &[("p", "2")]);
    let all = || layer("a", &[(UNITS, "9")], &[]);
    let section = "profile.x.package.\"p\".codegen-units=2";
    assert_eq!(for_cargo(vec![package()]), [section]);
    assert_eq!(for_cargo(vec![both(), all()]), ["profile.x.codegen-units=8", section]);
    assert_eq!(for_cargo(vec![package(), all()]), ["profile.x.codegen-units=9", section]);
    assert_eq!(for_cargo(vec![all(), package()]), ["profile.x.codegen-units=9"]);
}

#[test]
fn what_is_on_the_command_line_is_absolute() {
    let words = Words::split(&["--pcg-report=r/", "--pcg-strategy=size"].map(OsString::from), &cli::definition());
    let layer = command_line(&cli::parse_options(cli::definition(), &words).unwrap());
    let expected = std::env::current_dir().unwrap().join("r/");
    assert_eq!(layer.options["report"].value, *expected.as_os_str());
    assert_eq!(layer.options["strategy"].value, "size");
}

#[test]
fn a_variable_is_checked_and_stays_as_it_is() {
    let layer = variables(&Environment::from_iter([("CARGO_PCG_REPORT", "r/")])).unwrap();
    assert_eq!(layer.options["report"].value, "r/");
    assert_eq!(layer.options.len(), 1);
    let error = variables(&Environment::from_iter([("CARGO_PCG_CODEGEN_UNITS", "0")])).unwrap_err();
    let expected = "`CARGO_PCG_CODEGEN_UNITS=0` has a bad value: expected a number of 1 or more";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn pcg_rustc_is_told_what_it_does_not_know_yet() {
    let layers = vec![
        layer("a", &[(UNITS, "8"), ("keep", "/k")], &[]),
        variables(&Environment::from_iter([("CARGO_PCG_THREADS", "2")])).unwrap(),
        layer("b", &[("threads", "3"), ("strict", "true")], &[]),
    ];
    let settings = Settings { layers, ..Settings::default() };
    let expected = [("CARGO_PCG_KEEP", OsStr::new("/k")), ("CARGO_PCG_STRICT", OsStr::new("true"))];
    assert_eq!(settings.variables().collect::<Vec<_>>(), expected);
}
