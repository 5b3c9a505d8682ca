//! `cargo pcg completions SHELL`: a script that completes pcg's commands and options.

use clap::{Arg, Command, value_parser};
use clap_complete::Shell;

use super::Context;
use crate::cli;
use crate::error::CargoPcgError;

const SHELL: &str = "shell";

pub(super) fn definition() -> Command {
    Command::new("completions").about("Print a script that completes pcg's own commands and options in a shell").arg(
        Arg::new(SHELL).value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("The shell to complete in"),
    )
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let shell = *context.matches.get_one::<Shell>(SHELL).expect("clap requires it");
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::definition(), "cargo-pcg", &mut script);
    context.terminal.answer(&String::from_utf8_lossy(&script));
    Ok(())
}
