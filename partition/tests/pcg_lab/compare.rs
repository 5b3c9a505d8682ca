//! `pcg-lab compare`.

use crate::{GRAPH, TRUTH, assert_refused, file, json, lab, stdout, text};

#[test]
fn every_strategy_is_compared_on_every_graph_with_4_and_16_units() {
    let other = file("second.graph", &GRAPH.replace("demo", "second"));
    let answer = stdout(&lab(&["compare", text(&file("first.graph", GRAPH)), text(&other)]));
    let rows = |module: &str| answer.lines().filter(|line| line.trim_start().starts_with(module)).count();
    assert_eq!((rows("demo"), rows("second")), (8, 8), "{answer}");
}

#[test]
fn json_has_a_row_for_each_cut_in_the_order_of_the_command_line() {
    let (graph, truth) = (file("order.graph", GRAPH), file("order.truth", TRUTH));
    let which = ["--units", "3,2", "--strategies", "size,inline"];
    let inputs = ["compare", text(&graph), "--truth", text(&truth), "--format", "json"];
    let answer = json(&lab(&[&inputs[..], &which[..]].concat()));
    let cuts = answer["cuts"].as_array().expect("a list");
    let key = |row: &serde_json::Value| (row["requested_units"].as_u64(), row["strategy"].as_str().map(str::to_owned));
    let keys: Vec<_> = cuts.iter().map(key).collect();
    let expected = [(3, "size"), (3, "inline"), (2, "size"), (2, "inline")];
    assert_eq!(keys, expected.map(|(units, strategy)| (Some(units), Some(strategy.to_owned()))));
    let available: Vec<_> = cuts.iter().map(|row| row["inline_recall"]["available_pairs"].as_u64()).collect();
    assert_eq!((available[0], available[1]), (Some(0), Some(2)));
    assert_eq!(cuts[1]["units"], 2, "the copied function needs no unit of its own");
}

#[test]
fn unknown_strategies_and_truths_without_a_graph_are_refused() {
    let (graph, truth) = (file("refused.graph", GRAPH), file("refused.truth", &TRUTH.replace("demo", "another")));
    let unknown = lab(&["compare", text(&graph), "--strategies", "inline,clever"]);
    assert_refused(&unknown, 2, "one of `inline`, `size`, `source`, `llvm`");
    assert_refused(&lab(&["compare", text(&graph), "--truth", text(&truth)]), 3, "of `another`");
    assert_refused(&lab(&["compare"]), 2, "GRAPH");
}
