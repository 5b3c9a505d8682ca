//! Options in a TOML file: a manifest of cargo's, or a file of pcg's own.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pcg_interface::option::{Kind, Spec};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::origin::{Origin, Place};
use super::{Layer, Setting};
use crate::cli::{self, CODEGEN_UNITS};
use crate::error::CargoPcgError;
use crate::nearest::nearest;

/// The name of pcg's own files.
pub(crate) const NAME: &str = "pcg.toml";

/// The key of the profiles, which are read when one is named.
const PROFILE: &str = "profile";

/// The key of the sections for single packages.
const PACKAGE: &str = "package";

/// What a file has to say.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) layer: Layer,
    pub(super) unknown: Vec<UnknownKey>,
}

/// A key that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnknownKey {
    path: PathBuf,
    line: usize,
    key: String,
    nearest: &'static str,
}

impl UnknownKey {
    /// What the user can do about it.
    pub(super) fn help(&self) -> String {
        format!("the nearest key that there is: `{}`", self.nearest)
    }
}

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: there is no key `{}`", self.path.display(), self.line, self.key)
    }
}

/// Reads pcg's table of a file, or nothing if there is none.
pub(super) fn read(path: &Path, place: Place) -> Result<Option<Found>, CargoPcgError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(CargoPcgError::File { path: path.to_owned(), source: error.into() }),
    };
    let broken = |error: toml::de::Error| CargoPcgError::File { path: path.to_owned(), source: error.into() };
    let root = DeTable::parse(&text).map_err(broken)?;
    let mut reader = Reader { path, place, text: &text, found: Found::default() };
    let mut table = root.get_ref();
    for key in place.section() {
        match table.get(*key) {
            Some(value) => table = reader.table(key, value)?,
            None => return Ok(None),
        }
    }
    match place {
        Place::Package => {
            let name = root.get_ref()["package"].get_ref().get("name").and_then(|name| name.get_ref().as_str());
            reader.package(name.unwrap_or_default(), table)?;
        }
        _ => reader.all(table)?,
    }
    Ok(Some(reader.found))
}

/// Takes a table apart.
struct Reader<'a> {
    path: &'a Path,
    place: Place,
    text: &'a str,
    found: Found,
}

impl Reader<'_> {
    /// A table that has every option, and sections.
    fn all(&mut self, table: &DeTable<'_>) -> Result<(), CargoPcgError> {
        for (key, value) in table {
            if key.get_ref() == PROFILE {
                continue;
            }
            if key.get_ref() == PACKAGE {
                for (name, section) in self.table(PACKAGE, value)? {
                    let section = self.table(&format!("{PACKAGE}.{}", name.get_ref()), section)?;
                    self.package(name.get_ref(), section)?;
                }
            } else if let Some(spec) = cli::specs().find(|spec| spec.key == key.get_ref()) {
                let setting = self.setting(spec, value)?;
                self.found.layer.options.insert(spec.key, setting);
            } else {
                self.unknown(key, cli::specs().map(|spec| spec.key).chain([PACKAGE, PROFILE]));
            }
        }
        Ok(())
    }

    /// The table of one package.
    fn package(&mut self, name: &str, table: &DeTable<'_>) -> Result<(), CargoPcgError> {
        for (key, value) in table {
            if key.get_ref() == CODEGEN_UNITS.key {
                let setting = self.setting(&CODEGEN_UNITS, value)?;
                self.found.layer.packages.insert(name.to_owned(), setting);
            } else {
                self.unknown(key, [CODEGEN_UNITS.key]);
            }
        }
        Ok(())
    }

    fn table<'v, 'i>(&self, key: &str, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, CargoPcgError> {
        value.get_ref().as_table().ok_or_else(|| self.bad_value(key, value, "a table".to_owned()))
    }

    fn setting(&self, spec: &Spec, value: &Spanned<DeValue<'_>>) -> Result<Setting, CargoPcgError> {
        let given = text(spec.kind, value.get_ref()).filter(|text| spec.kind.takes(text));
        let given = given.ok_or_else(|| self.bad_value(spec.key, value, expected(spec.kind)))?;
        let line = self.line(value.span().start);
        Ok(Setting {
            value: match spec.kind {
                // A `/` at the end stays.
                Kind::Path => self.place.base(self.path).join(given).into_os_string(),
                _ => given,
            },
            origin: Origin::File { layer: self.place, path: self.path.to_owned(), line },
        })
    }

    fn unknown(&mut self, key: &Spanned<DeString<'_>>, known: impl IntoIterator<Item = &'static str>) {
        let name = key.get_ref();
        self.found.unknown.push(UnknownKey {
            path: self.path.to_owned(),
            line: self.line(key.span().start),
            key: name.to_string(),
            nearest: nearest(name, known),
        });
    }

    fn bad_value(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: String) -> CargoPcgError {
        let line = self.line(value.span().start);
        let given = self.text[value.span()].lines().next().unwrap_or_default().to_owned();
        CargoPcgError::BadValue { path: self.path.to_owned(), line, key: key.to_owned(), given, expected }
    }

    /// The number of the line, from 1, that a byte is in.
    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }
}

