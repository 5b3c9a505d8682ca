//! Reading profiles from TOML.

use std::path::Path;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::ProfileError;
use super::definition::{Definition, Entry, Layer, Source};
use super::keys::{BUILD_OVERRIDE, BUILT_IN, DEPENDENCIES, INHERITS, KEYS, Key, PACKAGE, RUSTC, SET_BY_CARGO};
use crate::nearest::nearest;

/// Whether a profile can have that name.
pub(crate) fn check_name(name: &str) -> Result<(), ProfileError> {
    let is_good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_good { Ok(()) } else { Err(ProfileError::Name(name.to_owned())) }
}

/// Reads the profiles of a file, in the order of their names.
pub(super) fn read(source: &Source, text: &str) -> Result<Vec<Definition>, toml::de::Error> {
    let root = DeTable::parse(text)?;
    let mut table = root.get_ref();
    for key in source.layer.section() {
        match table.get(*key).and_then(|value| value.get_ref().as_table()) {
            Some(inner) => table = inner,
            None if source.layer == Layer::File => return Ok(vec![whole_file(source, text, root.get_ref())]),
            None => return Ok(Vec::new()),
        }
    }
    let profiles = table.iter();
    Ok(profiles.map(|(name, value)| profile(source, text, name.get_ref(), name.span().start, value)).collect())
}

/// A file that has no table `profile` is one itself.
fn whole_file(source: &Source, text: &str, table: &DeTable<'_>) -> Definition {
    let path = source.path.as_deref().unwrap_or(Path::new(""));
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut reader = Reader::new(source, text, &name, 0);
    reader.definition.description = comment_above(text, leading_comment(text));
    reader.section(&[], table);
    reader.definition
}

/// Where the comment that a file begins with ends.
fn leading_comment(text: &str) -> usize {
    text.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum()
}

fn profile(source: &Source, text: &str, name: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Definition {
    let mut reader = Reader::new(source, text, name, at);
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    reader.definition.description = comment_above(text, line_start);
    match value.get_ref().as_table() {
        Some(table) => reader.section(&[], table),
        None => reader.bad_value(name, value, "a table"),
    }
    reader.definition
}

/// The first line of the comment that ends where a line starts.
fn comment_above(text: &str, line_start: usize) -> String {
    let comment = text[..line_start].lines().rev().map_while(|line| line.trim_start().strip_prefix('#'));
    comment.last().unwrap_or_default().trim().to_owned()
}

/// Takes one profile apart.
struct Reader<'a> {
    text: &'a str,
    definition: Definition,
}

impl<'a> Reader<'a> {
    fn new(source: &Source, text: &'a str, name: &str, at: usize) -> Self {
        let definition = Definition {
            name: name.to_owned(),
            description: String::new(),
            source: source.clone(),
            line: line(text, at),
            entries: Vec::new(),
            problems: Vec::new(),
        };
        let mut reader = Self { text, definition };
        reader.check_name();
        reader
    }

    fn check_name(&mut self) {
        let name = &self.definition.name;
        if BUILT_IN.iter().any(|(built_in, _)| built_in == name) {
            let message = format!("`{name}` is a profile of cargo's own");
            self.problem(self.definition.line, message, "set it in Cargo.toml, or inherit it under another name");
        } else if let Err(error) = check_name(name) {
            self.problem(self.definition.line, error.to_string(), &error.help());
        }
    }

