//! What to do with one invocation: split the crate, or hand everything to stock rustc.
//!
//! A plan is made from the command line and the environment alone. Nothing is compiled, no LLVM is started and, for
//! the usual invocation, no other process is run.

use std::borrow::Cow;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use pcg_interface::build_plan::{BuildPlan, Units};
use pcg_interface::environment::Environment;
use pcg_interface::options::{self, Options, Question, UsageError};
use pcg_llvm_backend::{OptLevel, Settings};

use crate::args::{self, Arguments};
use crate::crate_type::CrateType;
use crate::emit::EmitKind;
use crate::flags::{self, codegen};
use crate::profile;
use crate::reason::{Cause, Reason};
use crate::request::Request;
use crate::source::{self, SourceFacts};
use crate::toolchain::{Compiler, Identity, Shape, Toolchain, is_rustc};

/// The only target that pcg generates code for.
pub const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What makes rustc write the crate as one unoptimised bitcode module.
const FRONT_END_FLAGS: [&str; 3] = ["-Ccodegen-units=1", "-Clinker-plugin-lto", "-Cno-prepopulate-passes"];

/// What makes rustc leave out the summary of its bitcode, which nobody reads here and which takes up to a tenth of the
/// front end's time. rustc does no LTO where an rlib is the only crate type (`compute_per_cgu_lto_type` in
/// `rustc_codegen_ssa`), it only writes its bitcode for a later one.
const PLAIN_BITCODE_FLAGS: [&str; 2] = ["-Clto=fat", "-Cembed-bitcode=yes"];

/// What `pcg-rustc` does for one command line.
#[derive(Clone, Debug)]
pub enum Plan {
    /// Replace this process by stock rustc, with the arguments as they came but for pcg's own options.
    PassThrough {
        /// The program to run.
        program: PathBuf,
        /// Its arguments, without the program's name.
        args: Vec<OsString>,
        /// Why pcg does not split.
        reason: Reason,
        /// pcg's own options; `report` is set only where a report is to be written.
        options: Box<Options>,
        /// The crate, as far as the command line says.
        crate_name: Option<String>,
    },
    /// `-vV`: run stock rustc and append one line.
    Version {
        /// The program to run.
        program: PathBuf,
        /// Its arguments, without the program's name.
        args: Vec<OsString>,
        /// The line to append, without a line end: [`crate::version::line`].
        line: String,
    },
    /// `--pcg-help`: print [`pcg_interface::options::help`].
    Help,
    /// `--pcg-version`: print [`crate::version::text`].
    OwnVersion,
    /// Compile with several codegen units.
    Split(Box<SplitPlan>),
}

/// Everything that the pipeline has to know to compile one crate.
#[derive(Clone, Debug)]
pub struct SplitPlan {
    /// The toolchain's own rustc, never rustup's proxy.
    pub rustc: PathBuf,
    /// What stock rustc would get: `@file`s expanded, pcg's own options removed. For the fallback.
    pub args: Vec<OsString>,
    /// `args` without codegen units and with the flags that make rustc write one unoptimised bitcode module. The
    /// pipeline adds the linker and where outputs go, which has to take the place of the user's: rustc refuses a second
    /// `-o` or `--out-dir`.
    pub front_end: Arguments,
    /// `--crate-name`, or what the source or its file name say; `None` if that is not known.
    pub crate_name: Option<String>,
    /// The crate types, each once, in the order given: `--crate-type`, or what the source says; `None` if that is not
    /// known. With `--test` it is an executable, whatever else is said.
    pub crate_types: Option<Vec<CrateType>>,
    /// `--test`.
    pub test: bool,
    /// The source file.
    pub input: PathBuf,
    /// The outputs, each kind once, with its path if one was given: `--emit`, or `link` without it.
    pub emit: Vec<(EmitKind, Option<PathBuf>)>,
    /// `--out-dir`.
    pub out_dir: Option<PathBuf>,
    /// `-o`.
    pub output: Option<PathBuf>,
    /// `-Cextra-filename`.
    pub extra_filename: String,
    /// The user's `-Clinker`.
    pub linker: Option<PathBuf>,
    /// `-Clinker-flavor`.
    pub linker_flavor: Option<String>,
    /// `-Ccodegen-units`.
    pub codegen_units: Option<NonZeroUsize>,
    /// What LLVM is told about this crate.
    pub settings: Settings,
    /// `-Cllvm-args`, split into words as rustc splits them.
    pub llvm_args: Vec<String>,
    /// pcg's own options.
    pub options: Options,
    /// `--json=artifacts`: rustc reports each file it writes on stderr.
    pub json_artifacts: bool,
    /// `--error-format=json`: rustc's messages are lines of JSON.
    pub json_errors: bool,
}