/// A value of the right type, as it would stand in a variable.
fn text(kind: Kind, value: &DeValue<'_>) -> Option<OsString> {
    let text = match kind {
        Kind::Switch => value.as_bool()?.to_string(),
        Kind::Number => {
            let number = value.as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()?.to_string()
        }
        Kind::Choice(_) | Kind::Path => value.as_str()?.to_owned(),
    };
    Some(text.into())
}

/// What a kind takes, in TOML's words.
fn expected(kind: Kind) -> String {
    match kind {
        Kind::Switch => "`true` or `false`".to_owned(),
        Kind::Path => "a path in quotes".to_owned(),
        Kind::Number | Kind::Choice(_) => kind.expected(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `content` as a file in that place.
    fn read(content: &str, place: Place) -> Result<Found, CargoPcgError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pcg.toml");
        fs::write(&path, content).unwrap();
        super::read(&path, place).map(|found| found.expect("the file has the table"))
    }

    fn values(content: &str) -> Vec<(&'static str, String)> {
        let options = read(content, Place::Home).unwrap().layer.options.into_iter();
        options.map(|(key, setting)| (key, setting.value.into_string().unwrap())).collect()
    }

    #[test]
    fn every_key_takes_its_own_type() {
        let content = "codegen-units = 0x10\nthreads = 1_0\nstrategy = 'size'\nstrict = false\nreport = '/r/'\n";
        let expected =
            [("codegen-units", "16"), ("report", "/r/"), ("strategy", "size"), ("strict", "false"), ("threads", "10")];
        assert_eq!(values(content), expected.map(|(key, value)| (key, value.to_owned())));
    }

    #[test]
    fn a_bad_value_is_named_with_its_line() {
        for (content, message) in [
            ("\nthreads = 0", ":2: `threads` is `0`: expected a number of 1 or more"),
            ("codegen-units = '4'", ":1: `codegen-units` is `'4'`: expected a number of 1 or more"),
            ("strict = 1", ":1: `strict` is `1`: expected `true` or `false`"),
            ("report = true", ":1: `report` is `true`: expected a path in quotes"),
            ("keep = ''", ":1: `keep` is `''`: expected a path in quotes"),
            ("strategy = 'best'", ":1: `strategy` is `'best'`: expected `inline`, `size`, `source` or `llvm`"),
            ("package = 4", ":1: `package` is `4`: expected a table"),
            ("package.image = 4", ":1: `package.image` is `4`: expected a table"),
            ("[package.a]\ncodegen-units = 0", ":2: `codegen-units` is `0`: expected a number of 1 or more"),
        ] {
            let error = read(content, Place::Folder).unwrap_err().to_string();
            assert!(error.ends_with(message), "{error}");
        }
        let error = read("workspace.metadata.pcg = 4", Place::Workspace).unwrap_err().to_string();
        assert!(error.ends_with(":1: `pcg` is `4`: expected a table"), "{error}");
    }

    #[test]
    fn an_unknown_key_gets_the_nearest_one() {
        let unknown = |content, place| {
            let unknown = read(content, place).unwrap().unknown;
            unknown.into_iter().map(|key| (key.line, key.key, key.nearest)).collect::<Vec<_>>()
        };
        assert_eq!(unknown("thread = 1\nkeep = 'k'", Place::Home), [(1, "thread".to_owned(), "threads")]);
        assert_eq!(unknown("\n[packages.a]", Place::Home), [(2, "packages".to_owned(), "package")]);
        let in_section = "[package.a]\ncodegen_units = 1";
        assert_eq!(unknown(in_section, Place::Home), [(2, "codegen_units".to_owned(), "codegen-units")]);
        let in_member = "[package]\nname = 'a'\nmetadata.pcg.strict = true";
        assert_eq!(unknown(in_member, Place::Package), [(3, "strict".to_owned(), "codegen-units")]);
    }

    #[test]
    fn a_member_speaks_of_itself() {
        let content = "[package]\nname = 'a'\n[package.metadata.pcg]\ncodegen-units = 3";
        let found = read(content, Place::Package).unwrap();
        assert!(found.layer.options.is_empty() && found.unknown.is_empty());
        let packages: Vec<_> = found.layer.packages.iter().map(|(name, units)| (&**name, &*units.value)).collect();
        assert_eq!(packages, [("a", "3".as_ref())]);
    }

    #[test]
    fn a_relative_path_is_relative_to_the_project() {
        for (place, name, expected) in [
            (Place::Folder, "p/.cargo/pcg.toml", "p/r/"),
            (Place::Home, "home/.cargo/pcg.toml", "home/r/"),
            (Place::Workspace, "p/Cargo.toml", "p/r/"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let table = place.section().join(".");
            let header = if table.is_empty() { String::new() } else { format!("[{table}]\n") };
            fs::write(&path, header + "report = 'r/'").unwrap();
            let found = super::read(&path, place).unwrap().unwrap();
            assert_eq!(found.layer.options["report"].value, *folder.path().join(expected).as_os_str());
        }
    }

    #[test]
    fn what_is_not_there_says_nothing() {
        for path in ["/nonexistent/pcg.toml", "/dev/null/pcg.toml"] {
            assert!(super::read(Path::new(path), Place::Home).unwrap().is_none(), "{path}");
        }
        let manifest = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        assert!(super::read(manifest, Place::Package).unwrap().is_none());
    }
}
