//! Who may work: tokens, and the threads that LLVM runs on.
//!
//! The threads read the graph and compile the units, and end with the process: what a thread has freed is what it takes
//! its next memory from, while that of a thread that ends goes back to the system page by page.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam::channel;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;
use crate::start::{self, STACK_BYTES};
use crate::tokens::Tokens;

/// Tokens, and an upper bound on threads whatever the tokens say. Clones share both.
#[derive(Clone)]
pub struct Workers {
    /// The jobserver's tokens; one is ours without asking.
    pub tokens: Tokens,
    threads: usize,
    /// Made when the first thread is needed, and never taken down.
    pool: Arc<Mutex<Option<&'static ThreadPool>>>,
}

impl Workers {
    /// At most `threads` threads work at a time; at least one.
    pub fn new(tokens: Tokens, threads: usize) -> Self {
        Self { tokens, threads: threads.max(1), pool: Arc::default() }
    }

    /// The most threads that work at a time.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Does `work` on one of the threads and waits for it. Neither a panic nor a fatal error of LLVM takes the process
    /// along; `unit` is what they are said to be of.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        unit: &str,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = channel::bounded(1);
        // Nobody listens any more if a fatal error was followed by anything.
        self.start(unit.to_owned(), work, move |result| drop(sender.send(result)))?;
        receiver.recv().unwrap_or_else(|_| Err(Error::Panic { unit: unit.to_owned() }))
    }

    /// As [`run`](Self::run), without waiting: `done` is told on the thread that has worked.
    pub(crate) fn start<T: 'static>(
        &self,
        unit: String,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
        done: impl Fn(Result<T, Error>) + Clone + Send + 'static,
    ) -> Result<(), Error> {
        let workers = self.clone();
        self.pool()?.spawn(move || {
            let on_fatal = done.clone();
            start::report_fatal_errors_to(move |message| {
                workers.forget_pool();
                on_fatal(Err(Error::Fatal { message }));
            });
            let result = panic::catch_unwind(AssertUnwindSafe(work));
            done(result.unwrap_or(Err(Error::Panic { unit })));
        });
        Ok(())
    }

    fn pool(&self) -> Result<&'static ThreadPool, Error> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = *pool {
            return Ok(pool);
        }
        let new = ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|index| format!("unit {index}"))
            .stack_size(STACK_BYTES)
            .build()
            .map_err(|error| Error::Start { message: error.to_string() })?;
        Ok(pool.insert(Box::leak(Box::new(new))))
    }

    /// A thread on which LLVM has given up never comes back: whoever works next does so on others.
    fn forget_pool(&self) {
        *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("tokens", &self.tokens).field("threads", &self.threads).finish_non_exhaustive()
    }
}
