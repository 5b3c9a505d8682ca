//! `pcg-lab draw`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{GRAPH, assert_refused, file, lab, stdout, text};

/// Draws a graph with two units and returns what is in the file.
fn draw(graph: &Path, picture: &Path) -> String {
    assert_eq!(stdout(&lab(&["draw", text(graph), "--units", "2", "-o", text(picture)])), "");
    fs::read_to_string(picture).expect("there is a picture")
}

#[test]
fn an_svg_has_a_bar_for_each_part_of_a_unit_and_a_cell_for_each_pair() {
    let svg = draw(&file("draw.graph", GRAPH), &file("draw.svg", "old"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
    assert_eq!(svg.matches("own items").count(), 2, "{svg}");
    assert_eq!(svg.matches("copied items").count(), 2, "{svg}");
    // The background, a legend of 3, 4 bars, 4 cells.
    assert_eq!(svg.matches("<rect ").count(), 12, "{svg}");
}

#[test]
fn an_html_page_has_the_same_picture_and_no_script() {
    let graph = file("page.graph", GRAPH);
    let (page, svg) = (draw(&graph, &file("page.html", "")), draw(&graph, &file("page.svg", "")));
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains(&svg), "{page}");
    assert!(!page.contains("script"), "{page}");
}

#[test]
fn names_cannot_become_markup() {
    let graph = GRAPH.replace("demo", "</svg><b>&");
    let page = draw(&file("markup.graph", &graph), &file("markup.html", ""));
    assert!(page.contains("&lt;/svg&gt;&lt;b&gt;&amp;") && !page.contains("<b>"), "{page}");
}

#[test]
fn a_picture_replaces_what_was_there_and_leaves_nothing_else() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("draw-alone");
    fs::create_dir_all(&folder).expect("a folder");
    let picture = folder.join("x.svg");
    fs::write(&picture, "old").expect("a file");
    draw(&file("alone.graph", GRAPH), &picture);
    let names: Vec<_> = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(names, std::slice::from_ref(&picture));
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode(&picture), mode(&file("ordinary.txt", "")), "a picture is as readable as any new file");
}

#[test]
fn other_files_and_places_are_refused() {
    let graph = file("places.graph", GRAPH);
    assert_refused(&lab(&["draw", text(&graph), "-o", "x.png"]), 2, "`.svg` or an `.html`");
    assert_refused(&lab(&["draw", text(&graph)]), 2, "--output");
    assert_refused(&lab(&["draw", text(&graph), "-o", "no-such-folder/x.svg"]), 4, "cannot write");
}
