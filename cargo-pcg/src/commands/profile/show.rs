//! `cargo pcg profile show NAME`: what holds in a profile, with all that it inherits from others that cargo does not
//! know.
//!
//! As text it is a file that has the same effect, with origins as comments. As JSON it is an object with
//! `schema_version`, `name`, `description`, `origin`, `inherits` (cargo's own profile that it is made from; null for one
//! that is cargo's own itself) and `settings`: each one's `section` (an array: the tables around it), `key`, `value`,
//! `profile` (that it is inherited from) and `origin`.

use anstyle::Style;
use clap::{Arg, Command};
use serde::Serialize;
use serde_json::Value;

use super::{Context, Origin, SCHEMA_VERSION, project, required};
use crate::error::CargoPcgError;
use crate::profile::{self, Catalogue, Definition, Entry};

const NAME: &str = "name";

/// How comments look.
const COMMENT: Style = Style::new().dimmed();

pub(super) fn definition() -> Command {
    Command::new("show")
        .about("Show what holds in a profile, and where it stands")
        .arg(Arg::new(NAME).value_name("NAME").required(true).help("A profile's name, or the path of its file"))
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    name: &'a str,
    description: &'a str,
    origin: Origin<'a>,
    inherits: Option<&'a str>,
    settings: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    section: &'a [String],
    key: &'a str,
    value: &'a Value,
    profile: &'a str,
    origin: Origin<'a>,
    #[serde(skip)]
    comment: String,
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let given = required(context.matches, NAME);
    let file = profile::is_path(given).then(|| given.as_ref());
    let catalogue = Catalogue::read(project(context).as_ref(), context.environment, file)?;
    let name = file.map_or(Ok(given), |file| catalogue.name_in_file(file))?;
    let resolved = catalogue.resolve(name)?;
    resolved.check_rustc(|| profile::known_options(context.environment))?;
    let wanted = resolved.wanted;
    let settings = match wanted.source.layer.is_cargos() {
        true => wanted.entries.iter().map(|entry| line(entry, wanted)).collect(),
        false => resolved.settings().into_iter().map(|setting| line(setting.entry, setting.definition)).collect(),
    };
    let shown = Answer {
        schema_version: SCHEMA_VERSION,
        name,
        description: &wanted.description,
        origin: Origin::new(wanted, wanted.line),
        inherits: (!wanted.source.layer.is_cargos()).then_some(resolved.root),
        settings,
    };
    context.terminal.answer_in_format(&shown, || shown.text(&wanted.source.at(wanted.line).to_string()));
    Ok(())
}

fn line<'a>(entry: &'a Entry, definition: &'a Definition) -> Line<'a> {
    Line {
        section: &entry.section,
        key: &entry.key,
        value: &entry.value,
        profile: &definition.name,
        origin: Origin::new(definition, entry.line),
        comment: format!("{}: {}", definition.name, definition.source.at(entry.line)),
    }
}

impl Answer<'_> {
    fn text(&self, place: &str) -> String {
        let mut text = format!("{COMMENT}# {}{COMMENT:#}\n", self.title(place));
        text.push_str(&header(self.name, &[]));
        if let Some(parent) = self.inherits {
            text.push_str(&format!("inherits = {parent:?}\n"));
        }
        let width = self.settings.iter().map(|line| line.setting().len()).max().unwrap_or(0);
        let mut section: &[String] = &[];
        for line in &self.settings {
            if line.section != section {
                section = line.section;
                text.push_str(&format!("\n{}", header(self.name, section)));
            }
            text.push_str(&format!("{:width$}  {COMMENT}# {}{COMMENT:#}\n", line.setting(), line.comment));
        }
        text
    }

    fn title(&self, place: &str) -> String {
        if self.description.is_empty() { place.to_owned() } else { format!("{} ({place})", self.description) }
    }
}

impl Line<'_> {
    /// As it stands in a file: JSON's values are TOML's.
    fn setting(&self) -> String {
        format!("{} = {}", self.key, self.value)
    }
}

/// The header of a table. Names that are not bare are quoted.
fn header(profile: &str, section: &[String]) -> String {
    let is_bare = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let quoted = |name: &String| if is_bare(name) { name.clone() } else { format!("{name:?}") };
    let tables: Vec<_> = ["profile".to_owned(), profile.to_owned()].iter().chain(section).map(quoted).collect();
    format!("[{}]\n", tables.join("."))
}
