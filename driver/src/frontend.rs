//! The front end: stock rustc, told to write one unoptimised bitcode module, with everything redirected.
//!
//! This is the only part of pcg that knows how bitcode is made. Archives come back in the scratch folder with bitcode
//! members; for linked crate types the bitcode goes through the [`LinkServer`] while rustc waits for its linker. Work on
//! it begins [`early`].

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use pcg_interface::output::Output;

use crate::archive::module_name;
use crate::args::{self, Argument, Arguments};
use crate::early;
use crate::failure::Failure;
use crate::link_server::LinkServer;
use crate::linker::{self, Configuration};
use crate::pipeline::{Bitcode, Compile};
use crate::stderr::{Forwarder, Speaker, Transcript};

/// rustc's exit code after a crash of its own.
const CRASH: i32 = 101;

/// A front end that has ended with what stock rustc would have ended with.
pub struct FrontEnd<'a> {
    /// How it ended; not necessarily with success.
    pub status: ExitStatus,
    /// The last lines of its stderr, held back until the outputs are in their places.
    pub last_lines: Forwarder<'a>,
}

/// Runs the front end. `object_of` makes the objects for the linker.
///
/// # Errors
///
/// Fails where stock rustc might not have failed, or not in these words.
pub fn run<'a>(
    compile: &'a Compile,
    object_of: &(impl Fn(&str, Bitcode) -> Result<PathBuf, Failure> + Sync),
    transcript: &'a mut Transcript,
) -> Result<FrontEnd<'a>, Failure> {
    let words = command_line(compile)?.to_words();
    let for_linker = |name: &str, bitcode| {
        // rustc waits.
        compile.back_end.own_token(false);
        object_of(name, Bitcode::Content(bitcode))
    };
    let links = LinkServer::new(&compile.scratch.socket(), &for_linker, &compile.report)?;
    let early = |object: &str, file| match object_of(module_name(object), Bitcode::File(file)) {
        Ok(_) => {}
        // It fails again where it can be told.
        Err(failure) => log::debug!("early: {failure}"),
    };
    let mut last_lines = Forwarder::new(Speaker::FrontEnd, &compile.outputs, compile.scratch.path(), transcript);
    let mut rustc = || -> Result<_, Failure> {
        let mut child = start(compile, &words, Speech::Piped, Jobserver::Withheld)?;
        let forwarded = match child.stderr.take() {
            Some(stderr) => last_lines.forward(stderr, || links.has_failed()),
            None => Ok(()),
        };
        if forwarded.is_err() {
            // What it does from now on is of no use. It may have ended already.
            drop(child.kill());
        }
        Ok((end(compile, child)?, forwarded))
    };
    let (status, forwarded) = links.during(|| {
        early::during(
            &compile.scratch,
            |is_lent| compile.back_end.own_token(is_lent),
            early,
            || compile.report.front_end(&mut rustc, || links.waited()),
        )
    })?;
    links.take_failure().map_or(Ok(()), Err)?;
    forwarded?;
    let is_users_error = status.code().is_some_and(|code| code != CRASH) && !last_lines.has_doubts();
    if status.success() || is_users_error {
        Ok(FrontEnd { status, last_lines })
    } else {
        Err(Failure::FrontEnd(status))
    }
}

/// rustc's command line: redirected outputs and linker, and colours if the user's terminal has them.
fn command_line(compile: &Compile) -> Result<Arguments, Failure> {
    let mut own = Vec::new();
    if compile.plan.may_be_linked() {
        let folder = compile.scratch.linker();
        let configuration = Configuration {
            linker: compile.plan.linker.clone().unwrap_or_else(|| PathBuf::from("cc")),
            socket: compile.scratch.socket(),
            objects: compile.scratch.out(),
            work: folder.clone(),
        };
        let link = linker::install(&folder, &configuration).map_err(Failure::file(&folder))?;
        own.push(format!("-Clinker={}", link.display()));
    }
    let is_chosen = compile.plan.front_end.iter().any(|argument| match argument {
        Argument::Flag { flag, .. } => flag.is_long("color"),
        Argument::Free(_) | Argument::Separator => false,
    });
    if !compile.plan.json_errors && !is_chosen && Output.stderr_is_coloured() {
        own.push("--color=always".to_owned());
    }
    let redirected = compile.outputs.redirect(&compile.plan.front_end);
    redirected.and_then(|arguments| arguments.with(own)).map_err(Failure::CommandLine)
}

/// Where a rustc's stderr goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// To pcg.
    Piped,
    /// To the user.
    Direct,
}

/// Whether a rustc learns of the jobserver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobserver {
    /// It works as stock rustc does.
    PassedOn,
    /// It has one unit and nothing to do for a second thread, but would now and then hold a token for a moment, which
    /// is lost if it is killed just then.
    Withheld,
}

/// The variables that name a jobserver (`jobserver::Client::from_env`).
const JOBSERVER_VARIABLES: [&str; 3] = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"];

/// Starts the toolchain's rustc. A command line that is too long for the operating system goes into an argument file.
///
/// # Errors
///
/// [`Failure::FrontEndStart`] with the operating system's error.
pub fn start(compile: &Compile, words: &[OsString], speech: Speech, jobserver: Jobserver) -> Result<Child, Failure> {
    let rustc = &compile.plan.rustc;
    let command = |words: &[OsString]| {
        let mut command = Command::new(rustc);
        command.args(words);
        if speech == Speech::Piped {
            command.stderr(Stdio::piped());
        }
        if jobserver == Jobserver::Withheld {
            for name in JOBSERVER_VARIABLES {
                command.env_remove(name);
            }
        }
        command
    };
    log::debug!("{:?}", command(words));
    let started = compile.watch.spawn(|| match command(words).spawn() {
        Err(error) if error.kind() == ErrorKind::ArgumentListTooLong => {
            let path = compile.scratch.path().join("arguments");
            fs::write(&path, args::argument_file(words)?)?;
            command(&[format!("@{}", path.display()).into()]).spawn()
        }
        result => result,
    });
    started.map_err(|source| Failure::FrontEndStart { program: rustc.clone(), source })
}

/// Waits for a rustc. Does not return if the same signal ends this process.
///
/// # Errors
///
/// [`Failure::File`] if it cannot be waited for.
pub fn end(compile: &Compile, mut child: Child) -> Result<ExitStatus, Failure> {
    let status = child.wait().map_err(Failure::file(&compile.plan.rustc));
    compile.watch.ended();
    if let Ok(status) = &status {
        log::debug!("rustc ended: {status}");
    }
    status
}
