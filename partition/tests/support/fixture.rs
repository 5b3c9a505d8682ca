//! The graphs of real crates in `tests/fixtures`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use pcg_partition::Graph;
use pcg_partition::file::read_graph;

/// The crates in `tests/fixtures`.
pub(crate) const FIXTURES: [&str; 3] = ["image", "regex-automata", "syn"];

/// The graph of one of [`FIXTURES`].
pub(crate) fn fixture(name: &str) -> Graph {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    load(&folder.join(format!("{name}.graph.json.gz")))
}

/// Reads a graph that `pcg-rustc --pcg-dump-graph` saved; one that ends in `.gz` is unpacked.
pub(crate) fn load(path: &Path) -> Graph {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> = if is_packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    read_graph(reader).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
