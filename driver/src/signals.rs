//! Ctrl-C and friends: nothing is left behind, no token is lost, and the caller sees the signal.
//!
//! A thread waits for SIGINT, SIGTERM and SIGHUP. On one of them it has the jobserver's tokens given back, ends the child,
//! removes the scratch folder and lets the signal do what it does by default. The lock is held from then on, so that
//! the other threads cannot take the child's end for a failure and start stock rustc. SIGKILL cannot be caught:
//! the [`Keeper`] cleans up then.

use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::keeper::Keeper;

/// What has to be undone when a signal arrives.
#[derive(Debug, Default)]
struct Undo {
    child: Option<Pid>,
    folders: Vec<PathBuf>,
    keeper: Keeper,
}

/// What the waiting thread knows of the compile; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    undo: Arc<Mutex<Undo>>,
}

impl Watch {
    /// Starts the thread. `give_back` gives the jobserver's tokens back; it is called before anything is undone.
    ///
    /// # Errors
    ///
    /// Fails if the handlers cannot be installed.
    pub fn start(give_back: impl Fn() + Send + 'static) -> io::Result<Self> {
        let ignored = ignored();
        let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let mut signals = Signals::new(wanted)?;
        let watch = Self::default();
        let undo = Arc::clone(&watch.undo);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                let undo = lock(&undo);
                give_back();
                end(undo, signal);
            }
        })?;
        Ok(watch)
    }

    /// These folders go when a signal arrives. Returns the keeper of this compile.
    pub fn folders(&self, folders: Vec<PathBuf>) -> Keeper {
        let keeper = Keeper::start(&folders).unwrap_or_default();
        let mut undo = lock(&self.undo);
        undo.folders = folders;
        undo.keeper = keeper.clone();
        keeper
    }

    /// Starts a child while no signal is handled: there is no child that a signal could miss.
    ///
    /// # Errors
    ///
    /// Those of `spawn`.
    pub fn spawn(&self, spawn: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
        let mut undo = lock(&self.undo);
        let child = spawn()?;
        undo.child = i32::try_from(child.id()).ok().map(Pid::from_raw);
        undo.keeper.child(Some(child.id()));
        Ok(child)
    }

    /// The child has ended. Does not return if a signal ended it that ends this process too.
    pub fn ended(&self) {
        let mut undo = lock(&self.undo);
        undo.child = None;
        undo.keeper.child(None);
    }

    /// The compile is over and its folders are gone.
    pub fn end(&self) {
        lock(&self.undo).keeper.end();
    }
}

fn lock(undo: &Mutex<Undo>) -> MutexGuard<'_, Undo> {
    undo.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process as `signal` would have, with the lock held.
fn end(undo: MutexGuard<'_, Undo>, signal: i32) {
    if let Some(child) = undo.child {
        let _ = kill(child, Signal::SIGKILL);
    }
    // The child's threads may write on until the kernel has ended them all.
    for _ in 0..100 {
        undo.folders.iter().for_each(|folder| drop(std::fs::remove_dir_all(folder)));
        if undo.folders.iter().all(|folder| !folder.exists()) {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    die_by(signal);
}

/// Ends this process by `signal`, as if it had never been handled.
pub fn die_by(signal: i32) -> ! {
    drop(emulate_default_handler(signal));
    // Only for a signal that does not end processes: what a shell would report.
    std::process::exit(128 + signal)
}

/// The signals that this process was told to ignore (by `nohup`), as a bit set.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_child_that_has_ended_is_forgotten() {
        let watch = Watch::default();
        let mut child = watch.spawn(|| Command::new("true").spawn()).unwrap();
        assert!(lock(&watch.undo).child.is_some());
        child.wait().unwrap();
        watch.ended();
        assert!(lock(&watch.undo).child.is_none());
    }

    #[test]
    fn ignored_signals_are_read_from_the_kernel() {
        // Rust programs ignore SIGPIPE.
        assert_ne!(ignored() & (1 << (nix::libc::SIGPIPE - 1)), 0);
    }
}
