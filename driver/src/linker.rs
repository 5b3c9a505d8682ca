//! The process that rustc starts as its linker.
//!
//! rustc is told `-Clinker=<scratch>/linker/NAME`, a link to pcg-rustc under the name of the real linker, because rustc
//! reads the linker's flavour from its name. `pcg-link.json` beside that link says where the driver listens. This
//! process sends the driver the objects in the scratch folder that rustc gave it, gets machine code for them, and runs
//! the real linker with the other arguments untouched, except for the `-plugin-opt` ones: they are meant for a linker
//! that optimises the bitcode itself. Arguments in a response file (`@file`) are treated alike.
//!
//! Whatever fails is told to the driver before this process ends: it then runs stock rustc, whose message the user
//! sees. If the driver goes away, the real linker is ended too.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pcg_interface::executables;
use serde::{Deserialize, Serialize};

use crate::archive::OBJECT_SUFFIX;
use crate::messages::{receive, send};
use crate::usage::Cpu;

/// The file beside the linker's link.
const CONFIGURATION: &str = "pcg-link.json";

/// What the linker process has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// The real linker, as rustc would start it.
    pub linker: PathBuf,
    /// Where the driver listens.
    pub socket: PathBuf,
    /// The folder of the front end's objects.
    pub objects: PathBuf,
    /// A folder for a changed response file.
    pub work: PathBuf,
}

/// The linker process's first line: the objects that rustc gave it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// Paths of objects.
    pub objects: Vec<PathBuf>,
}

/// The driver's answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reply {
    /// For each object the one to link instead; `None` if there is none and the link is to fail.
    pub objects: Option<Vec<PathBuf>>,
}

/// The linker process's second line.
#[derive(Debug, Serialize, Deserialize)]
pub struct Finished {
    /// Why the link failed; `None` if it did not.
    pub failed: Option<String>,
    /// Elapsed seconds of the real linker.
    pub wall_seconds: f64,
    /// CPU seconds of the real linker.
    pub cpu_seconds: f64,
}

/// Makes `folder` with the linker's link in it and returns the link's path, which is the value for `-Clinker`.
///
/// # Errors
///
/// Fails if the folder cannot be made or pcg-rustc's own path is not known.
pub fn install(folder: &Path, configuration: &Configuration) -> io::Result<PathBuf> {
    let name = configuration.linker.file_name().unwrap_or(OsStr::new("cc"));
    let link = folder.join(name);
    fs::create_dir(folder)?;
    std::os::unix::fs::symlink(executables::called()?, &link)?;
    fs::write(folder.join(CONFIGURATION), serde_json::to_vec(configuration)?)?;
    Ok(link)
}