impl SplitPlan {
    /// The most threads that work at once: what the user says, or one for each core.
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.options.threads.map_or_else(cores, usize::from)
    }

    /// Whether this is one of the outputs.
    pub fn emits(&self, kind: EmitKind) -> bool {
        self.emit.iter().any(|(output, _)| *output == kind)
    }

    /// Whether rustc may start a linker.
    pub fn may_be_linked(&self) -> bool {
        may_be_linked(self.test, self.crate_types.as_deref())
    }
}

impl Plan {
    /// Why this plan is an error under `--pcg-strict`, if it is one.
    pub fn refused(&self) -> Option<&Reason> {
        match self {
            Self::PassThrough { reason, options, .. } => (options.strict && reason.has_code()).then_some(reason),
            _ => None,
        }
    }
}

/// Plans an invocation: the command line without the program's name.
///
/// # Errors
/// pcg's own options or variables are wrong. Whatever is wrong with rustc's, stock rustc says.
pub fn plan(words: &[OsString], environment: &Environment) -> Result<Plan, UsageError> {
    plan_for(words, environment, &Identity::of_this_build())
}

/// As [`plan`], for a pcg that was built for another toolchain.
///
/// # Errors
/// As for [`plan`].
pub fn plan_for(words: &[OsString], environment: &Environment, identity: &Identity) -> Result<Plan, UsageError> {
    let (shape, words) = Shape::detect(words, environment);
    let direct = options::strip(words);
    let (stripped, expansion) = match args::expand(words) {
        Ok(Cow::Borrowed(_)) => (None, Ok(())),
        Ok(Cow::Owned(expanded)) => (Some(options::strip(&expanded)), Ok(())),
        Err(reason) => (None, Err(reason)),
    };
    let stripped = stripped.as_ref().unwrap_or(&direct);
    let (options, question) = Options::read(&stripped.own, environment)?;
    match question {
        Some(Question::Help) => return Ok(Plan::Help),
        Some(Question::Version) => return Ok(Plan::OwnVersion),
        None => {}
    }
    // Argument files stay files for as long as nothing in them is pcg's.
    let unchanged = if stripped.own == direct.own { &direct.words } else { &stripped.words };
    let job = Job { words: &stripped.words, unchanged, options, environment };
    if let Shape::Wrapper(program) = &shape
        && !is_rustc(Path::new(program))
    {
        return Ok(job.pass_through(Path::new(program), Cause::NotRustc.into(), &Crate::default()));
    }
    let compiler = Compiler::find(&shape, environment, identity);
    let parsed = expansion.and_then(|()| Arguments::parse(&stripped.words));
    let of_profile = profile::codegen_options(&job.options.rustc, parsed.as_ref().ok(), environment);
    if of_profile.is_empty() || stripped.words.is_empty() {
        return job.decide_if(parsed, &compiler);
    }
    let words = [&of_profile[..], job.words].concat();
    let unchanged = [&of_profile[..], job.unchanged].concat();
    let parsed = parsed.and_then(|_| Arguments::parse(&words));
    Job { words: &words, unchanged: &unchanged, ..job }.decide_if(parsed, &compiler)
}

/// One invocation on its way to a plan.
struct Job<'a> {
    /// rustc's command line, expanded.
    words: &'a [OsString],
    /// rustc's command line as it came, as far as pcg's own options allow.
    unchanged: &'a [OsString],
    options: Options,
    environment: &'a Environment,
}

/// What the command line says of the crate.
#[derive(Debug, Default)]
struct Crate {
    name: Option<String>,
    /// What names the files that are written for it.
    stem: Option<String>,
}

impl Crate {
    fn new(request: &Request, name: Option<&str>) -> Self {
        Self { name: name.map(str::to_owned), stem: crate_stem(request, name) }
    }
}

