//! The options of `-C`, all of them.

use pcg_llvm_backend::{CodeModel, RelocationModel};

use super::Effect::{Harmless, PassThrough, Read};
use super::{Effect, Given, Setting, Table, llvm};
use crate::reason::Cause;
use crate::request::Request;

/// `-C`.
pub static TABLE: Table = Table { letter: 'C', settings: SETTINGS, otherwise: Cause::UnknownFlag };

const fn row(name: &'static str, effect: Effect) -> Setting {
    Setting { name, effect }
}

/// The options, in the order of `rustc -C help`. Those that the front end writes into the bitcode, as attributes of
/// functions or as module flags, are harmless.
pub static SETTINGS: &[Setting] = &[
    row("ar", Harmless),
    row("code-model", Read(code_model)),
    row("codegen-units", Read(codegen_units)),
    row("collapse-macro-debuginfo", Harmless),
    row("control-flow-guard", Harmless),
    row("debug-assertions", Harmless),
    row("debuginfo", Read(debuginfo)),
    row("default-linker-libraries", Harmless),
    row("dlltool", Harmless),
    row("dwarf-version", Harmless),
    row("embed-bitcode", Read(embed_bitcode)),
    row("extra-filename", Read(extra_filename)),
    row("force-frame-pointers", Harmless),
    row("force-unwind-tables", Harmless),
    row("help", PassThrough(Cause::Help)),
    row("incremental", PassThrough(Cause::Incremental)),
    row("inline-threshold", Harmless),
    row("instrument-coverage", Read(instrument_coverage)),
    row("jump-tables", Harmless),
    row("link-arg", Harmless),
    row("link-args", Harmless),
    row("link-dead-code", Harmless),
    row("link-self-contained", Harmless),
    row("linker", Read(linker)),
    row("linker-features", Harmless),
    row("linker-flavor", Read(linker_flavor)),
    row("linker-plugin-lto", Read(linker_plugin_lto)),
    row("llvm-args", Read(llvm_args)),
    row("lto", Read(lto)),
    row("metadata", Harmless),
    row("no-prepopulate-passes", PassThrough(Cause::NoPrepopulatePasses)),
    row("no-redzone", Harmless),
    row("no-stack-check", Harmless),
    row("no-vectorize-loops", Read(no_vectorize_loops)),
    row("no-vectorize-slp", Read(no_vectorize_slp)),
    row("opt-level", Read(opt_level)),
    row("overflow-checks", Harmless),
    row("panic", Harmless),
    row("passes", Read(passes)),
    row("prefer-dynamic", Harmless),
    row("profile-generate", PassThrough(Cause::ProfileGenerate)),
    row("profile-use", PassThrough(Cause::ProfileUse)),
    row("relocation-model", Read(relocation_model)),
    row("relro-level", Harmless),
    row("remark", PassThrough(Cause::Remark)),
    row("rpath", Read(rpath)),
    row("save-temps", Read(save_temps)),
    row("soft-float", Read(soft_float)),
    row("split-debuginfo", Read(split_debuginfo)),
    row("strip", Harmless),
    row("symbol-mangling-version", Harmless),
    row("target-cpu", Read(target_cpu)),
    row("target-feature", Harmless),
    row("unsafe-allow-abi-mismatch", Harmless),
];

/// Whether the value of a `-C` is about the number of codegen units.
pub fn is_codegen_units(value: &str) -> bool {
    Given::parse(value).name.replace('_', "-") == "codegen-units"
}

fn code_model(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.settings.code_model = Some(match given.required()? {
        "tiny" => CodeModel::Tiny,
        "small" => CodeModel::Small,
        "kernel" => CodeModel::Kernel,
        "medium" => CodeModel::Medium,
        "large" => CodeModel::Large,
        "help" => return Err(Cause::Help),
        _ => return Err(Cause::InvalidArgument),
    });
    Ok(())
}

/// The last one counts, a zero is refused in the end; each has to be a number.
fn codegen_units(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.codegen_units = Some(given.required()?.parse().map_err(|_| Cause::InvalidArgument)?);
    Ok(())
}

fn debuginfo(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.debuginfo.set(given.name == "debuginfo", given.required()?);
    Ok(())
}

fn embed_bitcode(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.embed_bitcode = given.boolean()?;
    Ok(())
}

fn extra_filename(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.extra_filename = given.required()?.to_owned();
    Ok(())
}

fn instrument_coverage(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    match given.value {
        Some("n" | "no" | "off" | "false" | "0") => Ok(()),
        _ => Err(Cause::InstrumentCoverage),
    }
}

fn linker(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.linker = Some(given.required()?.into());
    Ok(())
}

fn linker_flavor(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.linker_flavor = Some(given.required()?.to_owned());
    Ok(())
}

fn linker_plugin_lto(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    match given.boolean() {
        Ok(false) => Ok(()),
        _ => Err(Cause::LinkerPluginLto),
    }
}

/// rustc splits at white space and appends to what came before.
fn llvm_args(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    let words = given.required()?.split_whitespace();
    request.llvm_args.extend(words.clone().map(str::to_owned));
    if words.clone().any(llvm::is_refused) { Err(Cause::LlvmArgs) } else { Ok(()) }
}

/// `off` turns the thin LTO between stock's own units off as well, which pcg does not do anyway.
fn lto(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    match given.value {
        Some("n" | "no" | "off" | "false") => Ok(()),
        None | Some("y" | "yes" | "on" | "true" | "fat" | "thin") => Err(Cause::Lto),
        Some(_) => Err(Cause::InvalidArgument),
    }
}

fn no_vectorize_loops(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.settings.no_vectorize_loops = true;
    without_value(given)
}

fn no_vectorize_slp(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.settings.no_vectorize_slp = true;
    without_value(given)
}

fn without_value(given: Given<'_>) -> Result<(), Cause> {
    given.value.map_or(Ok(()), |_| Err(Cause::InvalidArgument))
}

fn opt_level(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.opt_level.set(given.name == "opt-level", given.required()?);
    Ok(())
}

fn passes(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    if given.value == Some("list") { Err(Cause::Help) } else { Err(Cause::Passes) }
}

/// A position-independent executable differs from other position-independent code by a module flag only.
fn relocation_model(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.settings.relocation_model = match given.required()? {
        "static" => RelocationModel::Static,
        "pic" | "pie" | "default" => RelocationModel::Pic,
        "dynamic-no-pic" => RelocationModel::DynamicNoPic,
        "ropi" | "rwpi" | "ropi-rwpi" => return Err(Cause::MachineModel),
        "help" => return Err(Cause::Help),
        _ => return Err(Cause::InvalidArgument),
    };
    Ok(())
}

fn rpath(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.rpath = given.boolean()?;
    Ok(())
}

fn save_temps(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    if given.boolean()? { Err(Cause::SaveTemps) } else { Ok(()) }
}

fn soft_float(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    if given.boolean()? { Err(Cause::SoftFloat) } else { Ok(()) }
}

fn split_debuginfo(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.split_debuginfo = match given.required()? {
        "off" => false,
        "packed" | "unpacked" => true,
        _ => return Err(Cause::InvalidArgument),
    };
    Ok(())
}

fn target_cpu(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    let name = given.required()?;
    if name == "help" {
        return Err(Cause::Help);
    }
    request.settings.target_cpu = Some(name.to_owned());
    Ok(())
}
