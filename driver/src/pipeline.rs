//! The way of one compile.
//!
//! [`split`] is the whole way of a crate; [`crate_object`] is the part of it from bitcode to one object. It starts as
//! soon as rustc has written the bitcode. rlibs and staticlibs need the object when rustc has ended, linked crate types
//! while rustc waits for its linker.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pcg_llvm_backend::{
    CompileOptions, CrateModule, ParsedModule, UnitObject, Wanted, Workers, compile_units, compile_whole, join,
};
use pcg_partition::{Strategy, automatic_units, partition};

use crate::archive::{self, Member, module_name};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fallback;
use crate::frontend;
use crate::keep::Keep;
use crate::outputs::Outputs;
use crate::plan::SplitPlan;
use crate::recorder::Recorder;
use crate::scratch::Scratch;
use crate::signals::Watch;
use crate::stderr::Transcript;

/// One compile and everything that its phases share.
pub struct Compile<'a> {
    /// What is to be done.
    pub plan: &'a SplitPlan,
    /// Who may work.
    pub workers: Workers,
    /// Where everything is made.
    pub scratch: Scratch,
    /// Where everything belongs.
    pub outputs: Outputs,
    /// What has been measured.
    pub report: Recorder,
    /// Who cleans up after a signal.
    pub watch: Watch,
    /// Crate objects by their bitcode: rustc links the same module for each crate type.
    made: Mutex<Vec<(blake3::Hash, PathBuf)>>,
}

impl<'a> Compile<'a> {
    /// Prepares a compile. `Ok(None)` if only stock rustc can say what is wrong with the outputs.
    ///
    /// # Errors
    ///
    /// [`Failure::SetUp`].
    pub fn new(plan: &'a SplitPlan, workers: Workers, report: Recorder, watch: Watch) -> Result<Option<Self>, Failure> {
        let scratch = Scratch::new().map_err(Failure::SetUp)?;
        let keeper = watch.folders(scratch.folders());
        workers.tokens.on_change(move |held| keeper.tokens(held));
        let Some(outputs) = Outputs::new(plan, &scratch) else { return Ok(None) };
        outputs.make_folders().map_err(Failure::SetUp)?;
        Ok(Some(Self { plan, workers, scratch, outputs, report, watch, made: Mutex::default() }))
    }

    /// Compiles: by [`split`], or by stock rustc if that fails.
    pub fn run(&self) -> Exit {
        let mut transcript = Transcript::default();
        let result = panic::catch_unwind(AssertUnwindSafe(|| split(self, &mut transcript)));
        let failure = match result {
            Ok(Ok(exit)) => return exit,
            Ok(Err(failure)) => failure,
            Err(panic) => Failure::Panic(panic_message(&*panic)),
        };
        fallback::run(self, &failure, &mut transcript)
    }
}

/// From the source to the finished outputs.
fn split(compile: &Compile, transcript: &mut Transcript) -> Result<Exit, Failure> {
    let object_of = |name: &str, bitcode| crate_object(compile, name, bitcode);
    let mut front_end = frontend::run(compile, &object_of, transcript)?;
    if front_end.status.success() {
        for archive in compile.outputs.archives().map_err(Failure::file(compile.scratch.out()))? {
            let members = machine_code_members(compile, &archive)?;
            compile
                .report
                .phase("archive", || archive::write(&archive, &members))
                .map_err(Failure::archive(&archive))?;
        }
    }
    compile.report.phase("finish", || compile.outputs.place_rest())?;
    front_end.last_lines.release();
    Ok(Exit::from(front_end.status))
}

/// An archive's members with machine code for bitcode.
fn machine_code_members(compile: &Compile, archive: &Path) -> Result<Vec<Member>, Failure> {
    let mut members = compile.report.phase("read", || archive::read(archive)).map_err(Failure::archive(archive))?;
    for index in archive::own_objects(&members) {
        let member = &mut members[index];
        let object = crate_object(compile, module_name(&member.name), std::mem::take(&mut member.data))?;
        member.data = compile.report.phase("archive", || fs::read(&object)).map_err(Failure::file(&object))?;
    }
    Ok(members)
}

