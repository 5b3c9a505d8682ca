//! The driver's side of `pcg-codegen`, which is started beside rustc and compiles modules as they come.
//!
//! It is a process of its own so that libLLVM is loaded while rustc works, and its memory is given back while the
//! driver finishes the outputs. What ends it, LLVM's crashes included, is a failure like any other: stock rustc compiles.

use std::io::{self, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use pcg_interface::executables::{self, PCG_CODEGEN};

use crate::failure::Failure;
use crate::keeper::Keeper;
use crate::messages::{Answer, Done, Order, Request, receive, send};

/// How long pcg-codegen may take to end after a signal: it waits a moment for tokens that are on their way to it.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// A running pcg-codegen; clones share it.
#[derive(Clone, Debug)]
pub struct BackEnd {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    requests: Mutex<UnixStream>,
    /// What becomes of orders. Held while one is carried out.
    done: Mutex<Receiver<Box<Done>>>,
    /// `None` in tests.
    child: Mutex<Option<Child>>,
    link: Arc<Link>,
}

/// What the thread that listens knows.
#[derive(Debug, Default)]
struct Link {
    /// pcg-codegen has ended.
    is_gone: Mutex<bool>,
    changed: Condvar,
}

impl BackEnd {
    /// Starts the pcg-codegen beside this executable with this process's arguments. The keeper learns of its tokens.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be run.
    pub fn start(keeper: Keeper) -> io::Result<Self> {
        let (ours, its) = UnixStream::pair()?;
        let program = executables::beside(PCG_CODEGEN)?;
        let mut command = Command::new(&program);
        command.args(std::env::args_os().skip(1)).stdin(Stdio::from(OwnedFd::from(its)));
        let child = command
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("{} cannot be run: {error}", program.display())))?;
        Self::at(ours, Some(child), keeper)
    }

    /// The back end at the other end of the socket.
    pub(crate) fn at(socket: UnixStream, child: Option<Child>, keeper: Keeper) -> io::Result<Self> {
        let answers = BufReader::new(socket.try_clone()?);
        let (sender, done) = mpsc::channel();
        let link = Arc::new(Link::default());
        let listening = link.clone();
        thread::Builder::new()
            .name("back end".to_owned())
            .spawn(move || listening.listen(answers, &sender, &keeper))?;
        let shared = Shared { requests: socket.into(), done: done.into(), child: child.into(), link };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The process's own token is the front end's from now on, or not any more.
    pub fn own_token(&self, is_lent: bool) {
        self.shared.ask(&Request::OwnToken { is_lent });
    }

    /// Has a module compiled, one at a time.
    ///
    /// # Errors
    ///
    /// [`Failure::BackEndGone`] if it has ended before it was done.
    pub fn compile(&self, order: Order) -> Result<Done, Failure> {
        let done = lock(&self.shared.done);
        self.shared.ask(&Request::Compile(order));
        done.recv().map(|done| *done).map_err(|_| Failure::BackEndGone(self.shared.status()))
    }

    /// Nothing more is wanted of it: it ends while this process goes on.
    pub fn release(&self) {
        self.shared.ask(&Request::End);
    }

    /// Ends it and waits for that.
    pub fn end(&self) {
        self.release();
        let link = &self.shared.link;
        drop(link.changed.wait_while(lock(&link.is_gone), |is_gone| !*is_gone));
        self.shared.status();
    }

    /// Ends it, whatever it is doing, on the way out of this process.
    pub fn end_at_once(&self) {
        self.release();
        let link = &self.shared.link;
        let waited = link.changed.wait_timeout_while(lock(&link.is_gone), LAST_WAIT, |is_gone| !*is_gone);
        let is_gone = *waited.unwrap_or_else(PoisonError::into_inner).0;
        if !is_gone && let Some(child) = &mut *lock(&self.shared.child) {
            drop(child.kill());
        }
    }
}

impl Shared {
    /// Whoever is gone does not answer, and that is seen by the one who waits.
    fn ask(&self, request: &Request) {
        drop(send(&lock(&self.requests), request));
    }

    /// Waits for its end and says how it was.
    fn status(&self) -> String {
        let ended = lock(&self.child).as_mut().map(Child::wait);
        ended.and_then(Result::ok).map_or_else(|| "no word".to_owned(), |status| status.to_string())
    }
}

impl Link {
    fn listen(&self, mut answers: BufReader<UnixStream>, done: &Sender<Box<Done>>, keeper: &Keeper) {
        while let Ok(answer) = receive(&mut answers) {
            match answer {
                Answer::Tokens(held) => keeper.tokens(held),
                // Nobody waits for what was ordered before the end.
                Answer::Done(result) => drop(done.send(result)),
            }
        }
        *lock(&self.is_gone) = true;
        self.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
