//! `cargo pcg profile list|show|check|add`: the profiles that `--profile` takes.
//!
//! In JSON, a profile's origin is an object with a `layer` (`file`, `manifest`, `cargo-config`, `built-in`, `workspace`,
//! `folder`, `home` or `bundled`) and, where there is one, a `path` and a `line`.

mod add;
mod check;
mod list;
mod show;

use clap::{ArgMatches, Command};
use serde::Serialize;

use super::{Context, Run, terminal};
use crate::error::CargoPcgError;
use crate::profile::{Definition, Source};
use crate::project::{Choice, Extent, Project};

/// The version of the JSON that these commands print.
const SCHEMA_VERSION: u32 = 1;

type Row = (fn() -> Command, Run);

const COMMANDS: &[Row] = &[
    (list::definition, list::run),
    (show::definition, show::run),
    (check::definition, check::run),
    (add::definition, add::run),
];

pub(super) fn definition() -> Command {
    let commands = COMMANDS.iter().map(|(definition, _)| definition().args(terminal::args()));
    Command::new("profile")
        .about("List, show, check or add profiles for --profile")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(commands)
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let (name, matches) = context.matches.subcommand().expect("clap requires it");
    let (_, run) = COMMANDS.iter().find(|(definition, _)| definition().get_name() == name).expect("clap knows it");
    run(&Context { matches, terminal: context.terminal.with(matches), ..*context })
}

/// The project in the current folder.
fn project(context: &Context<'_>) -> Option<Project> {
    Project::find(&Choice::default(), Extent::Members, context.environment)
}

/// An argument that has to be there.
fn required<'a>(matches: &'a ArgMatches, name: &str) -> &'a str {
    matches.get_one::<String>(name).expect("clap requires it")
}

/// Where something stands, in JSON.
#[derive(Serialize)]
struct Origin<'a> {
    #[serde(flatten)]
    source: &'a Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

impl<'a> Origin<'a> {
    fn new(definition: &'a Definition, line: usize) -> Self {
        let source = &definition.source;
        Self { source, line: source.path.is_some().then_some(line) }
    }
}
