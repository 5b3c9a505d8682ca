//! One codegen unit: a pure function of bitcode, partitioning and settings to an object, in two steps.

use std::ffi::{CString, c_void};
use std::mem;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use inkwell::context::Context;
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::Module;
use inkwell::targets::TargetMachine;
use llvm_sys::LLVMDiagnosticSeverity;
use object::{Object, ObjectSection, SectionKind};
use pcg_partition::{Graph, ItemId, Partitioning};
use rustix::time::{ClockId, clock_gettime};

use crate::compile::CompileOptions;
use crate::error::Error;
use crate::ffi;
use crate::module::CrateModule;
use crate::parsed::{Loaded, ParsedModule};
use crate::settings::{CodeModel, OptLevel, RelocationModel, Settings};

/// What one unit became.
#[derive(Clone, Debug)]
pub struct UnitObject {
    /// The unit's position in the partitioning.
    pub index: usize,
    /// A relocatable ELF object.
    pub object: Vec<u8>,
    /// What it took.
    pub statistics: UnitStatistics,
    /// The unit's bitcode before optimisation, if it was asked for.
    pub bitcode: Option<Vec<u8>>,
    /// Call sites that LLVM inlined, as the symbols of caller and callee, if they were asked for.
    pub inlined: Vec<(String, String)>,
}

/// What one unit took; times are CPU seconds of the threads that compiled it.
#[derive(Clone, Debug, Default)]
pub struct UnitStatistics {
    /// Reading the unit's bodies from the module.
    pub load_seconds: f64,
    /// The pass pipeline.
    pub optimise_seconds: f64,
    /// Code generation.
    pub emit_seconds: f64,
    /// Everything that was done for the unit.
    pub cpu_seconds: f64,
    /// Instructions before optimisation, imports and copies included.
    pub instructions_in: u64,
    /// Bytes of executable sections.
    pub text_bytes: u64,
}

/// What a unit does with an item; the numbering is that of `PcgAction` in `shim/pcg.h`.
const DECLARE: u8 = 0;
const DEFINE: u8 = 1;
const IMPORT: u8 = 2;
const COPY: u8 = 3;
/// Added to an action: the item is hidden instead of local.
const PROMOTED: u8 = 4;

/// Everything that compiling one unit depends on.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) source: Source,
    pub(crate) unit: Unit,
}

/// What a unit is made from.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The module, if it has been read already; otherwise it is read from the bitcode.
    pub(crate) module: Option<Loaded>,
    /// What the unit has of it, if that is not all.
    pub(crate) part: Option<Part>,
}

/// What one unit has of a module.
#[derive(Debug)]
pub(crate) struct Part {
    /// What to do with each item of the graph.
    pub(crate) actions: Box<[u8]>,
    /// What each item promises its callers, if that is known.
    pub(crate) promises: Option<Arc<[u64]>>,
    /// Items that are replaced in every unit, with the ones that stand for them.
    pub(crate) replaced: Arc<[ffi::Replaced]>,
    /// Arguments to put constants in the place of, where their function is defined.
    pub(crate) constants: Arc<[ffi::Constant]>,
}

impl Part {
    /// Leaves of the module what the unit has; `first` is the unit that has what belongs to no item. The error is the
    /// shim's.
    fn cut(&self, module: &Module, first: bool) -> Result<(), String> {
        let (done, error) = ffi::with_error(|error| {
            // SAFETY: module and all arrays live during the call; actions and promises are parallel to the items of the
            // graph of this module.
            unsafe {
                ffi::pcg_module_cut(
                    module.as_mut_ptr(),
                    self.actions.as_ptr(),
                    self.actions.len(),
                    self.promises.as_ref().map_or(ptr::null(), |promises| promises.as_ptr()),
                    self.replaced.as_ptr(),
                    self.replaced.len(),
                    self.constants.as_ptr(),
                    self.constants.len(),
                    first,
                    error,
                )
            }
        });
        if done { Ok(()) } else { Err(error.unwrap_or_default()) }
    }
}

/// What is known of a unit all along.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) index: usize,
    pub(crate) module: CrateModule,
    pub(crate) optimise: bool,
    pub(crate) options: Arc<CompileOptions>,
    pub(crate) settings: Arc<Settings>,
}

/// A unit whose machine code is yet to be generated.
#[derive(Debug)]
pub(crate) struct Optimised {
    unit: Unit,
    statistics: UnitStatistics,
    bitcode: Option<Vec<u8>>,
    /// Instructions that are left.
    instructions: u64,
    llvm: Llvm,
}