impl Job<'_> {
    fn pass_through(self, program: &Path, reason: Reason, of: &Crate) -> Plan {
        Plan::PassThrough {
            program: program.to_owned(),
            args: self.unchanged.to_vec(),
            reason,
            options: Box::new(self.options.for_crate(of.stem.as_deref())),
            crate_name: of.name.clone(),
        }
    }

    fn decide_if(self, parsed: Result<Arguments, Reason>, compiler: &Compiler) -> Result<Plan, UsageError> {
        match parsed {
            Ok(arguments) => self.decide(&arguments, compiler),
            Err(reason) => Ok(self.pass_through(compiler.program(), reason, &Crate::default())),
        }
    }

    fn decide(self, arguments: &Arguments, compiler: &Compiler) -> Result<Plan, UsageError> {
        let mut request = Request::read(arguments);
        if self.words.is_empty() {
            return Ok(self.pass_through(compiler.program(), Cause::Help.into(), &Crate::default()));
        }
        if let Some(reason) = asked_question(&request) {
            return Ok(match compiler {
                Compiler::Ours(_) if reason.cause() == Cause::Version && request.verbose => self.version(compiler),
                _ => self.pass_through(compiler.program(), reason, &Crate::default()),
            });
        }
        let of = Crate::new(&request, request.crate_name.as_deref());
        let planned = if is_optimised(&request) { self.planned_units()? } else { None };
        let toolchain = match compilable(&request, compiler) {
            Ok(toolchain) => toolchain,
            Err(reason) => return Ok(self.pass_through(compiler.program(), reason, &of)),
        };
        match planned {
            Some(Units::Number(units)) => request.codegen_units = Some(units.get()),
            Some(Units::Word(_)) => request.codegen_units = None,
            None => {}
        }
        // Behind a `--` there is no place for another flag.
        let may_be_whole = !self.options.ask_for_a_split() && !self.words.iter().any(|word| word == "--");
        if planned == Some(Units::WHOLE) && may_be_whole {
            return Ok(self.whole(toolchain, &of));
        }
        Ok(match self.split(arguments, &request, toolchain) {
            Ok(plan) => Plan::Split(Box::new(plan)),
            Err(reason) => self.pass_through(&toolchain.rustc, reason, &of),
        })
    }

    /// What the build's plan says of the package that cargo compiles.
    fn planned_units(&self) -> Result<Option<Units>, UsageError> {
        let variable = |name| self.environment.get(name).and_then(|value| value.to_str());
        let package = variable("CARGO_PKG_NAME").zip(variable("CARGO_PKG_VERSION"));
        let (Some(path), Some((name, version))) = (&self.options.plan, package) else { return Ok(None) };
        let plan = BuildPlan::read(path).map_err(|error| UsageError::BadFile {
            path: path.clone(),
            reason: error.to_string(),
            help: "a plan is made by `cargo pcg`; without `--pcg-plan` each crate's own work decides",
        })?;
        Ok(plan.units(name, version))
    }

    /// Stock rustc with one unit, whatever number cargo gives.
    fn whole(self, toolchain: &Toolchain, of: &Crate) -> Plan {
        let mut plan = self.pass_through(&toolchain.rustc, Cause::Whole.into(), of);
        if let Plan::PassThrough { args, .. } = &mut plan {
            // The last one counts.
            args.push("-Ccodegen-units=1".into());
        }
        plan
    }

    fn version(self, compiler: &Compiler) -> Plan {
        let line = crate::version::line(&self.options);
        Plan::Version { program: compiler.program().to_owned(), args: self.unchanged.to_vec(), line }
    }

    fn split(&self, arguments: &Arguments, request: &Request, toolchain: &Toolchain) -> Result<SplitPlan, Reason> {
        if let Some(word) = self.words.iter().find(|word| word.to_str().is_some_and(flags::is_confusing_output)) {
            return Err(Reason::new(Cause::ConfusingOutput, word.to_string_lossy()));
        }
        let input = PathBuf::from(request.inputs.first().ok_or(Cause::Input)?);
        let facts = SourceFacts::find(request, arguments, &input, &toolchain.rustc);
        check_rpath(request, facts.crate_types.as_deref())?;
        let stem = crate_stem(request, facts.crate_name.as_deref());
        let settings = settings(request, facts.crate_types.as_deref())?;
        let is_rlib = facts.crate_types.as_deref() == Some(&[CrateType::Rlib]) && !request.test;
        // Bitcode that is embedded for the user's own LTO keeps its summary.
        let plain_bitcode = (is_rlib && !settings.embed_bitcode).then_some(PLAIN_BITCODE_FLAGS);
        let is_codegen_units = |value: Option<&str>| value.is_some_and(codegen::is_codegen_units);
        Ok(SplitPlan {
            rustc: toolchain.rustc.clone(),
            args: self.words.to_vec(),
            front_end: arguments
                .without(|flag, value| flag.is_short('C') && is_codegen_units(value))
                .with(FRONT_END_FLAGS.into_iter().chain(plain_bitcode.into_iter().flatten()))?,
            test: request.test,
            input,
            emit: outputs(request),
            out_dir: request.out_dir.clone(),
            output: request.output.clone(),
            extra_filename: request.extra_filename.clone(),
            linker: request.linker.clone(),
            linker_flavor: request.linker_flavor.clone(),
            codegen_units: request.codegen_units.and_then(NonZeroUsize::new),
            settings,
            llvm_args: request.llvm_args.clone(),
            options: self.options.clone().for_crate(stem.as_deref()),
            json_artifacts: request.json_artifacts,
            json_errors: request.json_errors,
            crate_name: facts.crate_name,
            crate_types: facts.crate_types,
        })
    }
}

