//! The driver's side of a link: answers the processes that rustc starts as its linker.
//!
//! rustc waits for its linker, and by then has finished all code generation, so the driver may use every core. One
//! link is served at a time, as rustc runs one at a time.

use std::fs;
use std::io::BufReader;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::archive::module_name;
use crate::failure::Failure;
use crate::linker::{Finished, Reply, Request};
use crate::messages::{receive, send};
use crate::recorder::Recorder;

/// Makes the object to link from one that the front end wrote: takes the module's name and the object's content.
pub type ObjectOf<'a> = dyn Fn(&str, Vec<u8>) -> Result<PathBuf, Failure> + Sync + 'a;

/// Serves links while a front end runs.
pub struct LinkServer<'a> {
    listener: UnixListener,
    address: PathBuf,
    object_of: &'a ObjectOf<'a>,
    report: &'a Recorder,
    over: AtomicBool,
    failed: AtomicBool,
    failure: Mutex<Option<Failure>>,
    waited: Mutex<Duration>,
}

impl<'a> LinkServer<'a> {
    /// Listens at `address`.
    ///
    /// # Errors
    ///
    /// Fails if the socket cannot be made.
    pub fn new(address: &Path, object_of: &'a ObjectOf<'a>, report: &'a Recorder) -> Result<Self, Failure> {
        Ok(Self {
            listener: UnixListener::bind(address).map_err(Failure::file(address))?,
            address: address.to_owned(),
            object_of,
            report,
            over: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            failure: Mutex::new(None),
            waited: Mutex::default(),
        })
    }

    /// Serves links while `front_end` runs on the calling thread.
    pub fn during<T>(&self, front_end: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            scope.spawn(|| self.serve());
            let end = End(self);
            let result = front_end();
            drop(end);
            result
        })
    }

    /// Whether a link has failed: what rustc says from then on is about pcg's linker, not about the user's.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    /// How long rustc has waited for its linker until now.
    pub fn waited(&self) -> Duration {
        *self.waited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the first failed link failed.
    pub fn take_failure(&self) -> Option<Failure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn serve(&self) {
        for stream in self.listener.incoming() {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let start = Instant::now();
            let served = stream.map_err(Failure::file(&self.address)).and_then(|stream| self.answer(&stream));
            *self.waited.lock().unwrap_or_else(PoisonError::into_inner) += start.elapsed();
            if let Err(failure) = served {
                log::debug!("link failed: {failure}");
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
                self.failed.store(true, Ordering::SeqCst);
            }
        }
    }

    fn answer(&self, stream: &UnixStream) -> Result<(), Failure> {
        let mut from_linker = BufReader::new(stream);
        let gone = |_| Failure::Linker("the linker process went away".to_owned());
        let request: Request = receive(&mut from_linker).map_err(gone)?;
        let objects: Result<Vec<_>, _> = request.objects.iter().map(|path| self.object(path)).collect();
        match objects {
            Err(failure) => {
                // The linker process fails as soon as it reads this, so the mark has to be there before.
                self.failed.store(true, Ordering::SeqCst);
                send(stream, &Reply { objects: None }).map_err(gone)?;
                Err(failure)
            }
            Ok(objects) => {
                send(stream, &Reply { objects: Some(objects) }).map_err(gone)?;
                self.finished(receive(&mut from_linker).map_err(gone)?)
            }
        }
    }

    fn finished(&self, finished: Finished) -> Result<(), Failure> {
        self.report.add("link", finished.wall_seconds, finished.cpu_seconds);
        match finished.failed {
            None => Ok(()),
            Some(why) => {
                self.failed.store(true, Ordering::SeqCst);
                Err(Failure::Linker(why))
            }
        }
    }

    fn object(&self, path: &Path) -> Result<PathBuf, Failure> {
        let content = self.report.phase("read", || fs::read(path)).map_err(Failure::file(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (self.object_of)(module_name(&name), content)
    }
}

/// Ends the serving thread, even if the front end's thread panics.
struct End<'a, 'b>(&'a LinkServer<'b>);

impl Drop for End<'_, '_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::SeqCst);
        // Wakes the thread up. If this fails, nobody can connect any more either.
        drop(UnixStream::connect(&self.0.address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn ask(address: &Path, objects: &[PathBuf]) -> (UnixStream, Reply) {
        let stream = UnixStream::connect(address).unwrap();
        send(&stream, &Request { objects: objects.to_vec() }).unwrap();
        let reply = receive(&mut BufReader::new(&stream)).unwrap();
        (stream, reply)
    }

    #[test]
    fn objects_are_exchanged_and_the_end_is_told() {
        let scratch = Scratch::new().unwrap();
        let object = scratch.out().join("x.c.1-cgu.0.rcgu.o");
        fs::write(&object, "bitcode").unwrap();
        let object_of = |name: &str, content: Vec<u8>| {
            assert_eq!(content, b"bitcode");
            Ok(PathBuf::from(name))
        };
        let report = Recorder::new();
        let server = LinkServer::new(&scratch.socket(), &object_of, &report).unwrap();
        server.during(|| {
            let (stream, reply) = ask(&scratch.socket(), &[object]);
            assert_eq!(reply.objects.unwrap(), [PathBuf::from("x.c.1-cgu.0")]);
            send(&stream, &Finished { failed: None, wall_seconds: 1.0, cpu_seconds: 1.0 }).unwrap();
            // The driver closes the connection when it has read the message.
            assert!(receive::<Reply>(&mut BufReader::new(&stream)).is_err());
        });
        assert!(!server.has_failed());
    }

    #[test]
    fn a_failure_is_known_before_the_linker_process_ends() {
        let scratch = Scratch::new().unwrap();
        let object = scratch.out().join("x");
        fs::write(&object, "").unwrap();
        let object_of = |_: &str, _: Vec<u8>| Err(Failure::Panic("no".to_owned()));
        let report = Recorder::new();
        let server = LinkServer::new(&scratch.socket(), &object_of, &report).unwrap();
        server.during(|| {
            let (_, reply) = ask(&scratch.socket(), &[object]);
            assert!(reply.objects.is_none());
            assert!(server.has_failed());
        });
        assert_eq!(server.take_failure().unwrap().id(), "panic");
    }

    #[test]
    fn a_linker_process_that_goes_away_has_failed() {
        let scratch = Scratch::new().unwrap();
        let object_of = |_: &str, _: Vec<u8>| Ok(PathBuf::new());
        let report = Recorder::new();
        let server = LinkServer::new(&scratch.socket(), &object_of, &report).unwrap();
        server.during(|| {
            drop(UnixStream::connect(scratch.socket()).unwrap());
            while !server.has_failed() {
                thread::yield_now();
            }
        });
    }
}
