//! The bitcode of one module: read once for its graph, and by every unit for the bodies it needs.

use std::sync::{Arc, OnceLock};

use pcg_partition::Graph;

use crate::error::Error;
use crate::ffi;
use crate::graph::{self, Wanted};
use crate::workers::Workers;

/// What a bitcode file starts with (`llvm::isBitcode`): raw, or with the wrapper that Darwin puts around it.
const MAGIC: [&[u8]; 2] = [b"BC\xC0\xDE", b"\xDE\xC0\x17\x0B"];

/// Whether a file is bitcode rather than machine code.
pub fn is_bitcode(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
}

/// One module as the front end wrote it. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct CrateModule {
    name: Arc<str>,
    // Not a slice: that would be another copy.
    bitcode: Arc<Vec<u8>>,
    promises: Arc<OnceLock<Arc<[u64]>>>,
    constants: Arc<OnceLock<Arc<[ffi::Constant]>>>,
}

impl CrateModule {
    /// Takes a module's bytes; `name` is used in messages.
    ///
    /// # Errors
    /// [`Error::Bitcode`] if the bytes do not start as bitcode does.
    pub fn new(name: &str, bitcode: Vec<u8>) -> Result<Self, Error> {
        if !is_bitcode(&bitcode) {
            return Err(Error::Bitcode { module: name.to_owned(), message: "it is no bitcode file".to_owned() });
        }
        Ok(Self { name: name.into(), bitcode: bitcode.into(), promises: Arc::default(), constants: Arc::default() })
    }

    /// The name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes as the front end wrote them.
    pub fn bitcode(&self) -> &[u8] {
        &self.bitcode
    }

    /// What each item of the graph promises its callers, if a graph was read that wanted it.
    pub(crate) fn promises(&self) -> Option<&Arc<[u64]>> {
        self.promises.get()
    }

    /// The arguments that are the same constant in all calls of their function, if a graph was read that wanted them.
    pub(crate) fn constants(&self) -> &[ffi::Constant] {
        self.constants.get().map_or(&[], |constants| constants)
    }

    /// Reads the whole module on one of the workers' threads and describes it to the partitioner.
    ///
    /// # Errors
    /// [`Error::Bitcode`] if LLVM cannot read it.
    pub fn graph(&self, wanted: Wanted, workers: &Workers) -> Result<Graph, Error> {
        let module = self.clone();
        let (graph, read) = workers.run(&self.name, move || module.read_graph(wanted))?;
        if workers.tokens.allowed() > 1 {
            // Beside whatever the graph is wanted for.
            let free = move || {
                drop(read);
                Ok(())
            };
            workers.start(self.name.to_string(), free, |_| {})?;
        }
        Ok(graph)
    }

    /// The graph, and what there is to free.
    fn read_graph(&self, wanted: Wanted) -> Result<(Graph, graph::Owned), Error> {
        let (graph, error) = ffi::with_error(|error| {
            // SAFETY: the bytes live during the call, and the shim only reads them.
            unsafe {
                let Wanted { bodies, promises, constants, .. } = wanted;
                ffi::pcg_graph_read(self.bitcode.as_ptr(), self.bitcode.len(), bodies, promises, constants, error)
            }
        });
        if graph.is_null() {
            let message = error.unwrap_or_default();
            return Err(Error::Bitcode { module: self.name.to_string(), message });
        }
        let owned = graph::Owned(graph);
        if wanted.promises {
            self.promises.get_or_init(|| owned.promises());
        }
        if wanted.constants {
            self.constants.get_or_init(|| owned.constants());
        }
        Ok((owned.to_graph(wanted), owned))
    }
}