/// The configuration of this process, if it was started as the linker.
pub fn configuration() -> Option<Configuration> {
    let program = PathBuf::from(std::env::args_os().next()?);
    let text = fs::read(program.parent()?.join(CONFIGURATION)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Links in place of the real linker.
pub fn run(configuration: &Configuration) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match link(configuration, &arguments) {
        Ok(code) => code,
        // The driver sees the connection end without a message and takes that for a failure.
        Err(_) => ExitCode::FAILURE,
    }
}

fn link(configuration: &Configuration, arguments: &[OsString]) -> io::Result<ExitCode> {
    let stream = UnixStream::connect(&configuration.socket)?;
    let mut from_driver = BufReader::new(stream.try_clone()?);
    let response_file = match arguments {
        [only] => only.as_bytes().strip_prefix(b"@").map(|path| PathBuf::from(OsStr::from_bytes(path))),
        _ => None,
    };
    let given = match &response_file {
        Some(path) => read_response_file(&fs::read(path)?),
        None => arguments.to_vec(),
    };
    let objects: Vec<PathBuf> = given.iter().map(PathBuf::from).filter(|path| is_own(configuration, path)).collect();
    send(&stream, &Request { objects: objects.clone() })?;
    let reply: Reply = receive(&mut from_driver)?;
    let Some(replacements) = reply.objects else { return Ok(ExitCode::FAILURE) };
    let mut changed = replace(&given, &objects, &replacements);
    if response_file.is_some() {
        let path = configuration.work.join("linker-arguments");
        fs::write(&path, write_response_file(&changed))?;
        let mut argument = OsString::from("@");
        argument.push(path);
        changed = vec![argument];
    }
    let finished = run_linker(&configuration.linker, &changed, from_driver);
    let code = if finished.failed.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    send(&stream, &finished)?;
    // The driver must know before rustc does: it closes the connection when it has read the message.
    drop(BufReader::new(&stream).read_until(b'\n', &mut Vec::new()));
    Ok(code)
}

/// Whether the front end made this object: bitcode, or machine code that it was not meant to make.
fn is_own(configuration: &Configuration, path: &Path) -> bool {
    path.starts_with(&configuration.objects) && path.as_os_str().as_bytes().ends_with(OBJECT_SUFFIX.as_bytes())
}

fn replace(arguments: &[OsString], objects: &[PathBuf], replacements: &[PathBuf]) -> Vec<OsString> {
    let replaced = arguments.iter().filter(|argument| !is_plugin_option(argument)).map(|argument| {
        match objects.iter().position(|object| object.as_os_str() == argument).and_then(|at| replacements.get(at)) {
            Some(replacement) => replacement.clone().into_os_string(),
            None => argument.clone(),
        }
    });
    replaced.collect()
}

/// What rustc adds for `-Clinker-plugin-lto`, as the linker or as the compiler driver gets it
/// (`Linker::linker_plugin_lto`).
fn is_plugin_option(argument: &OsStr) -> bool {
    let text = argument.as_bytes();
    let options = text.strip_prefix(b"-Wl,").unwrap_or(text);
    let known: [&[u8]; 2] = [b"-plugin-opt=O", b"-plugin-opt=mcpu="];
    options.split(|&byte| byte == b',').all(|option| known.iter().any(|known| option.starts_with(known)))
}

fn run_linker(linker: &Path, arguments: &[OsString], from_driver: BufReader<UnixStream>) -> Finished {
    let started = Instant::now();
    let failed = match Command::new(linker).args(arguments).spawn() {
        Err(error) => Some(format!("{}: {error}", linker.display())),
        Ok(mut child) => {
            let over = Arc::new(AtomicBool::new(false));
            end_with_driver(child.id(), from_driver, Arc::clone(&over));
            let status = child.wait();
            over.store(true, Ordering::SeqCst);
            match status {
                Ok(status) if status.success() => None,
                Ok(status) if status.signal().is_some() => Some(format!("{} died: {status}", linker.display())),
                Ok(status) => Some(format!("{}: {status}", linker.display())),
                Err(error) => Some(error.to_string()),
            }
        }
    };
    Finished { failed, wall_seconds: started.elapsed().as_secs_f64(), cpu_seconds: Cpu::now().children }
}

/// Ends the real linker if the driver is gone. The driver says nothing until it has been told the outcome.
fn end_with_driver(child: u32, mut from_driver: BufReader<UnixStream>, over: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        drop(from_driver.read_until(b'\n', &mut Vec::new()));
        if let (false, Ok(child)) = (over.load(Ordering::SeqCst), i32::try_from(child)) {
            let _ = kill(Pid::from_raw(child), Signal::SIGKILL);
        }
    });
}

/// Reads the response file that rustc writes for GNU tools: one argument a line, backslash before spaces, tabs and
/// backslashes (`rustc_codegen_ssa::back::link`, `Escape`).
fn read_response_file(content: &[u8]) -> Vec<OsString> {
    let mut arguments = Vec::new();
    for line in content.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let mut argument = Vec::with_capacity(line.len());
        let mut bytes = line.iter().copied();
        while let Some(byte) = bytes.next() {
            argument.push(if byte == b'\\' { bytes.next().unwrap_or(byte) } else { byte });
        }
        arguments.push(OsString::from_vec(argument));
    }
    arguments
}

fn write_response_file(arguments: &[OsString]) -> Vec<u8> {
    let mut content = Vec::new();
    for argument in arguments {
        for &byte in argument.as_bytes() {
            if matches!(byte, b'\\' | b' ') {
                content.push(b'\\');
            }
            content.push(byte);
        }
        content.push(b'\n');
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn objects_are_replaced_and_plugin_options_dropped() {
        let given = words(&["-m64", "/s/out/a.rcgu.o", "-Wl,-plugin-opt=O3,-plugin-opt=mcpu=x86-64", "-o", "/s/out/a"]);
        let changed = replace(&given, &["/s/out/a.rcgu.o".into()], &["/s/work/0.o".into()]);
        assert_eq!(changed, words(&["-m64", "/s/work/0.o", "-o", "/s/out/a"]));
    }

    #[test]
    fn options_of_the_users_own_plugin_stay() {
        assert!(is_plugin_option(OsStr::new("-plugin-opt=O2")));
        assert!(!is_plugin_option(OsStr::new("-Wl,-plugin-opt=save-temps")));
        assert!(!is_plugin_option(OsStr::new("-Wl,-O1")));
    }

    #[test]
    fn response_files_survive_a_round_trip() {
        let arguments = words(&["-o", "/a b/c\\d", "x"]);
        let content = write_response_file(&arguments);
        assert_eq!(content, b"-o\n/a\\ b/c\\\\d\nx\n");
        assert_eq!(read_response_file(&content), arguments);
    }

    #[test]
    fn only_objects_of_the_front_end_are_sent() {
        let configuration =
            Configuration { linker: "cc".into(), socket: "s".into(), objects: "/s/out".into(), work: "/s/work".into() };
        assert!(is_own(&configuration, Path::new("/s/out/x.1-cgu.0.rcgu.o")));
        assert!(!is_own(&configuration, Path::new("/s/out/rustc123/symbols.o")));
        assert!(!is_own(&configuration, Path::new("/elsewhere/x.rcgu.o")));
    }
}
