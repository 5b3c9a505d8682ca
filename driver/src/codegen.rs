//! `pcg-codegen`: makes objects of the modules that pcg-rustc names.
//!
//! Only this executable loads libLLVM. pcg-rustc starts it with its own arguments, from which the same plan is made
//! again, and talks to it over its standard input ([`crate::messages`]). It has the tokens of the jobserver, and tells
//! pcg-rustc how many. It ends when it is told to, or when pcg-rustc is gone.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufReader};
use std::net::Shutdown;
use std::num::NonZero;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use pcg_interface::exit_code;
use pcg_interface::output::Output;
use pcg_llvm_backend::{
    CompileOptions, CrateModule, ParsedModule, UnitObject, Wanted, Workers, compile_units, compile_whole, join, tokens,
};
use pcg_partition::{Strategy, automatic_units, partition};

use crate::archive;
use crate::command::CALL_PCG_RUSTC;
use crate::exit::Exit;
use crate::failure::{Failure, panic_message};
use crate::keep::Keep;
use crate::messages::{Answer, Done, Order, Request, Told, hash_of, receive, send};
use crate::plan::SplitPlan;
use crate::recorder::Recorder;
use crate::signals::Watch;

/// Works for the pcg-rustc at the other end of the standard input.
pub fn run(plan: &SplitPlan) -> Exit {
    // No file is open yet: those that the plan was made from are closed again.
    let threads = plan.threads();
    let workers = Workers::new(tokens::from_environment_or(threads), threads);
    // pcg's own panics are bugs that stock rustc makes up for; the report and the log name them.
    panic::set_hook(Box::new(|panic| log::error!("{panic}")));
    let on_signal = workers.tokens.clone();
    let served = Watch::start(move || on_signal.give_back()).and_then(|_watch| {
        let driver = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        // Fails for what is no socket: somebody has called pcg-codegen.
        driver.peer_addr()?;
        // Other threads may be at work: nothing is taken down.
        serve(plan, &workers, &driver, |code| signal_hook::low_level::exit(code))
    });
    match served {
        Ok(()) => Exit::Code(0),
        Err(error) => {
            Output.error(format!("pcg-codegen works for pcg-rustc only: {error}"), Some(CALL_PCG_RUSTC));
            Exit::Code(exit_code::USAGE)
        }
    }
}

/// Carries out the orders of the driver. `leave` is called, by another thread, as soon as nothing is wanted any more.
///
/// # Errors
///
/// Fails if the driver cannot be heard.
pub fn serve(
    plan: &SplitPlan,
    workers: &Workers,
    driver: &UnixStream,
    leave: impl FnOnce(i32) + Send + 'static,
) -> io::Result<()> {
    let answers = Arc::new(Mutex::new(driver.try_clone()?));
    // A driver that does not listen is one that is gone, which the other thread sees.
    let answer = move |answer: &Answer| {
        drop(send(&answers.lock().unwrap_or_else(PoisonError::into_inner), answer));
    };
    let on_change = answer.clone();
    workers.tokens.on_change(move |held| on_change(&Answer::Tokens(held)));

    let mut requests = BufReader::new(driver.try_clone()?);
    let (sender, orders) = mpsc::channel();
    let tokens = workers.tokens.clone();
    let listen = move || loop {
        match receive(&mut requests) {
            Ok(Request::OwnToken { is_lent: true }) => tokens.lend(),
            Ok(Request::OwnToken { is_lent: false }) => tokens.take_back(),
            // Nobody waits for orders after the end.
            Ok(Request::Compile(order)) => drop(sender.send(order)),
            Ok(Request::End) => {
                tokens.give_back();
                return leave(0);
            }
            // The driver was killed: its keeper gives back what it was told of.
            Err(_) => return leave(1),
        }
    };
    thread::Builder::new().name("driver".to_owned()).spawn(listen)?;
    for order in orders {
        answer(&Answer::Done(Box::new(carry_out(plan, workers, &order))));
    }
    // The threads of the pool, which last, have copies of it.
    driver.shutdown(Shutdown::Both)
}

fn carry_out(plan: &SplitPlan, workers: &Workers, order: &Order) -> Done {
    let codegen = Codegen { plan, workers, report: Recorder::new() };
    let result = panic::catch_unwind(AssertUnwindSafe(|| codegen.carry_out(order)))
        .unwrap_or_else(|panic| Err(Failure::Panic(panic_message(&*panic))));
    Done { bitcode: result.map_err(|failure| Told::from(&failure)), measured: codegen.report.measured() }
}

/// One order, and what it needs.
struct Codegen<'a> {
    plan: &'a SplitPlan,
    workers: &'a Workers,
    report: Recorder,
}

