//! Modules from IR text, split by hand, and what the joined object looks like.

#![allow(dead_code, reason = "each test binary uses its own part of the helpers")]

use std::collections::BTreeMap;

use inkwell::context::Context;
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::Module;
use object::{Object, ObjectSymbol};
use pcg_llvm_backend::{
    CompileOptions, CrateModule, Error, OptLevel, ParsedModule, Settings, UnitObject, Wanted, Workers, compile_units,
    start, tokens,
};
use pcg_partition::{Graph, ItemId, Partitioning, Unit, check};

/// What every module needs.
const HEADER: &str = r#"
source_filename = "test.0-cgu.0"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"
"#;

/// The bitcode of a module given as IR.
pub(crate) fn module(ir: &str) -> CrateModule {
    start(&[]).expect("LLVM starts");
    let context = Context::create();
    let text = format!("{HEADER}{ir}");
    let buffer = MemoryBuffer::create_from_memory_range_copy(text.as_bytes(), "test");
    let module = context.create_module_from_ir(buffer).expect("the IR is valid");
    CrateModule::new("test", module.write_bitcode_to_memory().as_slice().to_vec()).expect("it is bitcode")
}

/// The id of the item with this name.
pub(crate) fn id(graph: &Graph, name: &str) -> ItemId {
    graph.ids().find(|id| graph[*id].name == name).unwrap_or_else(|| panic!("no item {name}"))
}

/// A unit by the names of what it defines, imports and copies.
pub(crate) fn unit(graph: &Graph, defines: &[&str], imports: &[&str], copies: &[&str]) -> Unit {
    let ids = |names: &[&str]| {
        let mut ids: Vec<ItemId> = names.iter().map(|name| id(graph, name)).collect();
        ids.sort();
        ids
    };
    Unit { defines: ids(defines), imports: ids(imports), copies: ids(copies) }
}

/// A partitioning that the checker accepts.
pub(crate) fn partitioning(graph: &Graph, units: Vec<Unit>, promoted: &[&str]) -> Partitioning {
    let partitioning = Partitioning {
        units,
        promoted: promoted.iter().map(|name| id(graph, name)).collect(),
        ..Partitioning::default()
    };
    check(graph, &partitioning).expect("the partitioning is valid");
    partitioning
}

/// Two threads without a jobserver.
pub(crate) fn workers() -> Workers {
    Workers::new(tokens::from_environment_or(2), 2)
}

/// Reads a module.
pub(crate) fn read(module: &CrateModule, wanted: Wanted) -> Result<ParsedModule, Error> {
    ParsedModule::read(module, &workers(), |_| wanted)
}

/// Compiles without optimisation.
pub(crate) fn compile(module: &ParsedModule, parts: &Partitioning) -> Result<Vec<UnitObject>, Error> {
    compile_at(OptLevel::O0, module, parts)
}

/// Compiles without a jobserver on two threads, with LLVM's verifier. The units' bitcode and what LLVM inlined are kept.
pub(crate) fn compile_at(
    opt_level: OptLevel,
    module: &ParsedModule,
    parts: &Partitioning,
) -> Result<Vec<UnitObject>, Error> {
    let comment = "test (pcg)".to_owned();
    let options = CompileOptions { keep_bitcode: true, record_inlined: true, verify: true, comment };
    compile_units(module, parts, &Settings { opt_level, ..Settings::default() }, &workers(), &options)
}

/// Reads something of a unit as it was before optimisation.
pub(crate) fn in_unit<T>(unit: &UnitObject, read: impl FnOnce(&Module<'_>) -> T) -> T {
    let context = Context::create();
    let bitcode = unit.bitcode.as_deref().expect("it was asked for");
    let buffer = MemoryBuffer::create_from_memory_range_copy(bitcode, "unit");
    read(&Module::parse_bitcode_from_buffer(&buffer, &context).expect("it is bitcode"))
}

/// Joins the units and lists the symbols of the result: name, and `(global, defined)`.
pub(crate) fn join(graph: &Graph, parts: &Partitioning, units: &[UnitObject]) -> BTreeMap<String, (bool, bool)> {
    let promoted = parts.promoted.iter().map(|id| graph[*id].name.clone()).collect();
    symbols(&pcg_llvm_backend::join(units, &promoted, None).expect("the units can be joined"))
}

/// The named symbols of an object: name, and `(global, defined)`.
pub(crate) fn symbols(object: &[u8]) -> BTreeMap<String, (bool, bool)> {
    let file = object::File::parse(object).expect("an object");
    file.symbols()
        .filter_map(|symbol| {
            let name = symbol.name().ok().filter(|name| !name.is_empty())?;
            Some((name.to_owned(), (symbol.is_global(), !symbol.is_undefined())))
        })
        .collect()
}
