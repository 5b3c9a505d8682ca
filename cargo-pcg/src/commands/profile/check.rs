//! `cargo pcg profile check [FILE]`: what is wrong with the profiles in pcg's files.
//!
//! As JSON it is an object with `schema_version`, `profiles` (how many were checked) and `problems`: `path`, `line`,
//! `message` and `help` of each. The exit code is that of wrong options if there are any.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Arg, Command, ValueHint, value_parser};
use pcg_interface::environment::Environment;
use serde::Serialize;

use super::{Context, SCHEMA_VERSION, project};
use crate::error::CargoPcgError;
use crate::profile::{self, Catalogue, Definition, Layer, Problem, ProfileError};

const FILE: &str = "file";

pub(super) fn definition() -> Command {
    Command::new("check").about("Check the profiles in pcg's files, or in one file").arg(
        Arg::new(FILE)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("Check this file only"),
    )
}

#[derive(Serialize)]
struct Answer {
    schema_version: u32,
    profiles: usize,
    problems: Vec<Problem>,
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let file = context.matches.get_one::<PathBuf>(FILE);
    let catalogue = Catalogue::read(project(context).as_ref(), context.environment, file.map(PathBuf::as_path))?;
    let is_meant = |definition: &&Definition| match file {
        Some(_) => definition.source.layer == Layer::File,
        None => !definition.source.layer.is_cargos() && definition.source.layer != Layer::Bundled,
    };
    let checked: Vec<_> = catalogue.all().iter().filter(is_meant).collect();
    let problems = problems(&catalogue, &checked, context.environment);
    let shown = Answer { schema_version: SCHEMA_VERSION, profiles: checked.len(), problems };
    context.terminal.answer_in_format(&shown, || shown.text());
    match shown.problems.len() {
        0 => Ok(()),
        number => Err(ProfileError::Problems(number).into()),
    }
}

/// Each one once, in the order of files and lines.
fn problems(catalogue: &Catalogue, checked: &[&Definition], environment: &Environment) -> Vec<Problem> {
    let has_rustc_options = checked.iter().any(|definition| definition.rustc_entries().next().is_some());
    let known = has_rustc_options.then(|| profile::known_options(environment)).flatten();
    let mut found = BTreeSet::new();
    for definition in checked {
        found.extend(definition.problems.iter().cloned());
        found.extend(catalogue.resolve_from(definition).err());
        found.extend(known.iter().flat_map(|known| definition.unknown_to_rustc(known)));
    }
    found.into_iter().collect()
}

impl Answer {
    fn text(&self) -> String {
        match (self.profiles, &self.problems[..]) {
            (0, []) => "There are no profiles.\n".to_owned(),
            (1, []) => "1 profile is right.\n".to_owned(),
            (number, []) => format!("{number} profiles are right.\n"),
            (_, problems) => problems.iter().map(|problem| format!("{problem}\n  help: {}\n", problem.help)).collect(),
        }
    }
}
