//! `pcg-lab forecast`.

use crate::{GRAPH, TRUTH, assert_refused, file, json, lab, stdout, text};

#[test]
fn precision_and_recall_are_those_of_direct_pairs() {
    // LLVM inlined only one of the two calls that the forecast says, and one that is no edge of the graph.
    let truth = TRUTH.replace(r#"[[0,2,1],[0,3,1],[1,3,1]]"#, r#"[[0,1,1],[0,2,1],[0,3,4]]"#);
    let (graph, truth) = (file("precision.graph", GRAPH), file("precision.truth", &truth));
    let answer = json(&lab(&["forecast", text(&graph), "--truth", text(&truth), "--format", "json"]));
    assert_eq!((&answer["precision"], &answer["recall"]), (&0.5.into(), &1.0.into()));
    let accuracy = &answer["accuracy"];
    assert_eq!(accuracy["several_calls"]["found_sites"], 4);
    assert_eq!((&accuracy["transitive"], &accuracy["unknown_pairs"]), (&1.into(), &1.into()));
}

#[test]
fn the_table_says_what_was_left_out() {
    let (graph, truth) = (file("forecast.graph", GRAPH), file("forecast.truth", TRUTH));
    let answer = stdout(&lab(&["forecast", text(&graph), "--truth", text(&truth)]));
    let all = answer.lines().find(|line| line.contains("all direct pairs")).expect("a line for all");
    assert_eq!(all.split_whitespace().skip(3).collect::<String>(), "222100.0%100.0%100.0%");
    assert!(answer.ends_with("\n1 pairs are not in the graph\n"), "{answer}");
}

#[test]
fn a_forecast_needs_a_truth_of_the_same_module() {
    let (graph, truth) = (file("needs.graph", GRAPH), file("needs.truth", &TRUTH.replace("demo", "another")));
    assert_refused(&lab(&["forecast", text(&graph)]), 2, "--truth");
    assert_refused(&lab(&["forecast", text(&graph), "--truth", text(&truth)]), 3, "of `another`");
}
