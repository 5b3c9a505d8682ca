//! Stock rustc compiles after pcg has failed: a build that works with stock works with pcg.
//!
//! Usually it is run with the user's own arguments and writes where the user wants it. What the user has seen of the
//! front end's stderr is skipped when stock says it again, so everything is seen once, in stock's words.
//!
//! If the metadata file has been announced, cargo may have started crates that depend on it. Metadata belongs to one
//! run of rustc: stock's own has another crate hash, because the front end's flags are part of it. So stock writes into
//! the scratch folder, and its rlib gets the front end's metadata; the symbols are the same in both. That is checked:
//! every symbol that the front end's bitcode defines must be in stock's objects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pcg_interface::exit_code;
use pcg_interface::output::Output;
use pcg_interface::report::Action;

use crate::archive::{self, METADATA, Member};
use crate::args::Arguments;
use crate::emit::EmitKind;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::frontend::{self, Jobserver, Speech};
use crate::outputs::Outputs;
use crate::pipeline::Compile;
use crate::stderr::{Forwarder, Speaker, Transcript};

/// Compiles with stock rustc because of `failure`.
pub fn run(compile: &Compile, failure: &Failure, transcript: &mut Transcript) -> Exit {
    log::debug!("falling back: {failure}");
    compile.report.not_split(Action::Fallback, failure.id(), failure);
    // Where stock rustc may well fail in the same way, it is asked even under `--pcg-strict`.
    if compile.plan.options.strict && !failure.may_be_the_users() {
        return refuse(failure);
    }
    let stock = || if transcript.metadata { beside_metadata(compile, transcript) } else { alone(compile, transcript) };
    match compile.report.phase_with_children("stock", stock) {
        Ok(Exit::Code(0)) if compile.plan.options.strict => refuse(failure),
        Ok(exit) => exit,
        Err(error) => {
            Output.error(format!("{error} (stock rustc was run because {failure})"), None);
            Exit::Code(exit_code::CANNOT_RUN)
        }
    }
}

/// What `--pcg-strict` makes of a crate that is not split.
pub fn refuse(reason: &impl std::fmt::Display) -> Exit {
    Output.error(
        format!("the crate was not split: {reason}"),
        Some("without `--pcg-strict`, stock rustc compiles in such a case"),
    );
    Exit::Code(exit_code::STRICT)
}

/// Stock rustc with the user's arguments.
fn alone(compile: &Compile, transcript: &mut Transcript) -> Result<Exit, Failure> {
    let speech = if transcript.shown.is_empty() { Speech::Direct } else { Speech::Piped };
    let mut child = frontend::start(compile, &compile.plan.args, speech, Jobserver::PassedOn)?;
    if let Some(stderr) = child.stderr.take() {
        transcript.skip_shown(stderr);
    }
    Ok(frontend::end(compile, child)?.into())
}

/// Stock rustc in the scratch folder; its code and the front end's metadata become the outputs.
fn beside_metadata(compile: &Compile, transcript: &mut Transcript) -> Result<Exit, Failure> {
    let folder = compile.scratch.stock();
    let outputs = compile.outputs.made_in(&folder);
    outputs.make_folders().map_err(Failure::file(&folder))?;
    let arguments = Arguments::parse(&compile.plan.args).and_then(|arguments| outputs.redirect(&arguments));
    let words = arguments.map_err(Failure::CommandLine)?.to_words();
    let mut child = frontend::start(compile, &words, Speech::Piped, Jobserver::PassedOn)?;
    let mut last_lines = Forwarder::new(Speaker::Stock, &outputs, compile.scratch.path(), transcript);
    if let Some(stderr) = child.stderr.take() {
        last_lines.forward(stderr, || false)?;
    }
    let status = frontend::end(compile, child)?;
    if status.success() {
        for made in outputs.left().map_err(Failure::file(&folder))? {
            place_stocks(compile, &outputs, &made)?;
        }
    }
    last_lines.release();
    Ok(status.into())
}

/// Puts one of stock's outputs in its place, unless the front end's is there already.
fn place_stocks(compile: &Compile, outputs: &Outputs, made: &Path) -> Result<(), Failure> {
    let file_name = made.file_name().unwrap_or_default();
    let of_front_end = if outputs.kind(made) == EmitKind::Link && made.starts_with(compile.scratch.stock().join("out"))
    {
        compile.scratch.out().join(file_name)
    } else {
        compile.scratch.explicit().join(file_name)
    };
    let is_there = !outputs.kind(made).needs_code() || compile.outputs.is_placed(&of_front_end);
    if is_there {
        return Ok(());
    }
    if archive::is_archive(made) {
        with_front_ends_metadata(compile, made, &of_front_end)?;
    }
    outputs.place(made)
}

/// Replaces the metadata member of an rlib. A staticlib has none and stays as it is.
fn with_front_ends_metadata(compile: &Compile, stocks: &Path, front_ends: &Path) -> Result<(), Failure> {
    let mut members = archive::read(stocks).map_err(Failure::archive(stocks))?;
    let Some(metadata) = members.iter_mut().find(|member| member.name == METADATA) else { return Ok(()) };
    metadata.data = front_ends_metadata(compile, front_ends)?;
    check_symbols(stocks, front_ends)?;
    archive::write(stocks, &members).map_err(Failure::archive(stocks))
}

/// From the front end's archive, or, if it did not get so far, from its metadata file: rustc reads either.
fn front_ends_metadata(compile: &Compile, front_ends: &Path) -> Result<Vec<u8>, Failure> {
    let is_metadata = |member: &Member| member.name == METADATA;
    let in_archive = archive::read(front_ends).ok().and_then(|members| members.into_iter().find(is_metadata));
    if let Some(member) = in_archive {
        return Ok(member.data);
    }
    let path = compile.outputs.placed_metadata().unwrap_or_default();
    fs::read(&path).map_err(Failure::file(path))
}

fn check_symbols(stocks: &Path, front_ends: &Path) -> Result<(), Failure> {
    if !front_ends.exists() {
        return Ok(());
    }
    let symbols = |path: &Path| archive::symbols(path).map_err(Failure::archive(path));
    let (promised, defined) = (symbols(front_ends)?, symbols(stocks)?);
    let missing: BTreeSet<_> = promised.difference(&defined).collect();
    match missing.first() {
        None => Ok(()),
        Some(name) => {
            let name = String::from_utf8_lossy(name);
            let source = std::io::Error::other(format!("stock's code lacks the symbol {name}"));
            Err(Failure::Archive { path: stocks.to_owned(), source })
        }
    }
}
