//! `pcg-lab`: the partitioner alone, over graphs that `pcg-rustc --pcg-dump-graph=FILE` saved.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | the partitioner failed on a valid graph: a defect of pcg |
//! | 2 | the command line is wrong |
//! | 3 | the graph could not be read: no such file, not a saved graph, another version |
//! | 4 | the answer could not be written |
#![forbid(unsafe_code)]

mod command;
mod table;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    match arguments.run().and_then(|answer| write_answer(&answer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut message = format!("error: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(next) = cause {
                message.push_str(&format!(": {next}"));
                cause = next.source();
            }
            let _ = writeln!(std::io::stderr(), "{message}");
            error.exit_code()
        }
    }
}

/// Writes to stdout. A reader that has seen enough (`| head`) is no error.
fn write_answer(answer: &str) -> Result<(), command::LabError> {
    match std::io::stdout().write_all(answer.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(command::LabError::Output(error)),
        _ => Ok(()),
    }
}
