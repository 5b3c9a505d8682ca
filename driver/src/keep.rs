//! What the user asked to keep: the graph (`--pcg-dump-graph`) and each unit's bitcode and object (`--pcg-keep`).
//!
//! | file in the folder | what it is |
//! |---|---|
//! | `MODULE.N.bc` | unit N of a module before optimisation |
//! | `MODULE.N.o` | its object |
//! | `MODULE.o` | the crate object |

use std::fs;
use std::path::{Path, PathBuf};

use pcg_llvm_backend::UnitObject;
use pcg_partition::Graph;

use crate::archive;
use crate::failure::Failure;
use crate::options::Options;
use crate::place;

/// Where one module's files are kept, if they are.
#[derive(Debug)]
pub struct Keep<'a> {
    folder: Option<&'a Path>,
    graph: Option<&'a Path>,
    module: &'a str,
}

impl<'a> Keep<'a> {
    /// For the module of that name.
    pub fn new(options: &'a Options, module: &'a str) -> Self {
        Self { folder: options.keep.as_deref(), graph: options.dump_graph.as_deref(), module }
    }

    /// Writes the graph, unless it is that of the allocator shim, which nobody cuts.
    ///
    /// # Errors
    ///
    /// [`Failure::File`].
    pub fn graph(&self, graph: &Graph) -> Result<(), Failure> {
        let Some(path) = self.graph.filter(|_| !archive::is_allocator_shim(self.module)) else { return Ok(()) };
        let mut content = Vec::new();
        let written = pcg_partition::file::write_graph(graph, &mut content).map_err(std::io::Error::other);
        written.and_then(|()| make_folder_of(path)).map_err(Failure::file(path))?;
        place::write_file(path, &content).map_err(Failure::file(path))
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

    /// Copies the crate object.
    ///
    /// # Errors
    ///
    /// [`Failure::File`].
    pub fn object(&self, object: &Path) -> Result<(), Failure> {
        if self.folder.is_none() {
            return Ok(());
        }
        self.file("o", &fs::read(object).map_err(Failure::file(object))?)
    }

    fn file(&self, end: &str, content: &[u8]) -> Result<(), Failure> {
        let Some(folder) = self.folder else { return Ok(()) };
        let path: PathBuf = folder.join(format!("{}.{end}", self.module));
        make_folder_of(&path).and_then(|()| place::write_file(&path, content)).map_err(Failure::file(&path))
    }
}

fn make_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}
