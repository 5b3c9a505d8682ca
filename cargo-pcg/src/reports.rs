//! The reports of a project's builds: one file for each crate that was compiled, in the project's target folder. There,
//! each profile has a folder of its own, which is called as that of its artefacts.
//!
//! The name of a file is the crate's and, behind a `-`, the hash by which cargo tells apart what it makes of the crate
//! (with other features, for a build script, with tests). Files without a hash are by somebody else, like probes of
//! build scripts.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pcg_interface::report::Report;

use crate::cargo_command;
use crate::cli;
use crate::error::CargoPcgError;
use crate::project::Project;
use crate::settings::{Setting, Settings};
use crate::terminal::Terminal;

/// The option by which the user says where reports go.
const KEY: &str = "report";

/// The length of cargo's hashes, in hexadecimal digits.
const HASH_DIGITS: usize = 16;

/// What the names begin with that cargo gives to the crates of build scripts.
const BUILD_SCRIPT: &str = "build_script_";

/// Whether a crate is a build script's.
pub(crate) fn is_build_script(crate_name: &str) -> bool {
    crate_name.starts_with(BUILD_SCRIPT)
}

/// A report and its file.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) crate_name: String,
    pub(crate) hash: String,
    pub(crate) written: SystemTime,
    pub(crate) report: Report,
}

/// Where the user wants reports.
fn chosen(settings: &Settings) -> Option<&Setting> {
    cli::specs().find(|spec| spec.key == KEY).and_then(|spec| settings.get(spec))
}

/// The folder for a profile that pcg-rustc is to be told of: none if the user has chosen one, or where there is no
/// project.
pub(crate) fn default_folder(settings: &Settings, project: Option<&Project>, profile: &str) -> Option<PathBuf> {
    let project = project.filter(|_| chosen(settings).is_none())?;
    // The `/` at the end tells pcg-rustc that it is a folder.
    Some(of_all_profiles(project).join(cargo_command::artefacts_of(profile)).join(""))
}

/// The folder in which a build with a profile puts its reports here.
pub(crate) fn folder(settings: &Settings, project: Option<&Project>, profile: &str) -> Option<PathBuf> {
    chosen(settings).map(|setting| PathBuf::from(&setting.value)).or_else(|| default_folder(settings, project, profile))
}

fn of_all_profiles(project: &Project) -> PathBuf {
    project.records().join("reports")
}

/// The profile that a crate was compiled with last.
pub(crate) fn latest_profile(project: &Project) -> Option<String> {
    let folders = fs::read_dir(of_all_profiles(project)).ok()?.flatten();
    // Each report is put into its place under another name first, which changes the folder's time.
    let times = folders.filter_map(|folder| Some((folder.metadata().ok()?.modified().ok()?, folder.file_name())));
    Some(cargo_command::profile_of(times.max()?.1.to_str()?).to_owned())
}

/// Reads all reports of a folder, in the order of the crates' names, the newest of each name first.
pub(crate) fn read_all(folder: &Path, terminal: Terminal) -> Result<Vec<Found>, CargoPcgError> {
    let cannot_read = |source: io::Error| CargoPcgError::File { path: folder.to_owned(), source: source.into() };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(error) => return Err(cannot_read(error)),
    };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.map_err(cannot_read)?.path();
        if let Some((crate_name, hash)) = names(&path) {
            match read(&path) {
                Ok((written, report)) => all.push(Found { crate_name, hash, written, report, path }),
                Err(error) => terminal.warning(
                    format_args!("{} cannot be read: {error}", path.display()),
                    "remove it: the next compile of the crate writes another one",
                ),
            }
        }
    }
    all.sort_by(|one, other| {
        let order = one.crate_name.cmp(&other.crate_name);
        order.then(other.written.cmp(&one.written)).then_with(|| one.hash.cmp(&other.hash))
    });
    Ok(all)
}

/// The crate and the hash in a file's name.
fn names(path: &Path) -> Option<(String, String)> {
    let (crate_name, hash) = path.file_name()?.to_str()?.strip_suffix(".json")?.rsplit_once('-')?;
    let is_hash = hash.len() == HASH_DIGITS && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hash.then(|| (crate_name.to_owned(), hash.to_owned()))
}

fn read(path: &Path) -> io::Result<(SystemTime, Report)> {
    let report = serde_json::from_slice(&fs::read(path)?)?;
    Ok((path.metadata()?.modified()?, report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_compiles_has_a_hash() {
        let names = |name: &str| names(Path::new(name));
        let found = Some(("serde_json".to_owned(), "0123456789abcdef".to_owned()));
        assert_eq!(names("r/serde_json-0123456789abcdef.json"), found);
        for other in ["probe0.json", "probe-0.json", "x-0123456789abcdeg.json", "x-0123456789abcdef.graph.json", "x"] {
            assert_eq!(names(other), None, "{other}");
        }
    }
}
