//! A module that has been read whole: what the partitioner learns of it, and what units have of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use inkwell::context::Context;
use inkwell::module::Module;
use pcg_partition::{Graph, ItemId};

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
    /// Whether the module has to be searched.
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
    /// The module, until a unit takes it.
    loaded: Mutex<Option<Loaded>>,
    /// What has become of it.
    state: State,
}

/// What has become of a module since it was read.
#[derive(Debug)]
enum State {
    Unchanged,
    /// It was searched, and these functions are used by nothing any more.
    Searched(Box<[ffi::Replaced]>),
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
        if wanted.is_searched() {
            return Self::search(module, description, wanted, workers);
        }
        let graph = if wanted.sources { description.to_graph(true) } else { graph };
        let (loaded, _) = description.into_module();
        Ok(Self {
            graph,
            module: module.clone(),
            promises: None,
            constants: Box::default(),
            loaded: Mutex::new(Some(loaded)),
            state: State::Unchanged,
        })
    }

    /// A module that has been described, with what is found in it.
    fn search(
        module: &CrateModule,
        mut description: Description,
        wanted: Wanted,
        workers: &Workers,
    ) -> Result<Self, Error> {
        let (name, module) = (module.name().to_owned(), module.clone());
        workers.run(&name, move || {
            description.search(wanted).map_err(|message| module.error(message))?;
            let graph = description.to_graph(wanted.sources);
            let promises = wanted.promises.then(|| description.promises());
            let constants = description.constants();
            let (loaded, replaced) = description.into_module();
            let (loaded, state) = (Mutex::new(Some(loaded)), State::Searched(replaced));
            Ok(Self { graph, module, promises, constants, loaded, state })
        })
    }

    /// The module for a unit of all of it, if nobody has taken it, and it is as it was read.
    pub(crate) fn take_whole(&self) -> Option<Loaded> {
        match self.state {
            State::Unchanged => self.take(),
            State::Searched(_) => None,
        }
    }

    /// The module for a unit of a part of it, if nobody has taken it, and all that is used in it by then is what is used
    /// where items are `replaced` by others.
    pub(crate) fn take_for_part(&self, replaced: &BTreeMap<ItemId, ItemId>) -> Option<Loaded> {
        let used = |item: u32| replaced.get(&ItemId(item)).map_or(item, |substitute| substitute.0);
        let is_right = match &self.state {
            State::Unchanged => true,
            State::Searched(found) => found.iter().all(|found| used(found.item) == used(found.substitute)),
        };
        if is_right { self.take() } else { None }
    }

    fn take(&self) -> Option<Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
