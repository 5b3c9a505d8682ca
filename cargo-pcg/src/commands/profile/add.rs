//! `cargo pcg profile add NAME`: a new profile in a file.

use std::path::{Path, PathBuf};

use clap::{Arg, Command, ValueHint, value_parser};

use super::{Context, project, required};
use crate::error::CargoPcgError;
use crate::profile::{self, Catalogue, DEFAULT_PARENT, ProfileError};
use crate::project::Project;
use crate::settings;

const NAME: &str = "name";
const INHERITS: &str = "inherits";
const TO: &str = "to";

pub(super) fn definition() -> Command {
    Command::new("add").about("Write a new profile into the project's .cargo/pcg.toml, or into another file").args([
        Arg::new(NAME).value_name("NAME").required(true).help("The new profile's name"),
        Arg::new(INHERITS)
            .long(INHERITS)
            .value_name("PROFILE")
            .default_value(DEFAULT_PARENT)
            .help("The profile that it is made from"),
        Arg::new(TO)
            .long(TO)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("Write into FILE, which is made if it is missing"),
    ])
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let (name, parent) = (required(context.matches, NAME), required(context.matches, INHERITS));
    let project = project(context);
    let catalogue = Catalogue::read(project.as_ref(), context.environment, None)?;
    if let Some(definition) = catalogue.find(name)
        && definition.source.layer.is_cargos()
    {
        let place = definition.source.place();
        return Err(ProfileError::Exists { name: name.to_owned(), place }.into());
    }
    profile::check_name(name)?;
    catalogue.resolve(parent)?;
    let file = context.matches.get_one(TO).cloned().unwrap_or_else(|| own_file(project.as_ref()));
    profile::add(&file, name, parent)?;
    context.terminal.note(format_args!("`--profile {name}` is in {}", file.display()));
    Ok(())
}

/// The nearest file of pcg's that all members of a project read.
fn own_file(project: Option<&Project>) -> PathBuf {
    let root = project.and_then(|project| project.manifest().parent().map(Path::to_owned)).unwrap_or_default();
    root.join(".cargo").join(settings::FILE_NAME)
}
