//! pcg's own commands. A new one takes a file in `commands/` and its name in the list below.
//!
//! A file has a function `definition`, which returns the command without the options that all have, and a function
//! `run`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use pcg_interface::environment::Environment;

use crate::cli;
use crate::error::CargoPcgError;
use crate::identity::Identity;
use crate::terminal::{self, Terminal};

/// What a command is given.
struct Context<'a> {
    /// pcg's options.
    options: &'a ArgMatches,
    /// The command's own options and arguments.
    matches: &'a ArgMatches,
    identity: &'a Identity,
    environment: &'a Environment,
    terminal: Terminal,
}

type Run = fn(&Context<'_>) -> Result<(), CargoPcgError>;

macro_rules! commands {
    ($($module:ident),+) => {
        $(mod $module;)+

        const COMMANDS: &[(fn() -> Command, Run)] = &[$(($module::definition, $module::run)),+];
    };
}

commands!(completions, config, doctor, explain, man, plan, profile);

const MANIFEST_PATH: &str = "manifest-path";

/// The option of commands that work on a project.
fn manifest_path() -> Arg {
    Arg::new(MANIFEST_PATH)
        .long(MANIFEST_PATH)
        .value_name("PATH")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .help("The Cargo.toml of another project than that of the current folder")
}

/// The definitions of all, in the order of the help text.
pub(crate) fn definitions() -> impl Iterator<Item = Command> {
    COMMANDS.iter().map(|(definition, _)| definition().next_help_heading(None).args(terminal::args()))
}

/// Runs the command that was read, or shows the help text if there is none.
pub(crate) fn run(
    options: &ArgMatches,
    identity: &Identity,
    environment: &Environment,
    terminal: Terminal,
) -> Result<ExitCode, CargoPcgError> {
    let Some((name, matches)) = options.subcommand() else {
        terminal.clap(&cli::definition().render_help(), false);
        return Ok(ExitCode::SUCCESS);
    };
    let (_, run) = COMMANDS.iter().find(|(definition, _)| definition().get_name() == name).expect("clap knows it");
    run(&Context { options, matches, identity, environment, terminal: terminal.with(matches) })?;
    Ok(ExitCode::SUCCESS)
}
