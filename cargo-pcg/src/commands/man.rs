//! `cargo pcg man`: manual pages.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Command, ValueHint, value_parser};
use clap_mangen::Man;

use super::Context;
use crate::cli;
use crate::error::CargoPcgError;

const OUTPUT: &str = "output";

pub(super) fn definition() -> Command {
    Command::new("man").about("Print the manual page, or write the pages of all commands into a folder").arg(
        Arg::new(OUTPUT)
            .long(OUTPUT)
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::DirPath)
            .help("Write cargo-pcg.1 and a page for each command into DIR"),
    )
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    match context.matches.get_one::<PathBuf>(OUTPUT) {
        Some(folder) => write(folder).map_err(|source| CargoPcgError::Write { path: folder.clone(), source }),
        None => {
            context.terminal.answer(&page());
            Ok(())
        }
    }
}

/// The page of `cargo pcg` itself, the same as in a folder.
fn page() -> String {
    let mut page = Vec::new();
    let man = Man::new(cli::definition().disable_help_subcommand(true));
    man.render(&mut page).expect("writing to memory does not fail");
    String::from_utf8_lossy(&page).into_owned()
}

fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(cli::definition(), folder)
}
