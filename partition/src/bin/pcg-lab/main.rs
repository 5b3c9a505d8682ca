//! `pcg-lab`: the partitioner alone, over graphs that `pcg-rustc --pcg-dump-graph=FILE` saved.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | the partitioner failed on a valid graph: a defect of pcg |
//! | 2 | the command line is wrong |
//! | 3 | a graph or an inline truth could not be used: no such file, another format or version, of another module |
//! | 4 | the answer could not be written |
#![forbid(unsafe_code)]

mod command;
mod compare;
mod cut;
mod draw;
mod error;
mod forecast;
mod input;
mod output;
mod partition;
mod picture;
mod svg;
mod table;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    match arguments.run().and_then(|answer| output::print(&answer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut message = format!("error: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(next) = cause {
                message.push_str(&format!(": {next}"));
                cause = next.source();
            }
            // Nobody is left to be told if stderr is closed.
            let _ = writeln!(std::io::stderr(), "{message}");
            error.exit_code()
        }
    }
}
