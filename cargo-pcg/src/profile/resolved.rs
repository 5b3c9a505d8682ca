//! A profile with all that it inherits.

use std::collections::BTreeMap;
use std::ffi::OsString;

use pcg_interface::rustc_options::RustcOptions;
use serde_json::Value;

use super::definition::{Definition, Entry};
use super::keys::{BUILD_OVERRIDE, DEPENDENCIES, INHERITS, PACKAGE, RUSTC};
use super::{Problem, ProfileError};
use crate::nearest::nearest;

/// A profile and those that it inherits from, until one is cargo's own.
#[derive(Debug)]
pub(crate) struct Resolved<'a> {
    /// The profile itself.
    pub(crate) wanted: &'a Definition,
    /// Those that cargo does not know: the profile itself, the one that it inherits from, and so on.
    pub(super) chain: Vec<&'a Definition>,
    /// Cargo's own profile that all others are made from.
    pub(crate) root: &'a str,
}

/// A value that holds, and the profile that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) definition: &'a Definition,
}

/// Options of rustc's by their names.
type Options<'a> = BTreeMap<&'a str, &'a Value>;

impl<'a> Resolved<'a> {
    /// What holds: of two values in the same place the one of the profile that inherits. `inherits` is not among them.
    pub(crate) fn settings(&self) -> Vec<Setting<'a>> {
        let mut settings = BTreeMap::new();
        for &definition in self.chain.iter().rev() {
            for entry in definition.entries.iter().filter(|entry| entry.key != INHERITS) {
                settings.insert((&entry.section, &entry.key), Setting { entry, definition });
            }
        }
        settings.into_values().collect()
    }

    /// Values of cargo's `--config` that make the profiles known to cargo, which does the inheriting.
    pub(super) fn for_cargo(&self) -> Vec<OsString> {
        let parents = self.chain.iter().skip(1).map(|parent| parent.name.as_str()).chain([self.root]);
        let of_profile = |(profile, parent): (&&Definition, &str)| {
            let name = &profile.name;
            let values = profile.entries.iter().filter(|entry| !entry.is_rustc() && entry.key != INHERITS);
            let settings = values.map(|entry| format!("profile.{name}.{}={}", path(entry), entry.value));
            [format!("profile.{name}.inherits={parent:?}")].into_iter().chain(settings).collect::<Vec<_>>()
        };
        self.chain.iter().zip(parents).flat_map(of_profile).map(OsString::from).collect()
    }

    /// The options of rustc's for pcg-rustc, by cargo's rules: a package's own win over those of all packages that are
    /// not among the workspace's `members`, and these over those of all crates.
    pub(crate) fn rustc_options(&self, members: &[String]) -> RustcOptions {
        let settings = self.settings();
        let of_table = |table: &[&str]| -> Options<'_> {
            let is_meant = |setting: &&Setting<'a>| setting.entry.section == table;
            settings.iter().filter(is_meant).map(|one| (one.entry.key.as_str(), &one.entry.value)).collect()
        };
        let all = of_table(&[RUSTC]);
        let packages = settings.iter().filter_map(|setting| match &setting.entry.section[..] {
            [package, name, rustc] if package == PACKAGE && rustc == RUSTC && name != DEPENDENCIES => Some(name),
            _ => None,
        });
        let of_dependencies = of_table(&[PACKAGE, DEPENDENCIES, RUSTC]);
        let mut for_dependencies = all.clone();
        for_dependencies.extend(&of_dependencies);
        let for_package = |name: &'a String| {
            let mut options = if members.contains(name) { all.clone() } else { for_dependencies.clone() };
            options.extend(of_table(&[PACKAGE, name, RUSTC]));
            (name.clone(), words(&options))
        };
        RustcOptions {
            all: words(&all),
            packages: packages.map(for_package).collect(),
            dependencies: if of_dependencies.is_empty() { Vec::new() } else { words(&for_dependencies) },
            members: if of_dependencies.is_empty() { Vec::new() } else { members.to_vec() },
            build: words(&of_table(&[BUILD_OVERRIDE, RUSTC])),
        }
    }

    /// Whether rustc has the options. It is asked only if there are any; without an answer nothing is checked.
    pub(crate) fn check_rustc(&self, known: impl FnOnce() -> Option<Vec<String>>) -> Result<(), ProfileError> {
        if self.chain.iter().all(|definition| definition.rustc_entries().next().is_none()) {
            return Ok(());
        }
        let Some(known) = known() else { return Ok(()) };
        let problem = self.chain.iter().find_map(|definition| definition.unknown_to_rustc(&known).into_iter().next());
        problem.map_or(Ok(()), |problem| Err(problem.into()))
    }
}

impl Definition {
    /// The options that rustc does not have.
    pub(crate) fn unknown_to_rustc(&self, known: &[String]) -> Vec<Problem> {
        let unknown = self.rustc_entries().filter(|entry| !known.contains(&entry.key));
        let problem = |entry: &Entry| {
            let help =
                format!("the nearest one that there is: `{}`", nearest(&entry.key, known.iter().map(String::as_str)));
            self.problem(entry.line, format!("rustc has no option `-C {}`", entry.key), help)
        };
        unknown.map(problem).collect()
    }
}

/// The place of a value in a profile, as TOML has it. What Rust escapes in a name is escaped in TOML, too.
fn path(entry: &Entry) -> String {
    match &entry.section[..] {
        [package, name] => format!("{package}.{name:?}.{}", entry.key),
        tables => tables.iter().chain([&entry.key]).cloned().collect::<Vec<_>>().join("."),
    }
}

/// Options as they stand behind `-C`.
fn words(options: &Options<'_>) -> Vec<String> {
    let words = |(name, value): (&&str, &&Value)| match value {
        Value::Bool(true) => vec![(*name).to_owned()],
        Value::Bool(false) => vec![format!("{name}=no")],
        Value::Array(values) => values.iter().map(|value| with_value(name, value)).collect(),
        value => vec![with_value(name, value)],
    };
    options.iter().flat_map(words).collect()
}

fn with_value(name: &str, value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("{name}={text}"),
        None => format!("{name}={value}"),
    }
}