/// What LLVM has of a unit. The parts are dropped in this order: the context refers to the diagnostics.
#[derive(Debug)]
struct Llvm {
    loaded: Loaded,
    machine: TargetMachine,
    diagnostics: Arc<Mutex<Diagnostics>>,
}

// SAFETY: LLVM wants a context, and what belongs to it, to be used by one thread at a time, not always by the same one.
// Nothing else refers to the parts, and whoever has the value has it alone.
unsafe impl Send for Llvm {}

/// What the units of a partitioning are made from: the first one of the module that has been read, if it is there.
pub(crate) fn sources(module: &ParsedModule, partitioning: &Partitioning) -> Vec<Source> {
    if let [_] = partitioning.units[..] {
        return vec![Source { module: module.take_whole(), part: None }];
    }
    let replaced = partitioning.replaced.iter();
    let replaced: Arc<[_]> =
        replaced.map(|(id, substitute)| ffi::Replaced { item: id.0, substitute: substitute.0 }).collect();
    let constants = constants(module, partitioning);
    let part = |index| Part {
        actions: actions(&module.graph, partitioning, index),
        promises: module.promises.clone(),
        replaced: replaced.clone(),
        constants: constants.clone(),
    };
    let mut read = module.take_for_part(&partitioning.replaced);
    let source = |index| Source { module: read.take(), part: Some(part(index)) };
    (0..partitioning.units.len()).map(source).collect()
}

/// The actions of one unit, parallel to the graph's items.
fn actions(graph: &Graph, partitioning: &Partitioning, index: usize) -> Box<[u8]> {
    let mut actions = vec![DECLARE; graph.items().len()];
    let unit = &partitioning.units[index];
    for (items, action) in [(&unit.defines, DEFINE), (&unit.imports, IMPORT), (&unit.copies, COPY)] {
        for id in items {
            actions[id.index()] = action;
        }
    }
    for id in &partitioning.promoted {
        actions[id.index()] |= PROMOTED;
    }
    actions.into()
}

/// The arguments that units put constants in the place of: those of promoted functions. LLVM sees all calls of others.
fn constants(module: &ParsedModule, partitioning: &Partitioning) -> Arc<[ffi::Constant]> {
    let used = |item: u32| partitioning.replaced.get(&ItemId(item)).map_or(item, |substitute| substitute.0);
    let constants = module.constants.iter();
    let promoted = constants.filter(|constant| partitioning.promoted.contains(&ItemId(constant.function)));
    promoted.map(|constant| ffi::Constant { item: used(constant.item), ..*constant }).collect()
}

impl Job {
    /// Loads and optimises the unit in a context of its own.
    pub(crate) fn optimise(self) -> Result<Optimised, Error> {
        let Self { source, unit } = self;
        let diagnostics = Arc::new(Mutex::new(Diagnostics::default()));
        let start = thread_seconds();
        let loaded = unit.load(source, &diagnostics)?;
        let module = &loaded.module;
        if unit.index == 0 {
            let comment = &unit.options.comment;
            // SAFETY: module and text live during the call.
            unsafe { ffi::pcg_module_add_ident(module.as_mut_ptr(), comment.as_ptr(), comment.len()) };
        }
        let bitcode = unit.options.keep_bitcode.then(|| write_bitcode(module));
        let instructions_in = instructions(module);
        let after_loading = thread_seconds();
        let raw = RawSettings::new(&unit.settings, unit.options.verify);
        let machine = unit.target_machine(module, &raw)?;
        unit.run_passes(module, &machine, &raw)?;
        let after_passes = thread_seconds();
        let statistics = UnitStatistics {
            load_seconds: after_loading - start,
            optimise_seconds: after_passes - after_loading,
            cpu_seconds: after_passes - start,
            instructions_in,
            ..UnitStatistics::default()
        };
        let instructions = instructions(module);
        Ok(Optimised { unit, statistics, bitcode, instructions, llvm: Llvm { loaded, machine, diagnostics } })
    }
}

impl Unit {
    /// The unit's name in messages.
    pub(crate) fn name(&self) -> String {
        format!("{} (unit {})", self.module.name(), self.index)
    }