impl Codegen<'_> {
    /// From the bitcode of one module to its object. Returns the hash of the bitcode.
    fn carry_out(&self, order: &Order) -> Result<String, Failure> {
        let (name, report) = (&*order.name, &self.report);
        pcg_llvm_backend::start(&self.plan.llvm_args)?;
        // The front end may be at work.
        self.workers.tokens.wait_for_one_of(self.workers.threads());
        let bitcode = report.phase("read", || fs::read(&order.bitcode)).map_err(Failure::file(&order.bitcode))?;
        drop(fs::remove_file(&order.bitcode));
        if !pcg_llvm_backend::is_bitcode(&bitcode) {
            return Err(Failure::MachineCode { object: name.to_owned() });
        }
        let hash = hash_of(&bitcode);

        let keep = Keep::new(&self.plan.options, name);
        let module = CrateModule::new(name, bitcode)?;
        let (units, localise) = if archive::is_allocator_shim(name) {
            (vec![self.shim(&module)?], BTreeSet::new())
        } else {
            self.units(&module, &keep)?
        };
        keep.units(&units)?;
        // rustc may be at work still, and the units have given their tokens back.
        self.workers.tokens.wait();
        let joined = report.phase("join", || {
            let embedded = self.plan.settings.embed_bitcode.then(|| module.bitcode());
            let joined = join(&units, &localise, embedded)?;
            fs::write(&order.object, &joined).map_err(Failure::file(&order.object))?;
            Ok::<_, Failure>(joined)
        })?;
        keep.object(&joined)?;
        Ok(hash)
    }

    /// The crate's units, and the promoted items by name.
    fn units(&self, module: &CrateModule, keep: &Keep) -> Result<(Vec<UnitObject>, BTreeSet<String>), Failure> {
        let (plan, report) = (self.plan, &self.report);
        let (module, units) = report.phase("graph", || self.read(module))?;
        let graph = &module.graph;
        keep.graph(graph)?;
        let partitioning = report.phase("partition", || {
            partition(graph, plan.options.strategy, units)
                .map_err(|source| Failure::Partition { module: graph.name.clone(), source })
        })?;
        let objects = report.phase("units", || {
            let options = self.options(partitioning.units.len());
            compile_units(&module, &partitioning, &plan.settings, self.workers, &options)
        })?;
        let statistics: Vec<_> = objects.iter().map(|unit| &unit.statistics).collect();
        report.units(graph, &partitioning, &statistics);
        keep.inline_truth(graph, &objects)?;
        let promoted = partitioning.promoted.iter().map(|&item| graph[item].name.clone()).collect();
        Ok((objects, promoted))
    }

    /// The module, and into how many units it is divided. What is of use only where there are several is searched for
    /// only then.
    fn read(&self, module: &CrateModule) -> Result<(ParsedModule, usize), pcg_llvm_backend::Error> {
        let options = &self.plan.options;
        let is_saved = options.dump_graph.is_some();
        let fixed = match self.plan.codegen_units {
            // What one unit inlines is the truth that others are measured against.
            _ if options.inline_truth.is_some() => Some(1),
            units => units.map(NonZero::get),
        };
        let sources = options.strategy == Strategy::Source || is_saved;
        let merges = self.plan.settings.opt_level.merges_functions();
        let mut units = 1;
        let module = ParsedModule::read(module, self.workers, |graph| {
            units = fixed.unwrap_or_else(|| automatic_units(graph));
            let is_divided = units > 1;
            let is_searched = is_divided || is_saved;
            Wanted { sources, promises: is_divided, constants: is_searched, bodies: merges && is_searched }
        })?;
        Ok((module, units))
    }

    /// Stock does not optimise the allocator shim.
    fn shim(&self, module: &CrateModule) -> Result<UnitObject, Failure> {
        let optimise = false;
        let unit = self
            .report
            .phase("units", || compile_whole(module, &self.plan.settings, optimise, self.workers, &self.options(1)))?;
        self.report.module(module.name(), &unit.statistics);
        Ok(unit)
    }

    fn options(&self, units: usize) -> CompileOptions {
        let plural = if units == 1 { "unit" } else { "units" };
        let comment = format!("pcg-rustc {} ({units} {plural})", env!("CARGO_PKG_VERSION"));
        let options = &self.plan.options;
        CompileOptions {
            keep_bitcode: options.keep.is_some(),
            record_inlined: options.inline_truth.is_some(),
            // Whoever does not want a fallback wants to know of invalid IR rather than of what becomes of it.
            verify: options.strict,
            comment,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::testing::World;

    /// What is no bitcode: its order fails as soon as it is begun.
    fn order(folder: &Path) -> Request {
        let bitcode = folder.join("x.bc");
        fs::write(&bitcode, "no bitcode").unwrap();
        Request::Compile(Order { name: "x".to_owned(), bitcode, object: folder.join("x.o") })
    }

    /// Talks to a pcg-codegen that has this many threads, in a folder.
    fn talk(threads: usize, say: impl FnOnce(&UnixStream, &Path)) {
        let (world, workers) = (World::new(""), Workers::new(tokens::from_environment_or(threads), threads));
        let plan = world.plan(&[]);
        let (ours, its) = UnixStream::pair().unwrap();
        ours.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        thread::scope(|scope| {
            // Closed by a failure, which would be waited for otherwise.
            let ours = ours;
            scope.spawn(|| serve(&plan, &workers, &its, |_| {}).unwrap());
            say(&ours, &world.path("files"));
            send(&ours, &Request::End).unwrap();
        });
    }

    fn failure(ours: &UnixStream) -> Option<String> {
        let mut answers = BufReader::new(ours);
        loop {
            match receive(&mut answers).ok()? {
                Answer::Tokens(_) => {}
                Answer::Done(done) => return done.bitcode.err().map(|told| told.id),
            }
        }
    }

    #[test]
    fn a_module_is_begun_beside_rustc_with_another_token() {
        talk(2, |ours, folder| {
            send(ours, &Request::OwnToken { is_lent: true }).unwrap();
            send(ours, &order(folder)).unwrap();
            assert_eq!(failure(ours).as_deref(), Some("no-builtins"));
            assert!(!folder.join("x.bc").exists());
        });
    }

    #[test]
    fn without_another_token_it_is_begun_when_rustc_has_ended() {
        talk(1, |ours, folder| {
            send(ours, &Request::OwnToken { is_lent: true }).unwrap();
            send(ours, &order(folder)).unwrap();
            assert_eq!(failure(ours), None);
            assert!(folder.join("x.bc").exists());
            send(ours, &Request::OwnToken { is_lent: false }).unwrap();
            assert_eq!(failure(ours).as_deref(), Some("no-builtins"));
        });
    }
}
