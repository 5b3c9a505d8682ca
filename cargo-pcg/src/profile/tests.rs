use std::ffi::OsString;

use pcg_interface::rustc_options::RustcOptions;

use super::*;
use crate::cli;

const FILE: &str = "
    [profile.base]
    inherits = 'release-best'
    opt-level = 2
    package.image.opt-level = 3
    package.image.rustc.target-cpu = 'haswell'
    rustc = { target-cpu = 'x86-64-v2', jump-tables = true, llvm-args = ['-a', '-b=1'] }

    [profile.mine]
    inherits = 'base'
    debug = 'full'
    rustc = { target-cpu = 'native', jump-tables = false }
    build-override.rustc.no-vectorize-slp = true
    build-override.opt-level = 1
    package.'a@1.0'.debug = 1
";

fn config(catalogue: &Catalogue, name: &str) -> Vec<String> {
    let values = catalogue.resolve(name).unwrap().for_cargo().into_iter();
    values.map(|value| value.into_string().unwrap()).collect()
}

#[test]
fn cargo_gets_each_profile_of_the_chain_and_does_the_inheriting() {
    let catalogue = Catalogue::of(&[(Layer::Folder, FILE)]);
    let expected = [
        "profile.mine.inherits=\"base\"",
        "profile.mine.build-override.opt-level=1",
        "profile.mine.debug=\"full\"",
        "profile.mine.package.\"a@1.0\".debug=1",
        "profile.base.inherits=\"release-best\"",
        "profile.base.opt-level=2",
        "profile.base.package.\"image\".opt-level=3",
        "profile.release-best.inherits=\"release\"",
        "profile.release-best.codegen-units=1",
        "profile.release-best.incremental=false",
        "profile.release-best.opt-level=3",
    ];
    assert_eq!(config(&catalogue, "mine"), expected);
}

#[test]
fn pcg_rustc_gets_complete_lists() {
    let catalogue = Catalogue::of(&[(Layer::Folder, FILE)]);
    let list = |options: &[&str]| options.iter().map(|&option| option.to_owned()).collect::<Vec<_>>();
    let expected = RustcOptions {
        all: list(&["jump-tables=no", "llvm-args=-a", "llvm-args=-b=1", "target-cpu=native"]),
        packages: [(
            "image".to_owned(),
            list(&["jump-tables=no", "llvm-args=-a", "llvm-args=-b=1", "target-cpu=haswell"]),
        )]
        .into(),
        build: list(&["no-vectorize-slp"]),
        ..RustcOptions::default()
    };
    assert_eq!(catalogue.resolve("mine").unwrap().rustc_options(&[]), expected);
    assert_eq!(catalogue.resolve("mine").unwrap().root, "release");
    assert!(catalogue.resolve("regular").unwrap().rustc_options(&[]).is_empty());
}

#[test]
fn what_is_bundled_is_right_and_described() {
    let catalogue = Catalogue::of(&[]);
    let bundled: Vec<_> = catalogue.all().iter().filter(|found| found.source.layer == Layer::Bundled).collect();
    let names: Vec<_> = bundled.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["regular", "release-best", "release-fast"]);
    for definition in bundled {
        assert_eq!(definition.problems, []);
        assert!(definition.description.ends_with('.'), "{}", definition.name);
    }
}

#[test]
fn the_strongest_of_a_name_holds() {
    let of = |layer| (layer, "[profile.regular]\nopt-level = 1\n");
    let catalogue = Catalogue::of(&[of(Layer::Folder), of(Layer::Home)]);
    assert_eq!(catalogue.find("regular").unwrap().source.layer, Layer::Folder);
    assert_eq!(catalogue.by_name()["regular"].source.layer, Layer::Folder);
    assert_eq!(config(&catalogue, "regular").len(), 2);
    let catalogue = Catalogue::of(&[of(Layer::Manifest), of(Layer::Folder)]);
    assert!(config(&catalogue, "regular").is_empty(), "cargo knows it");
}

#[test]
fn a_parent_has_to_be_there_and_another_one() {
    let error = |text| Catalogue::of(&[(Layer::Folder, text)]).resolve("a").unwrap_err();
    let unknown = error("[profile.a]\n\ninherits = 'regula'");
    assert_eq!(unknown.to_string(), "file.toml:3: there is no profile `regula` to inherit");
    assert_eq!(unknown.help(), "the nearest name that there is: `regular`");
    let again = error("[profile.a]\ninherits = 'b'\n[profile.b]\ninherits = 'a'");
    assert_eq!(again.to_string(), "file.toml:4: `a` inherits itself: `a`, `b` and again");
    let of_parent = error("[profile.a]\ninherits = 'b'\n[profile.b]\nlto = 'x'");
    assert!(of_parent.to_string().starts_with("file.toml:4: `lto` is `'x'`"), "{of_parent}");
}