    /// The unit's module in a context of its own, which reports to `diagnostics`: they have to outlive it.
    fn load(&self, source: Source, diagnostics: &Arc<Mutex<Diagnostics>>) -> Result<Loaded, Error> {
        let prepare = |context: &Context| {
            let on_inlined: Option<ffi::OnInlined> = if self.options.record_inlined { Some(on_inlined) } else { None };
            let collector = Arc::as_ptr(diagnostics).cast_mut().cast::<c_void>();
            // SAFETY: the context is alive; the caller's promise.
            unsafe { ffi::pcg_context_prepare(context.raw(), on_diagnostic, on_inlined, collector) };
        };
        let read = if source.part.is_some() { ffi::pcg_module_open } else { ffi::pcg_module_read };
        let loaded = match source.module {
            Some(loaded) => {
                prepare(&loaded.context);
                loaded
            }
            None => {
                let context = Context::create();
                prepare(&context);
                let bitcode = self.module.bitcode();
                // SAFETY: the context is alive, the bitcode lives as long as `self`, and the module is cut by then.
                let new = |error| unsafe { read(context.raw(), bitcode.as_ptr(), bitcode.len(), error) };
                let (module, error) = ffi::with_error(new);
                if module.is_null() {
                    return Err(self.error("loaded", error.unwrap_or_default()));
                }
                // SAFETY: the shim hands over a module of this context.
                Loaded { module: unsafe { Module::new(module) }, context }
            }
        };
        if let Some(part) = source.part {
            part.cut(&loaded.module, self.index == 0).map_err(|message| self.error("loaded", message))?;
        }
        Ok(loaded)
    }

    fn target_machine(&self, module: &Module, settings: &RawSettings) -> Result<TargetMachine, Error> {
        let (machine, error) = ffi::with_error(|error| {
            // SAFETY: module and settings live during the call.
            unsafe { ffi::pcg_target_machine(module.as_mut_ptr(), &settings.raw, error) }
        });
        if machine.is_null() {
            return Err(self.error("loaded", error.unwrap_or_default()));
        }
        // SAFETY: the shim hands over a machine that nobody else owns.
        Ok(unsafe { TargetMachine::new(machine) })
    }

    fn run_passes(&self, module: &Module, machine: &TargetMachine, settings: &RawSettings) -> Result<(), Error> {
        if !self.optimise {
            return Ok(());
        }
        let (done, error) = ffi::with_error(|error| {
            // SAFETY: module, machine and settings live during the call.
            unsafe { ffi::pcg_optimise(module.as_mut_ptr(), machine.as_mut_ptr(), &settings.raw, error) }
        });
        if done { Ok(()) } else { Err(self.error("optimised", error.unwrap_or_default())) }
    }

    fn error(&self, stage: &'static str, message: String) -> Error {
        Error::Unit { unit: self.name(), stage, message }
    }
}

impl Optimised {
    /// The unit's name in messages.
    pub(crate) fn name(&self) -> String {
        self.unit.name()
    }

    /// How much there is to generate code for.
    pub(crate) fn instructions(&self) -> u64 {
        self.instructions
    }

    /// Generates the machine code. If no other unit is going to need this one's memory (`is_last`), it is left to the
    /// end of the process: taking a module apart takes some percent of the time of compiling it.
    pub(crate) fn emit(self, is_last: bool) -> Result<UnitObject, Error> {
        let Self { unit, mut statistics, bitcode, llvm, .. } = self;
        let start = thread_seconds();
        let object = llvm.emit(&unit)?;
        statistics.emit_seconds = thread_seconds() - start;
        statistics.cpu_seconds += statistics.emit_seconds;
        let diagnostics = mem::take(&mut *llvm.diagnostics.lock().unwrap_or_else(PoisonError::into_inner));
        if is_last {
            mem::forget(llvm);
        } else {
            drop(llvm);
        }
        let inlined = diagnostics.into_result().map_err(|message| unit.error("emitted", message))?;
        statistics.text_bytes = text_bytes(&object)?;
        Ok(UnitObject { index: unit.index, object, statistics, bitcode, inlined })
    }
}

impl Llvm {
    fn emit(&self, unit: &Unit) -> Result<Vec<u8>, Error> {
        let (module, machine) = (&self.loaded.module, &self.machine);
        let (buffer, error) = ffi::with_error(|error| {
            // SAFETY: module and machine live during the call.
            unsafe { ffi::pcg_emit_object(module.as_mut_ptr(), machine.as_mut_ptr(), error) }
        });
        if buffer.is_null() {
            return Err(unit.error("emitted", error.unwrap_or_default()));
        }
        // SAFETY: the shim hands over the buffer.
        Ok(unsafe { MemoryBuffer::new(buffer) }.as_slice().to_vec())
    }
}

