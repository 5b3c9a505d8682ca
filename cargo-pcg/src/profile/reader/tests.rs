use serde_json::json;

use super::*;

fn read(text: &str) -> Vec<Definition> {
    read_as(Layer::Folder, text)
}

fn read_as(layer: Layer, text: &str) -> Vec<Definition> {
    super::read(&Source { layer, path: Some("/f/stem.toml".into()) }, text).unwrap()
}

/// What is wrong, as `line: message (help)`.
fn problems(text: &str) -> Vec<String> {
    let problems = read(text).into_iter().flat_map(|definition| definition.problems);
    problems.map(|problem| format!("{}: {} ({})", problem.line, problem.message, problem.help)).collect()
}

#[test]
fn every_key_and_every_table_is_read() {
    let text = "
        [profile.x]
        inherits = 'dev'
        opt-level = 1
        rustc.target_cpu = 'native'
        package.image.opt-level = 3
        package.image.rustc.jump-tables = false
        [profile.x.build-override]
        rustc = { link-arg = ['a', 'b'] }
        debug = 'none'
    ";
    let [definition] = &read(text)[..] else { panic!("one profile") };
    assert_eq!((definition.name.as_str(), definition.line, &definition.problems[..]), ("x", 2, &[][..]));
    let entries = definition.entries.iter();
    let mut found: Vec<_> =
        entries.map(|entry| (entry.section.join("/"), entry.key.as_str(), entry.value.clone(), entry.line)).collect();
    found.sort_by_key(|(.., line)| *line);
    let expected = [
        ("", "inherits", json!("dev"), 3),
        ("", "opt-level", json!(1), 4),
        ("rustc", "target-cpu", json!("native"), 5),
        ("package/image", "opt-level", json!(3), 6),
        ("package/image/rustc", "jump-tables", json!(false), 7),
        ("build-override/rustc", "link-arg", json!(["a", "b"]), 9),
        ("build-override", "debug", json!("none"), 10),
    ];
    assert_eq!(found, expected.map(|(section, key, value, line)| (section.to_owned(), key, value, line)));
}

#[test]
fn a_profile_is_described_by_the_comment_above_it() {
    let text = "# Of the file.\n\n# Of x.\n# More.\n[profile.x]\n\n#Of y.\n  [profile.y]\n[profile.z]\n";
    let found = read(text);
    let descriptions: Vec<_> = found.iter().map(|found| (found.name.as_str(), found.description.as_str())).collect();
    assert_eq!(descriptions, [("x", "Of x."), ("y", "Of y."), ("z", "")]);
}

#[test]
fn mistakes_are_told_with_their_lines() {
    for (text, problem) in [
        ("\nopt-levl = 3", "3: there is no key `opt-levl` (the nearest key that there is: `opt-level`)"),
        ("opt-level = 4", r#"2: `opt-level` is `4`: expected a number from 0 to 3, `"s"` or `"z"` (mend this value)"#),
        ("inherits = true", "2: `inherits` is `true`: expected the name of a profile in quotes (mend this value)"),
        ("rustc = 1", "2: `rustc` is `1`: expected a table (mend this value)"),
        ("package.a = 'x'", "2: `package.a` is `'x'`: expected a table (mend this value)"),
        ("package.a.lto = true", "2: there is no key `lto` (the nearest key that there is: `strip`)"),
        ("build-override.inherits = 'dev'", "2: there is no key `inherits` (the nearest key that there is: `strip`)"),
        (
            "rustc.debuginfo = 2",
            "2: `debuginfo` is not for the table `rustc` (set cargo's own key, `debug`, in the table around it)",
        ),
        ("rustc.metadata = 'x'", "2: `metadata` is set by cargo itself (leave it out)"),
        (
            "rustc.target-cpu = 1.5",
            "2: `target-cpu` is `1.5`: expected text, a number, `true`, `false` or an array of texts (mend this value)",
        ),
        (
            "package.'a@1.0'.rustc.target-cpu = 'native'",
            "2: options of rustc cannot be set for the packages `a@1.0` (name one package, without its version, or all dependencies by `*`)",
        ),
    ] {
        assert_eq!(problems(&format!("[profile.x]\n{text}")), [problem]);
    }
    assert_eq!(problems("profile.x = 1"), ["1: `x` is `1`: expected a table (mend this value)"]);
    assert_eq!(
        problems("profile.release.lto = true"),
        ["1: `release` is a profile of cargo's own (set it in Cargo.toml, or inherit it under another name)"]
    );
    assert_eq!(
        problems("profile.'a b'.lto = true"),
        ["1: `a b` cannot be a profile's name (a name has letters, digits, `-` and `_`)"]
    );
}

#[test]
fn cargo_judges_its_own_profiles() {
    let found = read_as(Layer::Manifest, "[profile.release]\nopt-levl = 9\nopt-level = 2");
    assert!(found[0].problems.is_empty());
    assert_eq!(found[0].entries.len(), 1);
}

#[test]
fn the_manifests_table_is_below_its_metadata() {
    let text = "[profile.a]\n[workspace.metadata.pcg.profile.b]\n";
    let names = |layer| read_as(layer, text).into_iter().map(|found| found.name).collect::<Vec<_>>();
    assert_eq!(names(Layer::Manifest), ["a"]);
    assert_eq!(names(Layer::Workspace), ["b"]);
    assert!(read_as(Layer::Workspace, "[package]").is_empty());
}

#[test]
fn a_file_without_the_table_is_a_profile() {
    let found = read_as(Layer::File, "# For me.\n# More.\nopt-level = 1\nrustc.target-cpu = 'native'\n");
    let [definition] = &found[..] else { panic!("one profile") };
    assert_eq!((definition.name.as_str(), definition.description.as_str()), ("stem", "For me."));
    assert_eq!(definition.entries.len(), 2);
    assert_eq!(read_as(Layer::File, "[profile.x]").len(), 1);
    assert!(read("opt-level = 1").is_empty(), "only a file that is named");
}
