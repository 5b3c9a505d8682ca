//! What pcg-rustc does with a crate that is split, around the [`pipeline`](crate::pipeline).

use std::panic;
use std::sync::{Arc, OnceLock};

use pcg_interface::report::Action;

use crate::back_end::BackEnd;
use crate::command::{become_program, write_report};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fallback;
use crate::pipeline::Compile;
use crate::plan::SplitPlan;
use crate::recorder::Recorder;
use crate::signals::Watch;

/// Compiles, or has stock rustc compile.
pub fn run(plan: &SplitPlan) -> Exit {
    let report = Recorder::new();
    report.describe(plan);
    // pcg's own panics are bugs that stock rustc makes up for; the report and the log name them.
    panic::set_hook(Box::new(|panic| log::error!("{panic}")));

    let back_end: Arc<OnceLock<BackEnd>> = Arc::default();
    let on_signal = back_end.clone();
    let watch = match Watch::start(move || on_signal.get().into_iter().for_each(BackEnd::end_at_once)) {
        Ok(watch) => watch,
        Err(error) => return hand_over(plan, &Failure::SetUp(error)),
    };
    let started = Compile::new(plan, report, watch.clone(), |keeper| {
        let started = BackEnd::start(keeper)?;
        Ok(back_end.get_or_init(|| started).clone())
    });
    let exit = match started {
        Ok(Some(compile)) => {
            let exit = compile.run();
            compile.back_end.end();
            if let Some(path) = &plan.options.report {
                write_report(&compile.report, path, exit.code());
            }
            exit
        }
        Ok(None) => hand_over(plan, &Failure::Outputs),
        Err(failure) => hand_over(plan, &failure),
    };
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