fn write_bitcode(module: &Module) -> Vec<u8> {
    // SAFETY: the module is alive, and the shim hands over the buffer.
    unsafe { MemoryBuffer::new(ffi::pcg_write_bitcode(module.as_mut_ptr())) }.as_slice().to_vec()
}

fn instructions(module: &Module) -> u64 {
    // SAFETY: the module is alive.
    unsafe { ffi::pcg_module_instructions(module.as_mut_ptr()) }
}

/// What LLVM reported about a unit. Stock rustc shows warnings to its user in a form of its own, so they too are a
/// reason to leave the crate to it.
#[derive(Debug, Default)]
struct Diagnostics {
    messages: Vec<String>,
    inlined: Vec<(String, String)>,
}

impl Diagnostics {
    /// The inlined call sites, or what went wrong.
    fn into_result(self) -> Result<Vec<(String, String)>, String> {
        if self.messages.is_empty() { Ok(self.inlined) } else { Err(self.messages.join("; ")) }
    }
}

extern "C" fn on_diagnostic(
    collector: *mut c_void,
    severity: LLVMDiagnosticSeverity,
    message: *const u8,
    length: usize,
) {
    if !matches!(severity, LLVMDiagnosticSeverity::LLVMDSError | LLVMDiagnosticSeverity::LLVMDSWarning) {
        return;
    }
    // SAFETY: the shim passes a string that lives during the call.
    let message = unsafe { text(message, length) };
    // SAFETY: `optimise` passes a collector that outlives the context.
    unsafe { collect(collector) }.messages.push(message);
}

extern "C" fn on_inlined(
    collector: *mut c_void,
    caller: *const u8,
    caller_length: usize,
    callee: *const u8,
    callee_length: usize,
) {
    // SAFETY: the shim passes strings that live during the call.
    let pair = unsafe { (text(caller, caller_length), text(callee, callee_length)) };
    // SAFETY: as in `on_diagnostic`.
    unsafe { collect(collector) }.inlined.push(pair);
}

/// # Safety
/// `collector` points to a `Mutex<Diagnostics>` that is alive.
unsafe fn collect<'a>(collector: *mut c_void) -> MutexGuard<'a, Diagnostics> {
    // SAFETY: the caller's promise.
    unsafe { &*collector.cast::<Mutex<Diagnostics>>() }.lock().unwrap_or_else(PoisonError::into_inner)
}

/// # Safety
/// `data` points to `length` bytes, unless `length` is 0.
unsafe fn text(data: *const u8, length: usize) -> String {
    if length == 0 {
        return String::new();
    }
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(data, length) }).into_owned()
}

/// The shim's form of [`Settings`]; it keeps the strings alive that `raw` points to.
struct RawSettings {
    raw: ffi::Settings,
    _cpu: Option<CString>,
}

impl RawSettings {
    fn new(settings: &Settings, verify: bool) -> Self {
        // A name with a NUL byte cannot come from a command line.
        let cpu = settings.target_cpu.as_deref().and_then(|cpu| CString::new(cpu).ok());
        let raw = ffi::Settings {
            cpu: cpu.as_ref().map_or(ptr::null(), |cpu| cpu.as_ptr()),
            opt_level: match settings.opt_level {
                OptLevel::O0 => 0,
                OptLevel::O1 => 1,
                OptLevel::O2 => 2,
                OptLevel::O3 => 3,
                OptLevel::Os => 4,
                OptLevel::Oz => 5,
            },
            relocation: match settings.relocation_model {
                RelocationModel::Static => 0,
                RelocationModel::Pic => 1,
                RelocationModel::DynamicNoPic => 2,
            },
            code_model: match settings.code_model {
                None => 0,
                Some(CodeModel::Tiny) => 1,
                Some(CodeModel::Small) => 2,
                Some(CodeModel::Kernel) => 3,
                Some(CodeModel::Medium) => 4,
                Some(CodeModel::Large) => 5,
            },
            no_vectorize_loops: settings.no_vectorize_loops,
            no_vectorize_slp: settings.no_vectorize_slp,
            embed_bitcode: settings.embed_bitcode,
            verify,
        };
        Self { raw, _cpu: cpu }
    }
}

/// CPU seconds of the current thread.
fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0)).as_secs_f64()
}

fn text_bytes(object: &[u8]) -> Result<u64, Error> {
    let file = object::File::parse(object).map_err(|error| Error::Object { message: error.to_string() })?;
    Ok(file.sections().filter(|section| section.kind() == SectionKind::Text).map(|section| section.size()).sum())
}
