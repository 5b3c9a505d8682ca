//! `cargo pcg explain`: what became of each crate in the last builds with a profile, why, and what limits it.
//!
//! Without a word about the profile it is the one that something was compiled with last. Profiles that share a folder of
//! artefacts, as `dev` and `test`, are one here, too.
//!
//! As JSON it is an object with `schema_version`, `profile` (null for a folder of the user's own, in which profiles are
//! not told apart) and `crates`, whose elements are described in
//! `explain/facts.rs`.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use serde::Serialize;

use super::{Context, MANIFEST_PATH, manifest_path};
use crate::cargo_command;
use crate::error::CargoPcgError;
use crate::explain::{Facts, Present, sentences, table};
use crate::project::{Choice, Extent, Project};
use crate::reports::{self, Found};
use crate::settings::Settings;

const CRATE: &str = "crate";
const PROFILE: &str = "profile";
const RELEASE: &str = "release";
const TARGET_DIR: &str = "target-dir";

/// The version of the JSON in this module's header.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn definition() -> Command {
    Command::new("explain")
        .about("Say how each crate was compiled in the last builds, why, and what limits it")
        .arg(Arg::new(CRATE).value_name("CRATE").num_args(0..).help("Crates or packages; all in a table without any"))
        .arg(
            Arg::new(PROFILE)
                .long(PROFILE)
                .value_name("NAME")
                .help("Builds with this profile; by default with the one that was built with last"),
        )
        .arg(
            Arg::new(RELEASE)
                .long(RELEASE)
                .short('r')
                .action(ArgAction::SetTrue)
                .conflicts_with(PROFILE)
                .help("Builds with the profile `release`"),
        )
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
    let Place { folder, profile, present } = Place::find(context)?;
    context.terminal.note(format_args!("reports are read from {}", folder.display()));
    let mut found = reports::read_all(&folder, context.terminal)?;
    let all = found.len();
    found.retain(|found| present.as_ref().is_none_or(|present| present.has(found)));
    if found.len() < all {
        let gone = all - found.len();
        context.terminal.note(format_args!("reports of crates that the project does not have any more: {gone}"));
    }
    if found.is_empty() {
        return Err(CargoPcgError::NoReports { folder });
    }
    let names: Vec<&String> = context.matches.get_many(CRATE).into_iter().flatten().collect();
    let is_table = names.is_empty();
    let chosen: Vec<_> = match is_table {
        true => found.iter().map(Facts::new).filter(Facts::has_code).collect(),
        false => choose(&found, &names, &folder)?.into_iter().map(Facts::new).collect(),
    };
    let profile = profile.as_deref();
    let answer = Answer { schema_version: SCHEMA_VERSION, profile, crates: &chosen };
    context.terminal.answer_in_format(&answer, || match is_table {
        true => table(&chosen, profile),
        false => chosen.iter().map(sentences).collect::<Vec<_>>().join("\n"),
    });
    Ok(())
}

/// Where reports are.
struct Place {
    folder: PathBuf,
    /// The profile, unless the folder is the user's own.
    profile: Option<String>,
    /// What is still there, if there is a project.
    present: Option<Present>,
}

impl Place {
    fn find(context: &Context<'_>) -> Result<Self, CargoPcgError> {
        let path = |name| context.matches.get_one::<PathBuf>(name).cloned();
        let choice = Choice::of_manifest(path(MANIFEST_PATH)).with_target_dir(path(TARGET_DIR));
        let project = Project::find(&choice, Extent::Members, context.environment);
        let settings = Settings::read(context.options, context.environment, project.as_ref())?;
        settings.warn(context.terminal);
        let latest = || project.as_ref().and_then(reports::latest_profile);
        let profile = profile(context).or_else(latest).unwrap_or_else(|| RELEASE.to_owned());
        let folder = reports::folder(&settings, project.as_ref(), &profile).ok_or(CargoPcgError::NoProject)?;
        let is_own = reports::default_folder(&settings, project.as_ref(), &profile).is_some();
        let present = project.as_ref().map(Present::of);
        Ok(Self { folder, profile: is_own.then_some(profile), present })
    }
}

/// The profile that is asked for.
fn profile(context: &Context<'_>) -> Option<String> {
    let named = context.matches.get_one::<String>(PROFILE).map(String::as_str);
    let named = named.or_else(|| context.matches.get_flag(RELEASE).then_some(RELEASE))?;
    Some(cargo_command::profile_of(cargo_command::artefacts_of(named)).to_owned())
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
    profile: Option<&'a str>,
    crates: &'a [Facts<'a>],
}
