//! Writing a new profile into a file.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, value};

use super::ProfileError;
use super::keys::INHERITS;
use crate::error::{CargoPcgError, FileError};
use crate::file::write_file;

/// What is at the place of the description in a new profile.
const DESCRIPTION: &str = "# Its first line says what this profile is for; `cargo pcg profile list` shows it.";

/// Adds a profile to a file, which is made if it is missing. Everything that is in it stays as it is.
pub(crate) fn add(path: &Path, name: &str, parent: &str) -> Result<(), CargoPcgError> {
    let broken = |source: FileError| CargoPcgError::File { path: path.to_owned(), source };
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| broken(error.into()))?,
    };
    let new = with_profile(&text, name, parent).map_err(broken)?;
    let new = new.ok_or_else(|| ProfileError::Exists { name: name.to_owned(), place: path.display().to_string() })?;
    write_file(path, new.as_bytes()).map_err(|source| CargoPcgError::Write { path: path.to_owned(), source })
}

/// The text with the profile, or `None` if it has it already.
fn with_profile(text: &str, name: &str, parent: &str) -> Result<Option<String>, FileError> {
    let mut document: DocumentMut = text.parse()?;
    let mut implicit = Table::new();
    implicit.set_implicit(true);
    let profiles = document.entry("profile").or_insert(Item::Table(implicit));
    let Some(profiles) = profiles.as_table_like_mut().filter(|profiles| !profiles.contains_key(name)) else {
        return Ok(None);
    };
    let mut profile = Table::new();
    let gap = if text.is_empty() { "" } else { "\n" };
    profile.decor_mut().set_prefix(format!("{gap}{DESCRIPTION}\n"));
    profile.insert(INHERITS, value(parent));
    profiles.insert(name, Item::Table(profile));
    Ok(Some(document.to_string()))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn added(text: &str) -> Option<String> {
        with_profile(text, "mine", "regular").unwrap()
    }

    #[test]
    fn a_file_keeps_what_it_has() {
        let text = "# Mine.\nthreads = 4 # enough\n\n[profile.other]\ninherits = 'dev'\n";
        let profile = format!("{DESCRIPTION}\n[profile.mine]\ninherits = \"regular\"\n");
        assert_eq!(added(text), Some(format!("{text}\n{profile}")));
        assert_eq!(added(""), Some(profile));
    }

    #[test]
    fn a_profile_that_is_there_stays() {
        assert_eq!(added("[profile.mine]\nopt-level = 1\n"), None);
        assert_eq!(added("profile.mine.opt-level = 1\n"), None);
        assert!(with_profile("[profile", "mine", "dev").is_err());
    }

    #[test]
    fn the_file_appears_with_its_folder_and_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/pcg.toml");
        add(&path, "mine", "dev").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        add(&path, "other", "mine").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        let names: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "nothing else is left");
        assert!(matches!(add(&path, "other", "dev"), Err(CargoPcgError::Profile(ProfileError::Exists { .. }))));
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("[profile.").count(), 2, "{text}");
    }
}