    /// The profile's own table, or a section.
    fn section(&mut self, path: &[&str], table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match name {
                RUSTC => self.table(&join(path, RUSTC), value, Self::rustc),
                PACKAGE if path.is_empty() => self.table(&[PACKAGE], value, Self::packages),
                BUILD_OVERRIDE if path.is_empty() => self.table(&[BUILD_OVERRIDE], value, Self::section),
                INHERITS if path.is_empty() => match scalar(value.get_ref()).filter(Value::is_string) {
                    Some(parent) => self.entry(path, INHERITS, parent, value),
                    None => self.bad_value(INHERITS, value, "the name of a profile in quotes"),
                },
                _ => self.cargos_key(path, key, value),
            }
        }
    }

    fn packages(&mut self, path: &[&str], table: &DeTable<'_>) {
        for (name, value) in table {
            self.table(&join(path, name.get_ref()), value, Self::section);
        }
    }

    fn cargos_key(&mut self, path: &[&str], key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) {
        let name = key.get_ref();
        let may_stand_here = |key: &&Key| path.is_empty() || key.is_in_sections;
        let Some(known) = KEYS.iter().filter(may_stand_here).find(|known| known.name == name) else {
            let of_whole = [INHERITS, PACKAGE, BUILD_OVERRIDE].into_iter().filter(|_| path.is_empty());
            let known = KEYS.iter().filter(may_stand_here).map(|key| key.name).chain(of_whole).chain([RUSTC]);
            let help = format!("the nearest key that there is: `{}`", nearest(name, known));
            return self.problem(line(self.text, key.span().start), format!("there is no key `{name}`"), &help);
        };
        match scalar(value.get_ref()).filter(|value| known.takes(value)) {
            Some(given) => self.entry(path, known.name, given, value),
            None => self.bad_value(known.name, value, &known.expected()),
        }
    }

    /// Options of rustc's.
    fn rustc(&mut self, path: &[&str], table: &DeTable<'_>) {
        self.check_package(path, table);
        for (key, value) in table {
            let at = line(self.text, key.span().start);
            // rustc takes either.
            let name = key.get_ref().replace('_', "-");
            if let Some(key) = KEYS.iter().find(|key| key.rustc == name) {
                let message = format!("`{name}` is not for the table `rustc`");
                self.problem(at, message, &format!("set cargo's own key, `{}`, in the table around it", key.name));
            } else if SET_BY_CARGO.contains(&name.as_str()) {
                self.problem(at, format!("`{name}` is set by cargo itself"), "leave it out");
            } else if let Some(given) = option_value(value.get_ref()) {
                self.entry(path, &name, given, value);
            } else {
                self.bad_value(&name, value, "text, a number, `true`, `false` or an array of texts");
            }
        }
    }

    /// pcg-rustc knows of a crate's package what cargo says in a variable: its name.
    fn check_package(&mut self, path: &[&str], table: &DeTable<'_>) {
        if let [PACKAGE, package, _] = path
            && *package != DEPENDENCIES
            && package.contains(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'))
        {
            let at = table.keys().map(|key| key.span().start).min().unwrap_or(0);
            let message = format!("options of rustc cannot be set for the packages `{package}`");
            self.problem(
                line(self.text, at),
                message,
                "name one package, without its version, or all dependencies by `*`",
            );
        }
    }

    fn table(
        &mut self,
        path: &[&str],
        value: &Spanned<DeValue<'_>>,
        read: impl FnOnce(&mut Self, &[&str], &DeTable<'_>),
    ) {
        match value.get_ref().as_table() {
            Some(table) => read(self, path, table),
            None => self.bad_value(&path.join("."), value, "a table"),
        }
    }

    fn entry(&mut self, section: &[&str], key: &str, given: Value, value: &Spanned<DeValue<'_>>) {
        self.definition.entries.push(Entry {
            section: section.iter().map(|&table| table.to_owned()).collect(),
            key: key.to_owned(),
            value: given,
            line: line(self.text, value.span().start),
        });
    }

    fn bad_value(&mut self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let given = self.text[value.span()].lines().next().unwrap_or_default();
        let message = format!("`{key}` is `{given}`: expected {expected}");
        self.problem(line(self.text, value.span().start), message, "mend this value");
    }

    /// What is wrong with a profile of cargo's own, cargo says.
    fn problem(&mut self, line: usize, message: String, help: &str) {
        if !self.definition.source.layer.is_cargos() {
            let problem = self.definition.problem(line, message, help.to_owned());
            self.definition.problems.push(problem);
        }
    }
}

/// The path of a table in another one.
fn join<'a>(path: &[&'a str], table: &'a str) -> Vec<&'a str> {
    path.iter().copied().chain([table]).collect()
}

/// The number of the line, from 1, that a byte is in.
fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// A value that is no array and no table. JSON's are TOML's, too.
fn scalar(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::Boolean(boolean) => Some((*boolean).into()),
        DeValue::String(text) => Some(text.as_ref().into()),
        DeValue::Integer(number) => Some(i64::from_str_radix(number.as_str(), number.radix()).ok()?.into()),
        _ => None,
    }
}

/// What an option of rustc's may be set to.
fn option_value(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::Array(values) => {
            let texts = values.iter().map(|value| scalar(value.get_ref()).filter(Value::is_string));
            texts.collect::<Option<Vec<_>>>().map(Value::Array)
        }
        value => scalar(value),
    }
}

#[cfg(test)]
mod tests;
