//! `cargo pcg COMMAND`: cargo with `pcg-rustc` in the place of rustc, and pcg's own commands.
//!
//! For a command of cargo's the process takes pcg's options out of the command line, says them in cargo's own terms,
//! and becomes cargo (`cargo.rs`): output, signals and the exit code are cargo's. What pcg's own commands and options
//! are, is defined once (`cli.rs`); where else options may stand, and which of them hold, is said in `settings.rs`.
//!
//! Nothing here links LLVM: `cargo pcg` works, and can say what is missing, where `pcg-rustc` cannot even start.

#![forbid(unsafe_code)]

mod cargo;
mod cargo_command;
mod cargo_config;
mod cargo_folders;
mod cargo_programs;
mod cargo_units;
mod cli;
mod columns;
mod commands;
mod doctor;
mod error;
mod explain;
mod file;
mod identity;
mod nearest;
mod planning;
mod profile;
mod project;
mod reports;
mod rustc_info;
mod settings;
mod terminal;
mod words;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use pcg_interface::environment::Environment;

use error::CargoPcgError;
pub use identity::Identity;
use terminal::Terminal;
use words::Words;

/// Runs cargo-pcg with this process's arguments and environment. Cargo itself puts the name of its command, `pcg`, in
/// front of the arguments.
pub fn run(identity: &Identity) -> ExitCode {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    let words = words.strip_prefix([OsString::from("pcg")].as_slice()).unwrap_or(&words);
    let environment = Environment::of_process();
    let definition = cli::definition();
    let words = Words::split(words, &definition);
    let terminal = Terminal::for_words(&words, &environment);
    obey(&words, definition, identity, &environment, terminal).unwrap_or_else(|error| {
        error.tell(terminal);
        error.exit_code().into()
    })
}

/// Does what the command line asks for.
fn obey(
    words: &Words,
    definition: clap::Command,
    identity: &Identity,
    environment: &Environment,
    terminal: Terminal,
) -> Result<ExitCode, CargoPcgError> {
    if cli::is_for_cargo(words, &definition) {
        return cargo::become_cargo(words, &cli::parse_options(definition, words)?, environment, terminal);
    }
    commands::run(&cli::parse(definition, words)?, identity, environment, terminal)
}
