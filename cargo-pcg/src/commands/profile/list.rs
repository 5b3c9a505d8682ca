//! `cargo pcg profile list`: every profile that can be named.
//!
//! As JSON it is an object with `schema_version` and `profiles`: `name`, `description` and `origin` of each.

use clap::Command;
use serde::Serialize;

use super::{Context, Origin, SCHEMA_VERSION, project};
use crate::error::CargoPcgError;
use crate::profile::{Catalogue, Definition};

pub(super) fn definition() -> Command {
    Command::new("list").about("List the profiles that there are, what each is for, and where it stands")
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    profiles: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    description: &'a str,
    origin: Origin<'a>,
}

impl<'a> Line<'a> {
    fn new(definition: &'a Definition) -> Self {
        Self {
            name: &definition.name,
            description: &definition.description,
            origin: Origin::new(definition, definition.line),
        }
    }
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let catalogue = Catalogue::read(project(context).as_ref(), context.environment, None)?;
    let profiles: Vec<_> = catalogue.by_name().into_values().collect();
    let json = Answer {
        schema_version: SCHEMA_VERSION,
        profiles: profiles.iter().copied().map(Line::new).collect(),
    };
    context.terminal.answer_in_format(&json, || text(&profiles));
    Ok(())
}

fn text(profiles: &[&Definition]) -> String {
    let rows: Vec<_> =
        profiles.iter().map(|profile| (&profile.name, profile.source.at(profile.line).to_string())).collect();
    let names = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let places = rows.iter().map(|(_, place)| place.len()).max().unwrap_or(0);
    let lines = rows.iter().zip(profiles);
    let line = |((name, place), profile): (&(&String, String), &&Definition)| {
        format!("{name:names$}  {place:places$}  {}", profile.description).trim_end().to_owned() + "\n"
    };
    lines.map(line).collect()
}
