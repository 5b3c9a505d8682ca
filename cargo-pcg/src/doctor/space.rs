//! Space for temporary files and for artefacts.

use std::env;
use std::path::Path;

use super::Check;

const TEMPORARY_FILES: &str = "temporary files";
const TARGET_FOLDER: &str = "target folder";

const MIB: u64 = 1 << 20;

/// The bitcode of a large crate, its units' objects and rustc's own archive take some hundred MiB, and several crates
/// are compiled at once. The same is true of what they leave in the target folder.
const LITTLE: u64 = 1024 * MIB;

/// Where pcg-rustc has its scratch folders.
pub(super) fn for_temporary_files() -> Check {
    let folder = env::temp_dir();
    let shown = folder.display();
    if folder.to_str().is_none_or(|path| path.contains([',', '\n', '\r'])) {
        let help = "set TMPDIR to a folder whose path is UTF-8 without a comma or a line end";
        return Check::failed(TEMPORARY_FILES, format!("rustc cannot be told of {shown}"), help);
    }
    if let Err(error) = tempfile::tempfile_in(&folder) {
        let help = "set TMPDIR to a folder that can be written to";
        return Check::failed(TEMPORARY_FILES, format!("nothing can be written in {shown}: {error}"), help);
    }
    judge(TEMPORARY_FILES, &folder, free(&folder), "set TMPDIR to a folder with more space")
}

/// Where cargo puts what is built. It may not exist yet.
pub(super) fn for_artefacts(folder: &Path) -> Check {
    let free = folder.ancestors().find_map(free);
    judge(TARGET_FOLDER, folder, free, "make space, or set CARGO_TARGET_DIR to a folder that has some")
}

/// The bytes that are free for this user where `folder` is.
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

fn judge(name: &'static str, folder: &Path, free: Option<u64>, help: &str) -> Check {
    let shown = folder.display();
    match free {
        None => Check::ok(name, format!("{shown}, whose space is not known")),
        Some(free) if free < LITTLE => {
            let found = format!("{shown} has {} MiB free: large crates need some hundred each", free / MIB);
            Check::warning(name, found, help)
        }
        Some(free) => Check::ok(name, format!("{shown} has {} GiB free", free / (1024 * MIB))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn below_a_gibibyte_there_is_little_space() {
        let status = |free| judge(TARGET_FOLDER, Path::new("/t"), Some(free), "make space").status;
        assert_eq!([status(LITTLE - 1), status(LITTLE)], [Status::Warning, Status::Ok]);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_space_of_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        assert_eq!(free(&inner), None);
        assert!(for_artefacts(&inner).found.contains("free"));
    }
}
