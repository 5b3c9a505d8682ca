//! What one process does: it is rustc's linker, answers for pcg itself, becomes stock rustc, or has a crate compiled.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use pcg_interface::environment::Environment;
use pcg_interface::exit_code;
use pcg_interface::options;
use pcg_interface::output::Output;
use pcg_interface::report::Action;

use crate::codegen;
use crate::compile;
use crate::exit::Exit;
use crate::fallback;
use crate::linker;
use crate::plan::{self, Plan};
use crate::recorder::Recorder;
use crate::signals::Watch;
use crate::version;

/// What to do instead of calling pcg-codegen.
pub(crate) const CALL_PCG_RUSTC: &str = "call pcg-rustc instead, which starts pcg-codegen where it needs it";

/// Runs pcg-rustc with this process's arguments and environment.
pub fn rustc() -> ExitCode {
    start_log();
    if let Some(configuration) = linker::configuration() {
        return linker::run(&configuration);
    }
    let plan = match plan() {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    if let Some(reason) = plan.refused() {
        fallback::refuse(reason).leave();
    }
    carry_out(plan).leave()
}

/// Runs pcg-codegen, which has pcg-rustc's arguments and environment.
pub fn codegen() -> ExitCode {
    start_log();
    match plan() {
        Ok(Plan::Split(plan)) => codegen::run(&plan).leave(),
        Ok(Plan::OwnVersion) => answer(&version::text()).leave(),
        Ok(_) => {
            Output.error(
                "pcg-codegen compiles what pcg-rustc splits, and here is nothing to split",
                Some(CALL_PCG_RUSTC),
            );
            exit_code::USAGE.into()
        }
        Err(code) => code,
    }
}

/// What to do with the command line; a bad one has been answered.
fn plan() -> Result<Plan, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    plan::plan(&words, &Environment::of_process()).map_err(|error| {
        Output.error(&error, Some(&error.help()));
        exit_code::USAGE.into()
    })
}

/// pcg's own log goes to stderr, and only if `PCG_LOG` says what is wanted.
fn start_log() {
    const VARIABLE: &str = "PCG_LOG";
    if std::env::var_os(VARIABLE).is_some() {
        env_logger::Builder::from_env(VARIABLE).init();
    }
}

fn carry_out(plan: Plan) -> Exit {
    match plan {
        Plan::PassThrough { program, args, reason, options, crate_name } => {
            log::debug!("passing through: {reason}");
            let Some(path) = options.report else { return become_program(&program, &args) };
            let report = Recorder::new();
            report.name(crate_name.as_deref());
            report.not_split(Action::Passthrough, reason.id(), &reason);
            if reason.has_code() {
                return measured(&program, &args, &report, &path);
            }
            write_report(&report, &path, None);
            become_program(&program, &args)
        }
        Plan::Version { program, args, line } => version(&program, &args, &line),
        Plan::Help => answer(&options::help()),
        Plan::OwnVersion => answer(&version::text()),
        Plan::Split(plan) => compile::run(&plan),
    }
}

fn answer(text: &str) -> Exit {
    Output.stdout(text.as_bytes());
    Exit::Code(0)
}

/// Replaces this process by `program`. Returns only if that fails.
pub(crate) fn become_program(program: &Path, args: &[OsString]) -> Exit {
    let error = Command::new(program).args(args).exec();
    cannot_run(program, &error)
}

/// Runs stock rustc as a child, and writes a report that says how long it took.
fn measured(program: &Path, args: &[OsString], report: &Recorder, path: &Path) -> Exit {
    let run = || {
        let watch = Watch::start(|| {})?;
        let status = watch.spawn(|| Command::new(program).args(args).spawn())?.wait();
        watch.ended();
        status
    };
    match report.phase_with_children("stock", run) {
        Ok(status) => {
            let exit = Exit::from(status);
            write_report(report, path, exit.code());
            exit
        }
        Err(error) => cannot_run(program, &error),
    }
}

fn cannot_run(program: &Path, error: &io::Error) -> Exit {
    let help = "CARGO_PCG_RUSTC names the rustc to run; by default it is that of the toolchain that pcg was built for";
    Output.error(format!("{} cannot be run: {error}", program.display()), Some(help));
    Exit::Code(exit_code::CANNOT_RUN)
}

/// Stock rustc's answer and pcg's line behind it.
fn version(program: &Path, args: &[OsString], line: &str) -> Exit {
    match Command::new(program).args(args).stdin(Stdio::inherit()).stderr(Stdio::inherit()).output() {
        Err(error) => cannot_run(program, &error),
        Ok(output) => {
            Output.stdout(&output.stdout);
            if output.status.success() {
                Output.stdout(format!("{line}\n").as_bytes());
            }
            output.status.into()
        }
    }
}

/// A report that cannot be written does not fail the compile, as cargo would take that for the crate's failure.
pub(crate) fn write_report(report: &Recorder, path: &Path, exit_code: Option<i32>) {
    if let Err(error) = report.write(path, exit_code) {
        Output.error(format!("the report {} cannot be written: {error}", path.display()), None);
    }
}
