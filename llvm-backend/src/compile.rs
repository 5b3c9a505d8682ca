//! All units of a crate on a rayon pool, as many at a time as there are tokens.
//!
//! Each unit is two tasks, which the [`Queue`] hands out: it is optimised, and then its machine code is generated. What
//! becomes of a unit does not depend on their order.
//!
//! The calling thread coordinates: it starts a task when it holds a token for it, asks for another token while tasks
//! wait, and returns each one as soon as there is no work for it. Tokens and what comes of tasks reach it over one
//! channel, so it sleeps in between.

use std::io;
use std::sync::Arc;

use crossbeam::channel::{self, Receiver, Sender};
use jobserver::HelperThread;
use pcg_partition::{Partitioning, Queue, Task};

use crate::error::Error;
use crate::module::CrateModule;
use crate::parsed::ParsedModule;
use crate::settings::Settings;
use crate::unit::{Job, Optimised, Source, Unit, UnitObject, sources};
use crate::workers::Workers;

/// How units are compiled besides [`Settings`]: nothing here changes the machine code.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// Return each unit's bitcode too.
    pub keep_bitcode: bool,
    /// Record which call sites LLVM inlines.
    pub record_inlined: bool,
    /// Run LLVM's verifier over each unit before it is optimised.
    pub verify: bool,
    /// A line for the `.comment` section of the first unit.
    pub comment: String,
}

/// Compiles every unit of a partitioning and returns the objects in the order of the units.
///
/// The first call makes the first unit of the module that was read for the graph, others read it again: it is the same.
///
/// # Errors
/// The first error of any unit ([`Error::Unit`], [`Error::Fatal`], [`Error::Panic`]) or [`Error::Jobserver`]; units
/// that have not started by then never do.
pub fn compile_units(
    module: &ParsedModule,
    partitioning: &Partitioning,
    settings: &Settings,
    workers: &Workers,
    options: &CompileOptions,
) -> Result<Vec<UnitObject>, Error> {
    let (settings, options) = (Arc::new(settings.clone()), Arc::new(options.clone()));
    let unit = |index| Unit {
        index,
        module: module.module.clone(),
        optimise: true,
        options: options.clone(),
        settings: settings.clone(),
    };
    // Units come with the heaviest first, but for the one that has the module's assembly.
    let units = (0..partitioning.units.len()).map(unit);
    let sources = sources(module, partitioning);
    let jobs = units.zip(sources).map(|(unit, source)| Job { source, unit }).collect();
    let mut objects = Coordinator::new(jobs, workers)?.run()?;
    objects.sort_by_key(|object| object.index);
    Ok(objects)
}

/// Compiles a module in one piece, optimised or not: the allocator shim, which stock does not optimise.
///
/// # Errors
/// As [`compile_units`].
pub fn compile_whole(
    module: &CrateModule,
    settings: &Settings,
    optimise: bool,
    workers: &Workers,
    options: &CompileOptions,
) -> Result<UnitObject, Error> {
    let (settings, options) = (Arc::new(settings.clone()), Arc::new(options.clone()));
    let unit = Unit { index: 0, module: module.clone(), optimise, options, settings };
    let is_last = false;
    workers.run(&unit.name(), move || Job { source: Source::default(), unit }.optimise()?.emit(is_last))
}

enum Event {
    /// A request was answered, or the own token is back.
    Token(io::Result<()>),
    /// A task has ended.
    Done(Box<Result<Outcome, Error>>),
}

/// What comes of a task.
enum Outcome {
    Optimised(Optimised),
    Object(UnitObject),
}

/// The unit that a task is about, for messages.
fn unit_of(task: &Task<Job, Optimised>) -> String {
    match task {
        Task::Optimise(job) => job.unit.name(),
        Task::Emit { unit, .. } => unit.name(),
    }
}

fn carry_out(task: Task<Job, Optimised>) -> Result<Outcome, Error> {
    match task {
        Task::Optimise(job) => job.optimise().map(Outcome::Optimised),
        Task::Emit { unit, is_last } => unit.emit(is_last).map(Outcome::Object),
    }
}

struct Coordinator {
    queue: Queue<Job, Optimised>,
    running: usize,
    workers: Workers,
    helper: HelperThread,
    sender: Sender<Event>,
    events: Receiver<Event>,
}

impl Coordinator {
    fn new(jobs: Vec<Job>, workers: &Workers) -> Result<Self, Error> {
        let (sender, events) = channel::unbounded();
        let on_token = sender.clone();
        let received = workers.tokens.clone();
        let helper = workers
            .tokens
            .client()
            .into_helper_thread(move |token| {
                let (token, answer) = match token {
                    Ok(token) => (Some(token), Ok(())),
                    Err(error) => (None, Err(error)),
                };
                received.receive(token);
                // Nobody listens any more once all units are done.
                drop(on_token.send(Event::Token(answer)));
            })
            .map_err(Error::Jobserver)?;
        let on_own = sender.clone();
        workers.tokens.on_own(move || drop(on_own.send(Event::Token(Ok(())))));
        Ok(Self { queue: Queue::new(jobs), running: 0, workers: workers.clone(), helper, sender, events })
    }

    fn run(mut self) -> Result<Vec<UnitObject>, Error> {
        let mut objects = Vec::with_capacity(self.queue.ready());
        let result = loop {
            if let Err(error) = self.start_tasks() {
                break Err(error);
            }
            if self.running == 0 && self.queue.ready() == 0 {
                break Ok(objects);
            }
            // The sender's other end lives in `self`, so there is always a next event.
            match self.events.recv() {
                Ok(Event::Token(Ok(()))) => {}
                Ok(Event::Token(Err(error))) => break Err(Error::Jobserver(error)),
                Ok(Event::Done(result)) => {
                    self.running -= 1;
                    match *result {
                        Ok(Outcome::Optimised(unit)) => self.queue.optimised(unit.instructions(), unit),
                        Ok(Outcome::Object(object)) => objects.push(object),
                        Err(error) => break Err(error),
                    }
                }
                Err(_) => unreachable!("the coordinator holds a sender"),
            }
        };
        let Self { helper, workers, .. } = self;
        // A request that has not been answered by now never is.
        drop(helper);
        workers.tokens.settle();
        result
    }

    /// Starts what tokens allow, asks for as many more as could be used, returns those that could not.
    fn start_tasks(&mut self) -> Result<(), Error> {
        let tokens = self.workers.tokens.clone();
        // A child that has the own token is one of the threads.
        let room = tokens.beside_child(self.workers.threads());
        let allowed = tokens.allowed().min(room);
        while self.running < allowed
            && let Some(task) = self.queue.next(allowed)
        {
            let sender = self.sender.clone();
            // The coordinator does not listen after an error of another unit.
            let done = move |result| drop(sender.send(Event::Done(Box::new(result))));
            self.workers.start(unit_of(&task), move || carry_out(task), done)?;
            self.running += 1;
        }
        tokens.keep_for(self.running);
        let wanted = room.saturating_sub(self.running).min(self.queue.ready());
        while tokens.requested() < wanted && tokens.request() {
            self.helper.request_token();
        }
        Ok(())
    }
}
