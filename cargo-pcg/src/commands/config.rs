//! `cargo pcg config`: the value of each option, and where it stands.
//!
//! As text it is a `pcg.toml` that has the same effect, with origins as comments. As JSON it is an object with
//! `schema_version`, `options` and `packages`. Each element of these arrays has a `key`, a `value` (null where an
//! option is not set and has no default that could be named) and an `origin`, whose `layer` is `command-line`,
//! `variable`, `package`, `workspace`, `folder`, `home` or `default`; elements of `packages` have a `package`, too.

use std::ffi::OsStr;
use std::path::PathBuf;

use anstyle::Style;
use clap::Command;
use pcg_interface::option::{self, Kind, Spec};
use serde::Serialize;
use serde_json::Value;

use super::{Context, MANIFEST_PATH, manifest_path};
use crate::cli::{self, CODEGEN_UNITS};
use crate::error::CargoPcgError;
use crate::project::{Choice, Extent, Project};
use crate::settings::{Origin, Setting, Settings};

/// The version of the JSON in this module's header.
const SCHEMA_VERSION: u32 = 1;

/// How comments look.
const COMMENT: Style = Style::new().dimmed();

pub(super) fn definition() -> Command {
    Command::new("config").about("Show the value of each of pcg's options, and where it stands").arg(manifest_path())
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let manifest = context.matches.get_one::<PathBuf>(MANIFEST_PATH).cloned();
    let project = Project::find(&Choice::of_manifest(manifest), Extent::Members, context.environment);
    let settings = Settings::read(context.options, context.environment, project.as_ref())?;
    settings.warn(context.terminal);
    for file in &settings.files {
        context.terminal.note(format_args!("{} is read", file.display()));
    }
    let answer = Answer::new(&settings);
    context.terminal.answer_in_format(&answer, || answer.text());
    Ok(())
}

/// What is shown.
#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    options: Vec<Line<'a>>,
    packages: Vec<Line<'a>>,
}

/// One option, for all crates or for one package.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    key: &'static str,
    value: Value,
    #[serde(serialize_with = "origin_or_default")]
    origin: Option<&'a Origin>,
}

fn origin_or_default<S: serde::Serializer>(origin: &Option<&Origin>, serializer: S) -> Result<S::Ok, S::Error> {
    match origin {
        Some(origin) => origin.serialize(serializer),
        None => serde_json::json!({ "layer": "default" }).serialize(serializer),
    }
}

impl<'a> Answer<'a> {
    fn new(settings: &'a Settings) -> Self {
        let packages = settings.packages().into_iter();
        Self {
            schema_version: SCHEMA_VERSION,
            options: cli::specs().map(|spec| Line::new(spec, settings.get(spec))).collect(),
            packages: packages
                .map(|(name, setting)| Line { package: Some(name), ..Line::new(&CODEGEN_UNITS, Some(setting)) })
                .collect(),
        }
    }

    fn text(&self) -> String {
        let lines = || self.options.iter().chain(&self.packages);
        let width = lines().map(|line| line.setting().len()).max().unwrap_or(0);
        let mut text = String::new();
        for line in lines() {
            if let Some(package) = line.package {
                text.push_str(&format!("\n[package.{}]\n", Value::from(package)));
            }
            let comment = line.comment();
            text.push_str(&format!("{:width$}  {COMMENT}# {comment}{COMMENT:#}\n", line.setting()));
        }
        text
    }
}

impl<'a> Line<'a> {
    fn new(spec: &'static Spec, setting: Option<&'a Setting>) -> Self {
        let value = match setting {
            Some(setting) => Some(setting.value.as_os_str()),
            None => spec.default.map(OsStr::new),
        };
        let value = value.map_or(Value::Null, |value| typed(spec.kind, value));
        Self { package: None, key: spec.key, value, origin: setting.map(|setting| &setting.origin) }
    }

    /// The line of a `pcg.toml`. JSON's numbers, words and strings are TOML's.
    fn setting(&self) -> String {
        if self.value.is_null() { format!("# {}", self.key) } else { format!("{} = {}", self.key, self.value) }
    }

    fn comment(&self) -> String {
        match self.origin {
            Some(origin) => origin.to_string(),
            None if self.value.is_null() => "not set".to_owned(),
            None => "default".to_owned(),
        }
    }
}

fn typed(kind: Kind, value: &OsStr) -> Value {
    let typed = match kind {
        Kind::Number => option::number(value).map(|number| number.get().into()),
        Kind::Switch => option::boolean(value).map(Value::from),
        Kind::Choice(_) | Kind::Path => None,
    };
    typed.unwrap_or_else(|| value.display().to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_toml_with_the_same_effect() {
        let origin = Origin::Variable { name: "V" };
        let path = r#"/a "quoted" \ path"#;
        let options = vec![
            Line { package: None, key: "report", value: typed(Kind::Path, path.as_ref()), origin: Some(&origin) },
            Line { package: None, key: "strict", value: typed(Kind::Switch, "1".as_ref()), origin: None },
            Line { package: None, key: "threads", value: Value::Null, origin: None },
        ];
        let units = typed(Kind::Number, "4".as_ref());
        let packages = vec![Line { package: Some("a@1.0"), key: "codegen-units", value: units, origin: Some(&origin) }];
        let text = Answer { schema_version: SCHEMA_VERSION, options, packages }.text();
        let table: toml::Table = toml::from_str(&anstream::adapter::strip_str(&text).to_string()).unwrap();
        assert_eq!(table["report"].as_str(), Some(path));
        assert_eq!(table["strict"].as_bool(), Some(true));
        assert_eq!(table["package"]["a@1.0"]["codegen-units"].as_integer(), Some(4));
        assert_eq!(table.len(), 3);
    }
}
