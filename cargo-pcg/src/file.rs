//! Files that appear under their names in one step.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::Builder;

/// Permissions of a new file, as far as the process's mask lets them be.
const MODE: u32 = 0o666;

/// Writes a file whole, or not at all, and makes its folder if that is missing. One that is there keeps its permissions.
/// Where there is a link, the file behind it is written.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(PathBuf::new, Path::to_owned);
    let folder = std::path::absolute(folder.join("."))?;
    fs::create_dir_all(&folder)?;
    let permissions = path.metadata().map_or_else(|_| Permissions::from_mode(MODE), |found| found.permissions());
    let mut file = Builder::new().permissions(permissions).tempfile_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}
