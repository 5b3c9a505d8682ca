//! A module that has been read whole: what the partitioner learns of it, and what units have of it.

use std::sync::{Arc, Mutex, PoisonError};

use inkwell::context::Context;
use inkwell::module::Module;
use pcg_partition::Graph;

use crate::error::Error;
use crate::ffi;
use crate::graph::Description;
use crate::module::CrateModule;
use crate::workers::Workers;

/// What is to be known of a module that takes time to find out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The module in which each function was written ([`Item::source`](pcg_partition::Item::source)): all symbols are
    /// demangled.
    pub sources: bool,
    /// Which functions have the same body ([`Item::body`](pcg_partition::Item::body)): functions are compared.
    pub bodies: bool,
    /// What functions promise their callers, for units that do not define them: pointers are followed through bodies.
    /// The graph does not say it.
    pub promises: bool,
    /// Which arguments are the same constant in all calls of a function. The graph says only that the function uses the
    /// constant.
    pub constants: bool,
}

impl Wanted {
    /// Whether the module has to be searched, after which it is another one.
    fn is_searched(self) -> bool {
        self.bodies || self.promises || self.constants
    }
}

/// A module in memory, with the context that it belongs to. The module is dropped first.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) module: Module<'static>,
    pub(crate) context: Context,
}

// SAFETY: LLVM wants a context, and what belongs to it, to be used by one thread at a time, not always by the same one.
// The parts own each other, nothing else refers to them, and whoever has the value has it alone.
unsafe impl Send for Loaded {}

/// A module that has been read whole.
#[derive(Debug)]
pub struct ParsedModule {
    /// The module, described to the partitioner.
    pub graph: Graph,
    /// What it was read from.
    pub module: CrateModule,
    /// What each item of the graph promises its callers, if that was wanted.
    pub(crate) promises: Option<Arc<[u64]>>,
    /// The arguments that are the same constant in all calls of their function, if they were wanted.
    pub(crate) constants: Box<[ffi::Constant]>,
    /// The module as it was read, until a unit that has all of it takes it.
    loaded: Mutex<Option<Loaded>>,
}

impl ParsedModule {
    /// Reads a module on the workers' threads. What is wanted may depend on what there is: `wanted` sees the graph before
    /// anything is searched for.
    ///
    /// # Errors
    /// [`Error::Bitcode`] if LLVM cannot read it.
    pub fn read(module: &CrateModule, workers: &Workers, wanted: impl FnOnce(&Graph) -> Wanted) -> Result<Self, Error> {
        let (name, bitcode) = (module.name().to_owned(), module.clone());
        let (description, graph) = workers.run(&name, move || {
            let description = Description::read(bitcode.bitcode()).map_err(|message| bitcode.error(message))?;
            let graph = description.to_graph(false);
            Ok((description, graph))
        })?;
        let wanted = wanted(&graph);
        let parsed =
            Self { graph, module: module.clone(), promises: None, constants: Box::default(), loaded: Mutex::default() };
        if wanted.is_searched() {
            return parsed.search(description, wanted, workers);
        }
        let graph = if wanted.sources { description.to_graph(true) } else { parsed.graph };
        Ok(Self { graph, loaded: Mutex::new(Some(description.into_module())), ..parsed })
    }

    /// The same with what is found.
    fn search(self, mut description: Description, wanted: Wanted, workers: &Workers) -> Result<Self, Error> {
        let (name, module) = (self.module.name().to_owned(), self.module.clone());
        let (parsed, description) = workers.run(&name, move || {
            description.search(wanted).map_err(|message| module.error(message))?;
            let parsed = Self {
                graph: description.to_graph(wanted.sources),
                promises: wanted.promises.then(|| description.promises()),
                constants: description.constants(),
                ..self
            };
            Ok((parsed, description))
        })?;
        if workers.tokens.allowed() > 1 {
            // The module is of no use any more; it goes beside whatever the graph is wanted for.
            let free = move || {
                drop(description);
                Ok(())
            };
            workers.start(name, free, |_| {})?;
        }
        Ok(parsed)
    }

    /// The module as it was read, if nothing has changed it, and nobody has taken it.
    pub(crate) fn take(&self) -> Option<Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