/// Answers to these need no source, in the order in which rustc looks at them.
fn asked_question(request: &Request) -> Option<Reason> {
    let asked = |cause| request.refusals.iter().find(|reason| reason.cause() == cause).cloned();
    if let Some(reason) = asked(Cause::Help) {
        return Some(reason);
    }
    if request.version {
        return Some(Cause::Version.into());
    }
    if let Some(reason) = asked(Cause::Explain).or_else(|| asked(Cause::Print)) {
        return Some(reason);
    }
    let print = request.prints.iter().find(|what| !is_printed_by_the_link(what))?;
    Some(Reason::new(Cause::Print, format!("--print={print}")))
}

fn is_printed_by_the_link(what: &str) -> bool {
    matches!(what, "link-args" | "native-static-libs")
}

/// What names the files that are written for a crate. sccache asks for the sources of a crate before it looks for what
/// it has kept of it, and for a toolchain of rustup's: neither is a compile, whose report would be overwritten.
fn crate_stem(request: &Request, name: Option<&str>) -> Option<String> {
    let [input] = &request.inputs[..] else { return None };
    if outputs(request).iter().all(|(kind, _)| *kind == EmitKind::DepInfo) {
        return None;
    }
    let name = match name {
        Some(name) => name.to_owned(),
        None => source::name_of_file(Path::new(input)).filter(|_| input != "-" && !input.starts_with('+'))?,
    };
    Some(format!("{name}{}", request.extra_filename))
}

/// Everything that can be said about a compile without looking at the source. What has no code comes first: that it
/// would not be split if it had some does not matter.
fn compilable<'a>(request: &Request, compiler: &'a Compiler) -> Result<&'a Toolchain, Reason> {
    if let Some(reason) = request.refusals.iter().find(|reason| !reason.has_code()) {
        return Err(reason.clone());
    }
    let [input] = &request.inputs[..] else { return Err(Cause::Input.into()) };
    if input == "-" {
        return Err(Cause::StandardInput.into());
    }
    if request.codegen_units == Some(0) {
        return Err(Reason::new(Cause::InvalidArgument, "-Ccodegen-units=0"));
    }
    let outputs = outputs(request);
    if !outputs.iter().any(|(kind, _)| kind.needs_code()) {
        return Err(Cause::NoCode.into());
    }
    let Compiler::Ours(toolchain) = compiler else {
        return Err(Reason::new(Cause::OtherCompiler, compiler.program().to_string_lossy()));
    };
    if let Some(reason) = request.refusals.first() {
        return Err(reason.clone());
    }
    check_machine(request, toolchain)?;
    check_outputs(request, &outputs)?;
    if opt_level(request)? == OptLevel::O0 && request.codegen_units.is_none() {
        return Err(Cause::Unoptimised.into());
    }
    Ok(toolchain)
}

