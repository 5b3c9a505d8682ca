//! `pcg-lab` from outside: answers and exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const GRAPH: &str = concat!(
    r#"{"schema_version":1,"name":"demo","items":["#,
    r#"{"name":"main","kind":"function","linkage":"external","instructions":100,"uses":[[2,1,0]]},"#,
    r#"{"name":"other","kind":"function","linkage":"external","instructions":100,"uses":[[2,1,0]]},"#,
    r#"{"name":"tiny","kind":"function","linkage":"internal","instructions":3,"unnamed_addr":true}]}"#,
);

/// A file in the tests' own folder.
fn file(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("cargo made the folder");
    path
}

fn lab(graph: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pcg-lab"));
    command.arg("partition").arg(graph).args(arguments).output().expect("cargo built the program")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_table_has_a_line_per_unit_and_a_summary() {
    let output = lab(&file("table.graph", GRAPH), &["--units", "2"]);
    let text = String::from_utf8(output.stdout).expect("the table is UTF-8");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.ends_with("0 cut edges, 0 promoted\n"), "{text}");
}

#[test]
fn json_has_statistics_and_the_partitioning() {
    let output = lab(&file("json.graph", GRAPH), &["--strategy", "inline", "--units", "2", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the answer is JSON");
    assert_eq!((&answer["schema_version"], &answer["module"]), (&Value::from(1), &Value::from("demo")));
    assert_eq!(answer["strategy"], "inline");
    assert_eq!(answer["partitioning"]["units"][0]["copies"], serde_json::json!([2]));
    assert_eq!(answer["statistics"]["totals"]["items"], 3);
}

#[test]
fn small_graphs_stay_whole_without_a_number_of_units() {
    let output = lab(&file("whole.graph", GRAPH), &["--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the answer is JSON");
    assert_eq!(answer["statistics"]["units"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let graph = file("usage.graph", GRAPH);
    let unknown = lab(&graph, &["--strategy", "clever"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("one of `inline`, `size`, `source`, `llvm`"), "{}", stderr(&unknown));
    assert_eq!(lab(&graph, &["--units", "0"]).status.code(), Some(2));
}

#[test]
fn a_graph_that_cannot_be_read_is_exit_code_3() {
    let newer = GRAPH.replace(r#""schema_version":1"#, r#""schema_version":9"#);
    let cases = [
        (PathBuf::from("no-such-file.graph"), "cannot open"),
        (file("garbage.graph", "BC"), "not a saved graph"),
        (file("newer.graph", &newer), "schema version 9"),
    ];
    for (path, message) in cases {
        let output = lab(&path, &[]);
        assert_eq!(output.status.code(), Some(3), "{}", path.display());
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
}