/// From the bitcode of one module to its object, in the scratch folder.
fn crate_object(compile: &Compile, name: &str, bitcode: Vec<u8>) -> Result<PathBuf, Failure> {
    // Held to the end: nobody else could do anything else with the cores.
    let mut made = compile.made.lock().unwrap_or_else(PoisonError::into_inner);
    let key = blake3::hash(&bitcode);
    if let Some((_, object)) = made.iter().find(|(other, _)| *other == key) {
        return Ok(object.clone());
    }
    if !pcg_llvm_backend::is_bitcode(&bitcode) {
        return Err(Failure::MachineCode { object: name.to_owned() });
    }
    let object = compile.scratch.path().join(format!("{}.{name}{}", made.len(), archive::OBJECT_SUFFIX));

    let keep = Keep::new(&compile.plan.options, name);
    let report = &compile.report;
    pcg_llvm_backend::start(&compile.plan.llvm_args)?;
    let module = CrateModule::new(name, bitcode)?;
    let (units, localise) = if archive::is_allocator_shim(name) {
        (vec![compile_shim(compile, &module)?], BTreeSet::new())
    } else {
        compile_crate(compile, &module, &keep)?
    };
    keep.units(&units)?;
    // rustc may be at work still, and the units have given their tokens back.
    compile.workers.tokens.wait();
    let joined = report.phase("join", || {
        let embedded = compile.plan.settings.embed_bitcode.then(|| module.bitcode());
        let joined = join(&units, &localise, embedded)?;
        fs::write(&object, &joined).map_err(Failure::file(&object))?;
        Ok::<_, Failure>(joined)
    })?;
    keep.object(&joined)?;
    made.push((key, object.clone()));
    Ok(object)
}

/// The crate's units, and the promoted items by name.
fn compile_crate(
    compile: &Compile,
    module: &CrateModule,
    keep: &Keep,
) -> Result<(Vec<UnitObject>, BTreeSet<String>), Failure> {
    let (plan, report) = (compile.plan, &compile.report);
    let (module, units) = report.phase("graph", || read(compile, module))?;
    let graph = &module.graph;
    keep.graph(graph)?;
    let partitioning = report.phase("partition", || {
        partition(graph, plan.options.strategy, units)
            .map_err(|source| Failure::Partition { module: graph.name.clone(), source })
    })?;
    let objects = report.phase("units", || {
        let options = options(compile, partitioning.units.len());
        compile_units(&module, &partitioning, &plan.settings, &compile.workers, &options)
    })?;
    let statistics: Vec<_> = objects.iter().map(|unit| &unit.statistics).collect();
    report.units(graph, &partitioning, &statistics);
    keep.inline_truth(graph, &objects)?;
    let promoted = partitioning.promoted.iter().map(|&item| graph[item].name.clone()).collect();
    Ok((objects, promoted))
}

/// The module, and into how many units it is divided. What is of use only where there are several is searched for only
/// then.
fn read(compile: &Compile, module: &CrateModule) -> Result<(ParsedModule, usize), pcg_llvm_backend::Error> {
    let options = &compile.plan.options;
    let is_saved = options.dump_graph.is_some();
    let fixed = match compile.plan.codegen_units {
        // What one unit inlines is the truth that others are measured against.
        _ if options.inline_truth.is_some() => Some(1),
        units => units.map(NonZero::get),
    };
    let sources = options.strategy == Strategy::Source || is_saved;
    let merges = compile.plan.settings.opt_level.merges_functions();
    let mut units = 1;
    let module = ParsedModule::read(module, &compile.workers, |graph| {
        units = fixed.unwrap_or_else(|| automatic_units(graph));
        let is_divided = units > 1;
        let is_searched = is_divided || is_saved;
        Wanted { sources, promises: is_divided, constants: is_searched, bodies: merges && is_searched }
    })?;
    Ok((module, units))
}

/// Stock does not optimise the allocator shim.
fn compile_shim(compile: &Compile, module: &CrateModule) -> Result<UnitObject, Failure> {
    let optimise = false;
    let unit = compile.report.phase("units", || {
        compile_whole(module, &compile.plan.settings, optimise, &compile.workers, &options(compile, 1))
    })?;
    compile.report.module(module.name(), &unit.statistics);
    Ok(unit)
}

fn options(compile: &Compile, units: usize) -> CompileOptions {
    let plural = if units == 1 { "unit" } else { "units" };
    let comment = format!("pcg-rustc {} ({units} {plural})", env!("CARGO_PKG_VERSION"));
    let options = &compile.plan.options;
    CompileOptions {
        keep_bitcode: options.keep.is_some(),
        record_inlined: options.inline_truth.is_some(),
        // Whoever does not want a fallback wants to know of invalid IR rather than of what becomes of it.
        verify: options.strict,
        comment,
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
