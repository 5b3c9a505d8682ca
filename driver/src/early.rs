//! An early start: bitcode is worked on from the moment that the front end has written it.
//!
//! rustc goes on for a while then, with its archive and with giving its memory back. It works on this process's own
//! token, so another one is asked for; without it the work starts as soon as rustc has ended or waits for its linker.
//!
//! What comes of it is found by whoever has the same bitcode later (in the archive, or from the linker), so nothing
//! depends on what was seen here: a failure is repeated where it can be told, and a file that was read half-way is of
//! no use to anybody.

use std::fs;
use std::io::{self, PipeReader, PipeWriter};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::thread;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use pcg_llvm_backend::{Tokens, Workers};

use crate::archive::OBJECT_SUFFIX;

/// What rustc's bitcode files end with. Each is linked to the object's name and then removed.
const BITCODE_SUFFIX: &str = ".rcgu.bc";

/// Runs the front end on the calling thread and meanwhile, on another one, `work` with each bitcode file that appears
/// in `folder`: the name of its object and its content. Ends when both have. The own token is lent to the front end.
pub fn during<T>(
    folder: &Path,
    workers: &Workers,
    work: impl Fn(&str, Vec<u8>) + Send,
    front_end: impl FnOnce() -> T,
) -> T {
    thread::scope(|scope| {
        workers.tokens.lend();
        let mut end = End { tokens: &workers.tokens, lookout: None };
        match Lookout::new(folder) {
            Ok((lookout, over)) => {
                end.lookout = Some(over);
                let (found, bitcode) = mpsc::channel();
                // A thread of its own: rustc removes what it has written, and work takes longer.
                let watch = move || lookout.watch(found);
                let early = move || {
                    for Bitcode { object, content } in bitcode {
                        if workers.threads() > 1 {
                            workers.tokens.wait_for_another();
                        } else {
                            workers.tokens.wait();
                        }
                        work(&object, content);
                    }
                };
                let start = |name: &str| thread::Builder::new().name(name.to_owned());
                let started = start("early").spawn_scoped(scope, early);
                let started = started.and_then(|_| start("lookout").spawn_scoped(scope, watch));
                started.map_or_else(|error| log::debug!("no early start: {error}"), drop);
            }
            // The system has a limit on watches. The work starts when rustc has ended.
            Err(error) => log::debug!("no early start: {error}"),
        }
        let result = front_end();
        drop(end);
        result
    })
}

/// The front end's end, even by a panic.
struct End<'a> {
    tokens: &'a Tokens,
    /// Ends the lookout when it is closed.
    lookout: Option<PipeWriter>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.tokens.take_back();
        self.lookout = None;
    }
}

/// A bitcode file that the front end has written.
struct Bitcode {
    /// The name of its object.
    object: String,
    content: Vec<u8>,
}

/// Sees bitcode appear in a folder.
struct Lookout<'a> {
    folder: &'a Path,
    /// Left to the end of the process: whoever takes a watch down waits for the system for ten milliseconds.
    inotify: ManuallyDrop<Inotify>,
    over: PipeReader,
}

impl<'a> Lookout<'a> {
    /// Looks at `folder` from now on, until the writer is closed.
    fn new(folder: &'a Path) -> io::Result<(Self, PipeWriter)> {
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
        inotify.add_watch(folder, AddWatchFlags::IN_CLOSE_WRITE)?;
        let (over, writer) = io::pipe()?;
        Ok((Self { folder, inotify: ManuallyDrop::new(inotify), over }, writer))
    }

    /// Sends what is found.
    fn watch(&self, found: Sender<Bitcode>) {
        loop {
            let mut sources = [&self.inotify.as_fd(), &self.over.as_fd()].map(|fd| PollFd::new(*fd, PollFlags::POLLIN));
            match poll(&mut sources, PollTimeout::NONE) {
                Ok(_) => {}
                // A token's request ends with a signal.
                Err(Errno::EINTR) => continue,
                Err(_) => return,
            }
            if sources[0].any() != Some(true) {
                return;
            }
            for event in self.inotify.read_events().unwrap_or_default() {
                let name = event.name.and_then(|name| name.into_string().ok()).unwrap_or_default();
                if let Some(stem) = name.strip_suffix(BITCODE_SUFFIX) {
                    let object = format!("{stem}{OBJECT_SUFFIX}");
                    // The first name may be gone by now.
                    let content = fs::read(self.folder.join(&name)).or_else(|_| fs::read(self.folder.join(&object)));
                    // Whoever works has not ended before the other end of the pipe is closed.
                    drop(content.map(|content| found.send(Bitcode { object, content })));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use pcg_llvm_backend::tokens;

    use super::*;

    /// What was worked on, and whether rustc had ended then.
    #[derive(Debug, PartialEq, Eq)]
    struct Found {
        object: String,
        content: Vec<u8>,
        is_after_rustc: bool,
    }

    /// Runs a front end that writes bitcode and goes on with `rest`, which gets a pipe that is closed as soon as the work
    /// has begun.
    fn found_by(threads: usize, rest: impl FnOnce(PipeReader)) -> Vec<Found> {
        let workers = Workers::new(tokens::from_environment_or(threads), threads);
        let folder = tempfile::tempdir().unwrap();
        let (on_begin, begin) = io::pipe().unwrap();
        let begin = Mutex::new(Some(begin));
        let has_ended = AtomicBool::new(false);
        let found: Mutex<Vec<Found>> = Mutex::default();
        let work = |object: &str, content| {
            let is_after_rustc = has_ended.load(Ordering::SeqCst);
            found.lock().unwrap().push(Found { object: object.to_owned(), content, is_after_rustc });
            begin.lock().unwrap().take();
        };
        during(folder.path(), &workers, work, || {
            fs::write(folder.path().join("other.rmeta"), "metadata").unwrap();
            fs::write(folder.path().join("x.1-cgu.0.rcgu.bc"), "bitcode").unwrap();
            rest(on_begin);
            has_ended.store(true, Ordering::SeqCst);
        });
        found.into_inner().unwrap()
    }

    fn one(is_after_rustc: bool) -> [Found; 1] {
        [Found { object: "x.1-cgu.0.rcgu.o".to_owned(), content: b"bitcode".to_vec(), is_after_rustc }]
    }

    #[test]
    fn with_a_token_the_work_begins_beside_rustc() {
        let found = found_by(2, |mut on_begin| assert_eq!(on_begin.read(&mut [0]).unwrap(), 0));
        assert_eq!(found, one(false));
    }

    #[test]
    fn without_a_token_the_work_begins_after_rustc() {
        let found = found_by(1, |_| thread::sleep(Duration::from_millis(50)));
        assert_eq!(found, one(true));
    }
}
