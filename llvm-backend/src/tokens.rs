//! The jobserver's tokens: how many threads may run.
//!
//! A process that cargo or make starts owns one token without asking; each further worker needs one from the pipe. A
//! token that is not written back is lost to the whole build, so every one that is held is in [`Tokens`] and can be
//! returned from a signal handler's thread. The own token is lent to a child process while that works: whoever works
//! beside it needs a token from the pipe, too.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jobserver::{Acquired, Client, HelperThread};

/// How long a process that is about to end waits for tokens that are on their way to it.
const LAST_WAIT: Duration = Duration::from_millis(50);

/// The process's jobserver and the tokens it holds. Clones share both.
#[derive(Clone, Debug)]
pub struct Tokens {
    client: Client,
    held: Arc<Mutex<Held>>,
    /// More threads may run than before.
    more: Arc<Condvar>,
}

#[derive(Default)]
struct Held {
    tokens: Vec<Acquired>,
    /// Tokens that were asked for and have not come yet.
    requested: usize,
    /// The process's own token is a child's.
    is_own_lent: bool,
    /// Set when the process is about to end: nothing is kept any more.
    closed: bool,
    /// Who is told how many are held, after each change.
    on_change: Option<Box<dyn Fn(usize) + Send>>,
    /// Who is told when the own token is back.
    on_own: Option<Box<dyn Fn() + Send>>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut held = f.debug_struct("Held");
        held.field("tokens", &self.tokens.len()).field("is_own_lent", &self.is_own_lent);
        held.field("closed", &self.closed).finish()
    }
}

impl Held {
    /// How many threads may run.
    fn allowed(&self) -> usize {
        self.tokens.len() + usize::from(!self.is_own_lent)
    }

    fn changed(&self) {
        if let Some(on_change) = &self.on_change {
            on_change(self.tokens.len());
        }
    }
}

/// Opens the jobserver that the environment names, or one of our own for `threads` threads.
///
/// Call it first in `main`: the environment names file descriptors by number, and any file opened earlier could have
/// taken a number whose descriptor was not passed on.
pub fn from_environment_or(threads: usize) -> Tokens {
    // SAFETY: at the start of `main` the process has opened no file, so descriptors with these numbers are inherited.
    let inherited = unsafe { Client::from_env_ext(true) }.client.ok();
    let client = inherited.or_else(|| Client::new(threads.saturating_sub(1)).ok());
    Tokens {
        // Without pipes there is nothing to share: no token but our own.
        client: client.unwrap_or_else(|| Client::new(0).expect("a process that can open no pipe cannot compile")),
        held: Arc::default(),
        more: Arc::default(),
    }
}

impl Tokens {
    /// Tells `on_change` how many tokens are held, after each change: for somebody who returns them if this process is
    /// killed.
    pub fn on_change(&self, on_change: impl Fn(usize) + Send + 'static) {
        self.lock().on_change = Some(Box::new(on_change));
    }

    /// Returns every token at once and keeps none from now on: for the way out of the process.
    ///
    /// The thread that waits for tokens takes some of those returned here for requests made earlier and returns them,
    /// too. It must not be stopped between the two, so its requests are waited for while there are tokens.
    pub fn give_back(&self) {
        {
            let mut held = self.lock();
            held.closed = true;
            held.tokens.clear();
            held.changed();
        }
        let start = Instant::now();
        while self.lock().requested > 0 && start.elapsed() < LAST_WAIT {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// A child works on the own token from now on.
    pub fn lend(&self) {
        self.lock().is_own_lent = true;
    }

    /// The child has ended, or does nothing from now on but wait.
    pub fn take_back(&self) {
        let mut held = self.lock();
        held.is_own_lent = false;
        held.on_own.iter().for_each(|on_own| on_own());
        self.more.notify_all();
    }

    /// Waits until one thread may run.
    pub fn wait(&self) {
        drop(self.more.wait_while(self.lock(), |held| held.allowed() == 0));
    }

    /// As [`wait`](Self::wait), and asks for a token if the own one is lent and several threads may work: the child is
    /// one of them.
    pub fn wait_for_one_of(&self, threads: usize) {
        if threads > 1 && self.allowed() == 0 {
            self.wait_for_another();
        }
        self.wait();
    }

    fn wait_for_another(&self) {
        let tokens = self.clone();
        let helper = self.client().into_helper_thread(move |token| tokens.receive(token.ok()));
        let helper = helper.ok().filter(|_| self.request());
        helper.iter().for_each(HelperThread::request_token);
        self.wait();
        // A request that has not been answered by now never is.
        drop(helper);
        self.lock().requested = 0;
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Notes that a token is asked for; `false` if none is wanted any more.
    pub(crate) fn request(&self) -> bool {
        let mut held = self.lock();
        if !held.closed {
            held.requested += 1;
        }
        !held.closed
    }

    /// Takes what came of a request.
    pub(crate) fn receive(&self, token: Option<Acquired>) {
        let mut held = self.lock();
        held.requested = held.requested.saturating_sub(1);
        if held.closed {
            // It goes back while the lock is held: whoever sees the request gone sees the token back.
            drop(token);
        } else {
            held.tokens.extend(token);
            held.changed();
            self.more.notify_all();
        }
    }

    /// Tells `on_own` when the own token is back.
    pub(crate) fn on_own(&self, on_own: impl Fn() + Send + 'static) {
        self.lock().on_own = Some(Box::new(on_own));
    }

    /// Returns every token, once nobody answers requests any more.
    pub(crate) fn settle(&self) {
        let mut held = self.lock();
        held.requested = 0;
        held.on_own = None;
        drop(held);
        self.keep_for(0);
    }

    /// How many requests have not been answered.
    pub(crate) fn requested(&self) -> usize {
        self.lock().requested
    }

    /// How many threads have a token.
    pub(crate) fn allowed(&self) -> usize {
        self.lock().allowed()
    }

    /// How many of `threads` threads are left for this process: a child that has the own token counts as one.
    pub(crate) fn beside_child(&self, threads: usize) -> usize {
        threads - usize::from(self.lock().is_own_lent).min(threads)
    }

    /// Returns the tokens that so many threads do not need.
    pub(crate) fn keep_for(&self, threads: usize) {
        let mut held = self.lock();
        let needed = threads.saturating_sub(usize::from(!held.is_own_lent));
        if held.tokens.len() > needed {
            held.tokens.truncate(needed);
            held.changed();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // A panic between two operations on the list leaves it whole.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
