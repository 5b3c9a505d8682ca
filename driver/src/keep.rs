//! What the user asked to keep: the graph (`--pcg-dump-graph`), what LLVM inlined (`--pcg-inline-truth`), and each
//! unit's bitcode and object (`--pcg-keep`).
//!
//! | file in the folder | what it is |
//! |---|---|
//! | `MODULE.N.bc` | unit N of a module before optimisation |
//! | `MODULE.N.o` | its object |
//! | `MODULE.o` | the crate object |

use std::fs;
use std::path::{Path, PathBuf};

use pcg_interface::options::Options;
use pcg_llvm_backend::UnitObject;
use pcg_partition::Graph;
use pcg_partition::truth::{Truth, write_truth};

use crate::archive;
use crate::failure::Failure;
use crate::place;

/// Where one module's files are kept, if they are.
#[derive(Debug)]
pub struct Keep<'a> {
    folder: Option<&'a Path>,
    graph: Option<&'a Path>,
    inline_truth: Option<&'a Path>,
    module: &'a str,
}

impl<'a> Keep<'a> {
    /// For the module of that name.
    pub fn new(options: &'a Options, module: &'a str) -> Self {
        // Nobody cuts the allocator shim, and it is not optimised.
        let is_crate = !archive::is_allocator_shim(module);
        Self {
            folder: options.keep.as_deref(),
            graph: options.dump_graph.as_deref().filter(|_| is_crate),
            inline_truth: options.inline_truth.as_deref().filter(|_| is_crate),
            module,
        }
    }

    /// Writes the graph.
    ///
    /// # Errors
    ///
    /// [`Failure::File`].
    pub fn graph(&self, graph: &Graph) -> Result<(), Failure> {
        let Some(path) = self.graph else { return Ok(()) };
        let mut content = Vec::new();
        let written = pcg_partition::file::write_graph(graph, &mut content).map_err(std::io::Error::other);
        written.and_then(|()| write_into_folder(path, &content)).map_err(Failure::file(path))
    }

    /// Writes which call sites LLVM inlined in the units.
    ///
    /// # Errors
    ///
    /// [`Failure::File`].
    pub fn inline_truth(&self, graph: &Graph, units: &[UnitObject]) -> Result<(), Failure> {
        let Some(path) = self.inline_truth else { return Ok(()) };
        let truth = Truth::new(graph.name.clone(), units.iter().flat_map(|unit| unit.inlined.iter().cloned()));
        let mut content = Vec::new();
        let written = write_truth(&truth, &mut content).map_err(std::io::Error::other);
        written.and_then(|()| write_into_folder(path, &content)).map_err(Failure::file(path))
    }

    /// Writes the units.
    ///
    /// # Errors
    ///
    /// [`Failure::File`].
    pub fn units(&self, units: &[UnitObject]) -> Result<(), Failure> {
        for unit in units {
            let index = unit.index;
            self.file(&format!("{index}.o"), &unit.object)?;
            if let Some(bitcode) = &unit.bitcode {
                self.file(&format!("{index}.bc"), bitcode)?;
            }
        }
        Ok(())
    }

    /// Writes the crate object.
    ///
    /// # Errors
    ///
    /// [`Failure::File`].
    pub fn object(&self, object: &[u8]) -> Result<(), Failure> {
        self.file("o", object)
    }

    fn file(&self, end: &str, content: &[u8]) -> Result<(), Failure> {
        let Some(folder) = self.folder else { return Ok(()) };
        let path: PathBuf = folder.join(format!("{}.{end}", self.module));
        write_into_folder(&path, content).map_err(Failure::file(&path))
    }
}

/// Writes a file and makes its folder if that is missing.
fn write_into_folder(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    place::write_file(path, content)
}
