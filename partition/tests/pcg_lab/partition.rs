//! `pcg-lab partition`.

use std::path::PathBuf;

use crate::{GRAPH, TRUTH, assert_refused, file, json, lab, stdout, text};

#[test]
fn the_table_has_a_line_per_unit_the_makespans_and_a_summary() {
    let graph = file("table.graph", GRAPH);
    let answer = stdout(&lab(&["partition", text(&graph), "--units", "2"]));
    let lines: Vec<&str> = answer.lines().collect();
    let first_words: Vec<&str> = lines.iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(first_words, ["unit", "0", "1", "cores", "1", "2", "demo:"], "{answer}");
    assert!(answer.ends_with("0 cut edges, 0 promoted\n"), "{answer}");
}

#[test]
fn json_has_statistics_schedules_and_the_partitioning() {
    let graph = file("json.graph", GRAPH);
    let answer = json(&lab(&["partition", text(&graph), "--strategy", "inline", "--units", "2", "--format", "json"]));
    assert_eq!((&answer["schema_version"], &answer["module"]), (&1.into(), &"demo".into()));
    assert_eq!(answer["strategy"], "inline");
    assert_eq!(answer["partitioning"]["units"][0]["copies"], serde_json::json!([2]));
    assert_eq!(answer["statistics"]["totals"]["items"], 3);
    let makespans: Vec<_> = [0, 1].map(|row| answer["schedules"][row]["makespan"].as_u64()).into();
    assert!(makespans[0].is_some() && makespans[0] == makespans[1].map(|half| 2 * half), "{answer}");
    assert!(answer["inline_recall"].is_null(), "there is no truth");
}

#[test]
fn the_inline_recall_is_measured_against_a_truth() {
    let (graph, truth) = (file("recall.graph", GRAPH), file("recall.truth", TRUTH));
    let recall = |strategy| {
        let arguments = ["partition", text(&graph), "--units", "3", "--truth", text(&truth), "--strategy", strategy];
        let answer = json(&lab(&[&arguments[..], &["--format", "json"]].concat()));
        let recall = &answer["inline_recall"];
        let numbers = ["pairs", "available_pairs", "available_sites", "unknown_pairs"];
        numbers.map(|name| recall[name].as_u64().expect("a number"))
    };
    assert_eq!(recall("inline"), [2, 2, 2, 1]);
    assert_eq!(recall("size"), [2, 0, 0, 1], "three units have one function each");
    let table = stdout(&lab(&["partition", text(&graph), "--units", "2", "--truth", text(&truth)]));
    assert!(table.contains("inline recall: 100.0 % of 2 pairs, 100.0 % of 2 call sites; 1 pairs"), "{table}");
}

#[test]
fn small_graphs_stay_whole_without_a_number_of_units() {
    let graph = file("whole.graph", GRAPH);
    let answer = json(&lab(&["partition", text(&graph), "--format", "json"]));
    assert_eq!(answer["statistics"]["units"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let graph = file("usage.graph", GRAPH);
    let unknown = lab(&["partition", text(&graph), "--strategy", "clever"]);
    assert_refused(&unknown, 2, "one of `inline`, `size`, `source`, `llvm`");
    assert_refused(&lab(&["partition", text(&graph), "--units", "0"]), 2, "--units");
    assert_refused(&lab(&["improve"]), 2, "unrecognized subcommand");
}

#[test]
fn a_graph_that_cannot_be_read_is_exit_code_3() {
    let newer = GRAPH.replace(r#""schema_version":3"#, r#""schema_version":9"#);
    let cases = [
        (PathBuf::from("no-such-file.graph"), "cannot open"),
        (file("garbage.graph", "BC"), "not a saved graph"),
        (file("newer.graph", &newer), "schema version 9"),
    ];
    for (path, message) in cases {
        assert_refused(&lab(&["partition", text(&path)]), 3, message);
    }
}

#[test]
fn a_truth_that_cannot_be_used_is_exit_code_3() {
    let graph = file("truths.graph", GRAPH);
    let newer = TRUTH.replace(r#""schema_version":1"#, r#""schema_version":9"#);
    let cases = [
        (PathBuf::from("no-such-file.truth"), "cannot open"),
        (
            file("garbage.truth", &GRAPH.replace(r#""schema_version":3"#, r#""schema_version":1"#)),
            "not an inline truth",
        ),
        (file("newer.truth", &newer), "schema version 9"),
        (file("other.truth", &TRUTH.replace("demo", "another")), "no graph of that module"),
    ];
    for (path, message) in cases {
        assert_refused(&lab(&["partition", text(&graph), "--truth", text(&path)]), 3, message);
    }
}