#[test]
fn a_file_stands_for_one_profile() {
    let name = |text| {
        let catalogue = Catalogue::of(&[(Layer::File, text)]);
        catalogue.name_in_file("a/two.toml".as_ref()).map(str::to_owned).map_err(|error| error.to_string())
    };
    assert_eq!(name("[profile.one]\n").unwrap(), "one");
    assert_eq!(name("[profile.one]\n[profile.two]\n").unwrap(), "two");
    assert_eq!(
        name("[profile.one]\n[profile.three]\n").unwrap_err(),
        "a/two.toml has several profiles, and none is called `two` as the file is"
    );
}

#[test]
fn rustc_is_asked_about_its_own_options_only() {
    let catalogue = Catalogue::of(&[(Layer::Folder, "[profile.a]\nrustc.target-cpus = 'native'")]);
    let known = || Some(vec!["target-cpu".to_owned(), "linker".to_owned()]);
    let error = catalogue.resolve("a").unwrap().check_rustc(known).unwrap_err();
    assert_eq!(error.to_string(), "file.toml:2: rustc has no option `-C target-cpus`");
    assert_eq!(error.help(), "the nearest one that there is: `target-cpu`");
    assert!(catalogue.resolve("a").unwrap().check_rustc(|| None).is_ok(), "cargo will say that there is no rustc");
    assert!(catalogue.resolve("regular").unwrap().check_rustc(|| panic!("nothing to ask")).is_ok());
}

/// What is selected where there is no project.
fn select(line: &str, variables: &[(&str, &str)]) -> Option<String> {
    let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    let environment = Environment::from_iter(variables.iter().copied());
    let selection = selected(&Words::split(&words, &cli::definition()), &environment, None).unwrap();
    selection.map(|selection| selection.name)
}

#[test]
fn cargos_own_profiles_are_left_to_cargo() {
    for line in ["build", "build -r", "build --profile dev", "bench", "rustc --profile check", "fmt --profile regular"]
    {
        assert_eq!(select(line, &[]), None, "{line}");
    }
    assert_eq!(select("build --profile regular", &[]).as_deref(), Some("regular"));
    assert_eq!(select("nextest run --profile regular", &[]), None);
    assert_eq!(select("nextest run --cargo-profile regular", &[]).as_deref(), Some("regular"));
    assert_eq!(select("install ripgrep --profile its-own", &[]), None, "its manifest is not here");
}

#[test]
fn a_profile_may_be_configured_for_cargo() {
    let is_configured = |line: &str, variables: &[(&str, &str)]| {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let environment = Environment::from_iter(variables.iter().copied());
        super::is_configured("my-own", &Words::split(&words, &cli::definition()), &environment)
    };
    assert!(is_configured("build --config profile.my-own.inherits='dev'", &[]));
    assert!(is_configured("build --config=profile.my-own.inherits='dev'", &[]));
    assert!(is_configured("build", &[("CARGO_PROFILE_MY_OWN_INHERITS", "dev")]));
    assert!(!is_configured("build --config profile.mine.inherits='dev'", &[]));
}

#[test]
fn options_for_all_dependencies_are_between_those_of_a_package_and_those_of_all() {
    const FILE: &str = "[profile.x.rustc]\ntarget-cpu = 'native'\njump-tables = false\n\
        [profile.x.package.'*'.rustc]\ntarget-cpu = 'haswell'\n\
        [profile.x.package.image.rustc]\njump-tables = true\n\
        [profile.x.package.app.rustc]\njump-tables = true\n";
    let catalogue = Catalogue::of(&[(Layer::Folder, FILE)]);
    assert!(catalogue.find("x").unwrap().problems.is_empty());
    let found = catalogue.resolve("x").unwrap().rustc_options(&["app".to_owned(), "lib".to_owned()]);
    let of = |package| found.for_crate(Some(package), false, false).join(" ");
    assert_eq!(of("lib"), "jump-tables=no target-cpu=native");
    assert_eq!(of("regex"), "jump-tables=no target-cpu=haswell");
    assert_eq!(of("image"), "jump-tables target-cpu=haswell");
    assert_eq!(of("app"), "jump-tables target-cpu=native");
}
