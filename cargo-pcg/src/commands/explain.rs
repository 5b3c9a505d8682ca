//! `cargo pcg explain`: what became of each crate in the last builds, why, and what limits it.
//!
//! As JSON it is an object with `schema_version` and `crates`, whose elements are described in `explain/facts.rs`.

use std::path::{Path, PathBuf};

use clap::{Arg, Command, ValueHint, value_parser};
use serde::Serialize;

use super::{Context, MANIFEST_PATH, manifest_path};
use crate::error::CargoPcgError;
use crate::explain::{Facts, sentences, table};
use crate::project::{Choice, Extent, Project};
use crate::reports::{self, Found};
use crate::settings::Settings;

const CRATE: &str = "crate";
const TARGET_DIR: &str = "target-dir";

/// The version of the JSON in this module's header.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn definition() -> Command {
    Command::new("explain")
        .about("Say how each crate was compiled in the last builds, why, and what limits it")
        .arg(Arg::new(CRATE).value_name("CRATE").num_args(0..).help("Crates or packages; all in a table without any"))
        .arg(manifest_path())
        .arg(
            Arg::new(TARGET_DIR)
                .long(TARGET_DIR)
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::DirPath)
                .help("The folder that was given to cargo by `--target-dir`"),
        )
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let folder = folder(context)?;
    context.terminal.note(format_args!("reports are read from {}", folder.display()));
    let found = reports::read_all(&folder, context.terminal)?;
    if found.is_empty() {
        return Err(CargoPcgError::NoReports { folder });
    }
    let names: Vec<&String> = context.matches.get_many(CRATE).into_iter().flatten().collect();
    let is_table = names.is_empty();
    let chosen: Vec<_> = match is_table {
        true => found.iter().map(Facts::new).filter(Facts::has_code).collect(),
        false => choose(&found, &names, &folder)?.into_iter().map(Facts::new).collect(),
    };
    let answer = Answer { schema_version: SCHEMA_VERSION, crates: &chosen };
    context.terminal.answer_in_format(&answer, || match is_table {
        true => table(&chosen),
        false => chosen.iter().map(sentences).collect::<Vec<_>>().join("\n"),
    });
    Ok(())
}

/// Where a build here puts its reports.
fn folder(context: &Context<'_>) -> Result<PathBuf, CargoPcgError> {
    let path = |name| context.matches.get_one::<PathBuf>(name).cloned();
    let choice = Choice::of_manifest(path(MANIFEST_PATH)).with_target_dir(path(TARGET_DIR));
    let project = Project::find(&choice, Extent::Members, context.environment);
    let settings = Settings::read(context.options, context.environment, project.as_ref())?;
    settings.warn(context.terminal);
    reports::folder(&settings, project.as_ref()).ok_or(CargoPcgError::NoProject)
}

/// The reports of these crates and packages. Cargo's names may have a `-` for a `_`.
fn choose<'a>(found: &'a [Found], names: &[&String], folder: &Path) -> Result<Vec<&'a Found>, CargoPcgError> {
    let mut chosen = Vec::new();
    for name in names {
        let before = chosen.len();
        chosen.extend(found.iter().filter(|found| known_as(found).any(|known| normal(known) == normal(name))));
        if chosen.len() == before {
            let known = found.iter().flat_map(known_as);
            let nearest = known.min_by_key(|known| strsim::damerau_levenshtein(&normal(known), &normal(name)));
            return Err(CargoPcgError::NoReport {
                name: (*name).clone(),
                folder: folder.into(),
                nearest: nearest.unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(chosen)
}

fn known_as(found: &Found) -> impl Iterator<Item = &str> {
    [Some(found.crate_name.as_str()), found.report.package_name.as_deref()].into_iter().flatten()
}

fn normal(name: &str) -> String {
    name.replace('-', "_")
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    crates: &'a [Facts<'a>],
}
