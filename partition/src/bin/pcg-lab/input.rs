//! Reading graphs and inline truths.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use pcg_partition::Graph;
use pcg_partition::file::read_graph;
use pcg_partition::truth::{Truth, read_truth};

use crate::error::LabError;

/// Reads a saved graph.
pub(crate) fn graph(path: &Path) -> Result<Graph, LabError> {
    read_graph(open(path)?).map_err(|source| LabError::Graph { path: path.into(), source })
}

/// Inline truths by the names of their modules.
pub(crate) struct Truths(BTreeMap<String, Truth>);

impl Truths {
    /// Reads inline truths, each of which has to be of a module among `graphs`.
    pub(crate) fn read(paths: &[PathBuf], graphs: &[Graph]) -> Result<Self, LabError> {
        let mut truths = BTreeMap::new();
        for path in paths {
            let truth = read_truth(open(path)?).map_err(|source| LabError::Truth { path: path.clone(), source })?;
            if !graphs.iter().any(|graph| graph.name == truth.name) {
                return Err(LabError::OtherModule { path: path.clone(), module: truth.name });
            }
            truths.insert(truth.name.clone(), truth);
        }
        Ok(Self(truths))
    }

    /// The truth of a graph's module, if there is one.
    pub(crate) fn of(&self, graph: &Graph) -> Option<&Truth> {
        self.0.get(&graph.name)
    }
}

fn open(path: &Path) -> Result<BufReader<File>, LabError> {
    File::open(path).map(BufReader::new).map_err(|source| LabError::Open { path: path.into(), source })
}