fn check_machine(request: &Request, toolchain: &Toolchain) -> Result<(), Reason> {
    if pcg_llvm_backend::HOST != TARGET {
        return Err(Reason::new(Cause::OtherTarget, pcg_llvm_backend::HOST));
    }
    if let Some(sysroot) = &request.sysroot
        && !sysroot.canonicalize().is_ok_and(|sysroot| sysroot == toolchain.sysroot)
    {
        return Err(Reason::new(Cause::OtherSysroot, sysroot.to_string_lossy()));
    }
    Ok(())
}

/// `--emit`, in rustc's order; without it a crate is linked.
fn outputs(request: &Request) -> Vec<(EmitKind, Option<PathBuf>)> {
    if request.emit.is_empty() {
        return vec![(EmitKind::Link, None)];
    }
    request.emit.iter().map(|(kind, path)| (*kind, path.clone())).collect()
}

fn check_outputs(request: &Request, outputs: &[(EmitKind, Option<PathBuf>)]) -> Result<(), Reason> {
    let is_handled = |kind| match kind {
        EmitKind::Link | EmitKind::Metadata | EmitKind::DepInfo => true,
        // Of several units stock writes several objects, or it warns.
        EmitKind::Obj => request.codegen_units.is_none_or(|units| units == 1),
        _ => false,
    };
    if let Some((kind, _)) = outputs.iter().find(|(kind, _)| !is_handled(*kind)) {
        return Err(Reason::new(Cause::Emit, format!("--emit={}", kind.name())));
    }
    let mut of_code = outputs.iter().filter(|(kind, _)| kind.needs_code());
    let is_stdout = |path: &PathBuf| path == Path::new("-");
    if of_code.any(|(_, path)| path.as_ref().or(request.output.as_ref()).is_some_and(is_stdout)) {
        return Err(Cause::LinkToStdout.into());
    }
    if let Some(what) = request.prints.first() {
        return Err(Reason::new(Cause::PrintLink, format!("--print={what}")));
    }
    if request.split_debuginfo && !matches!(request.debuginfo.value(), "0" | "none") {
        return Err(Cause::SplitDebuginfo.into());
    }
    match &request.linker_flavor {
        Some(flavor) if request.linker.is_none() && !matches!(flavor.as_str(), "gcc" | "gnu-cc") => {
            Err(Reason::new(Cause::LinkerFlavor, flavor))
        }
        _ => Ok(()),
    }
}

/// rustc makes rpaths relative to the file that it links, which it is told is in the scratch folder.
fn check_rpath(request: &Request, crate_types: Option<&[CrateType]>) -> Result<(), Reason> {
    if request.rpath && may_be_linked(request.test, crate_types) {
        Err(Reason::new(Cause::Rpath, "-Crpath"))
    } else {
        Ok(())
    }
}

/// Whether rustc may start a linker.
fn may_be_linked(test: bool, crate_types: Option<&[CrateType]>) -> bool {
    test || crate_types.is_none_or(|types| !types.iter().all(|kind| kind.is_archive()))
}

fn is_optimised(request: &Request) -> bool {
    opt_level(request).is_ok_and(|level| level != OptLevel::O0)
}

fn opt_level(request: &Request) -> Result<OptLevel, Reason> {
    Ok(match request.opt_level.value() {
        "0" => OptLevel::O0,
        "1" => OptLevel::O1,
        "2" => OptLevel::O2,
        "3" => OptLevel::O3,
        "s" => OptLevel::Os,
        "z" => OptLevel::Oz,
        other => return Err(Reason::new(Cause::InvalidArgument, format!("-Copt-level={other}"))),
    })
}

/// Stock embeds bitcode in rlibs only, and only where they are linked: `need_bitcode_in_object` in
/// `rustc_codegen_ssa`.
fn settings(request: &Request, crate_types: Option<&[CrateType]>) -> Result<Settings, Reason> {
    let is_rlib = crate_types.is_none_or(|types| types.contains(&CrateType::Rlib));
    let is_linked = outputs(request).iter().any(|(kind, _)| *kind == EmitKind::Link);
    Ok(Settings {
        opt_level: opt_level(request)?,
        embed_bitcode: request.embed_bitcode && is_rlib && is_linked,
        ..request.settings.clone()
    })
}

#[cfg(test)]
mod tests;
