//! An early start: bitcode is worked on from the moment that the front end has written it.
//!
//! rustc goes on for a while then, with its archive and with giving its memory back. It works on this process's own
//! token, so the back end asks for another one; without it the work starts as soon as rustc has ended or waits for its
//! linker.
//!
//! What comes of it is found by whoever has the same bitcode later (in the archive, or from the linker), so nothing
//! depends on what was seen here: a failure is repeated where it can be told, and a file that was read half-way is of
//! no use to anybody.

use std::fs;
use std::io::{self, PipeReader, PipeWriter};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::thread;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use crate::archive::OBJECT_SUFFIX;
use crate::pipeline::BITCODE_SUFFIX;
use crate::scratch::Scratch;

/// What rustc's bitcode files end with. Each is linked to the object's name and then removed.
const RUSTCS_SUFFIX: &str = ".rcgu.bc";

/// Runs the front end on the calling thread and meanwhile, on another one, `work` with each bitcode file that appears
/// where rustc writes: the name of its object, and a link to the file. Ends when both have. `lend` is told when the own
/// token is the front end's, and when it is not any more.
pub fn during<T>(
    scratch: &Scratch,
    lend: impl Fn(bool),
    work: impl Fn(&str, PathBuf) + Send,
    front_end: impl FnOnce() -> T,
) -> T {
    thread::scope(|scope| {
        lend(true);
        let mut end = End { lend: &lend, lookout: None };
        match Lookout::new(scratch) {
            Ok((lookout, over)) => {
                end.lookout = Some(over);
                let (found, bitcode) = mpsc::channel();
                // A thread of its own: rustc removes what it has written, and work takes longer.
                let watch = move || lookout.watch(found);
                let early = move || bitcode.into_iter().for_each(|Bitcode { object, file }| work(&object, file));
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
    lend: &'a dyn Fn(bool),
    /// Ends the lookout when it is closed.
    lookout: Option<PipeWriter>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        (self.lend)(false);
        self.lookout = None;
    }
}

/// A bitcode file that the front end has written.
struct Bitcode {
    /// The name of its object.
    object: String,
    file: PathBuf,
}

/// Sees bitcode appear in the folder where rustc writes.
struct Lookout<'a> {
    scratch: &'a Scratch,
    /// Left to the end of the process: whoever takes a watch down waits for the system for ten milliseconds.
    inotify: ManuallyDrop<Inotify>,
    over: PipeReader,
}

impl<'a> Lookout<'a> {
    /// Looks from now on, until the writer is closed.
    fn new(scratch: &'a Scratch) -> io::Result<(Self, PipeWriter)> {
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
        inotify.add_watch(&scratch.out(), AddWatchFlags::IN_CLOSE_WRITE)?;
        let (over, writer) = io::pipe()?;
        Ok((Self { scratch, inotify: ManuallyDrop::new(inotify), over }, writer))
    }

    /// Sends what is found.
    fn watch(&self, found: Sender<Bitcode>) {
        loop {
            let mut sources = [&self.inotify.as_fd(), &self.over.as_fd()].map(|fd| PollFd::new(*fd, PollFlags::POLLIN));
            match poll(&mut sources, PollTimeout::NONE) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(_) => return,
            }
            if sources[0].any() != Some(true) {
                return;
            }
            for event in self.inotify.read_events().unwrap_or_default() {
                let name = event.name.and_then(|name| name.into_string().ok()).unwrap_or_default();
                if let Some(stem) = name.strip_suffix(RUSTCS_SUFFIX) {
                    let object = format!("{stem}{OBJECT_SUFFIX}");
                    let file = self.scratch.path().join(format!("{stem}{BITCODE_SUFFIX}"));
                    // The first name may be gone by now.
                    let linked = self.link(&name, &file).or_else(|_| self.link(&object, &file));
                    // Whoever works has not ended before the other end of the pipe is closed.
                    drop(linked.map(|()| found.send(Bitcode { object, file })));
                }
            }
        }
    }

    fn link(&self, name: &str, file: &Path) -> io::Result<()> {
        let rustcs = self.scratch.out().join(name);
        fs::hard_link(&rustcs, file).or_else(|_| fs::copy(&rustcs, file).map(drop))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn the_work_begins_beside_rustc_and_rustc_may_remove_its_files() {
        let scratch = Scratch::new().unwrap();
        let (on_begin, begin) = mpsc::channel();
        let lent = Mutex::new(Vec::new());
        let found = Mutex::new(Vec::new());
        let work = |object: &str, file: PathBuf| {
            found.lock().unwrap().push((object.to_owned(), fs::read(file).unwrap()));
            on_begin.send(()).unwrap();
        };
        let lend = |is_lent| lent.lock().unwrap().push(is_lent);
        during(&scratch, lend, work, || {
            fs::write(scratch.out().join("other.rmeta"), "metadata").unwrap();
            let bitcode = scratch.out().join("x.1-cgu.0.rcgu.bc");
            fs::write(&bitcode, "bitcode").unwrap();
            // Linked to the object's name, removed, and removed again: as soon as it has been seen.
            while !scratch.path().join("x.1-cgu.0.bc").exists() {
                thread::yield_now();
            }
            fs::remove_file(&bitcode).unwrap();
            begin.recv().unwrap();
        });
        let [(object, content)] = &found.into_inner().unwrap()[..] else { panic!("one file") };
        assert_eq!((object.as_str(), content.as_slice()), ("x.1-cgu.0.rcgu.o", b"bitcode".as_slice()));
        assert_eq!(lent.into_inner().unwrap(), [true, false]);
    }
}
