//! A crate that is split is compiled by `pcg-codegen`: pcg-rustc becomes it, with the same arguments.
//!
//! Only that executable loads libLLVM. The others, which answer questions, link, or hand calls on to stock rustc, do
//! without.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use pcg_interface::executables::{self, PCG_CODEGEN};
use pcg_interface::report::Action;
use pcg_llvm_backend::{Workers, tokens};

use crate::command::{become_program, write_report};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fallback;
use crate::pipeline::Compile;
use crate::plan::SplitPlan;
use crate::recorder::Recorder;
use crate::signals::Watch;

/// Replaces this process by pcg-codegen, or by stock rustc if that is not there.
pub fn become_codegen(plan: &SplitPlan) -> Exit {
    let failure = match executables::beside(PCG_CODEGEN) {
        Ok(program) => {
            let error = Command::new(&program).args(std::env::args_os().skip(1)).exec();
            io::Error::new(error.kind(), format!("{} cannot be run: {error}", program.display()))
        }
        Err(error) => error,
    };
    hand_over(plan, &Failure::SetUp(failure))
}

/// Compiles in this process, which is pcg-codegen.
pub fn compile(plan: &SplitPlan) -> Exit {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = plan.options.threads.map_or(cores, usize::from);
    // No file is open yet: those that the plan was made from are closed again.
    let tokens = tokens::from_environment_or(threads);
    let report = Recorder::new();
    report.describe(plan, threads);
    // pcg's own panics are bugs that stock rustc makes up for; the report and the log name them.
    std::panic::set_hook(Box::new(|panic| log::error!("{panic}")));

    let on_signal = tokens.clone();
    let watch = match Watch::start(move || on_signal.give_back()) {
        Ok(watch) => watch,
        Err(error) => return hand_over(plan, &Failure::SetUp(error)),
    };
    let exit = match Compile::new(plan, Workers::new(tokens.clone(), threads), report, watch.clone()) {
        Ok(Some(compile)) => {
            let exit = compile.run();
            if let Some(path) = &plan.options.report {
                write_report(&compile.report, path, exit.code());
            }
            exit
        }
        Ok(None) => hand_over(plan, &Failure::Outputs),
        Err(failure) => hand_over(plan, &failure),
    };
    tokens.give_back();
    watch.end();
    exit
}

/// Stock rustc compiles, before anything has been done.
fn hand_over(plan: &SplitPlan, failure: &Failure) -> Exit {
    log::debug!("handing over: {failure}");
    if let Some(path) = &plan.options.report {
        let report = Recorder::new();
        report.name(plan.crate_name.as_deref());
        report.not_split(Action::Passthrough, failure.id(), failure);
        write_report(&report, path, None);
    }
    if plan.options.strict && !matches!(failure, Failure::Outputs) {
        return fallback::refuse(failure);
    }
    become_program(&plan.rustc, &plan.args)
}
