//! Writing answers.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::error::LabError;

/// What a new file may be read and written by, before the user's mask.
const NEW_FILE: u32 = 0o666;

/// Writes to stdout. A reader that has seen enough (`| head`) is no error.
pub(crate) fn print(answer: &str) -> Result<(), LabError> {
    match std::io::stdout().write_all(answer.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(LabError::Output(error)),
        _ => Ok(()),
    }
}

/// Writes a file under a temporary name in its folder and renames it: nobody sees half of it.
pub(crate) fn write_file(path: &Path, content: &str) -> Result<(), LabError> {
    let error = |source| LabError::Write { path: path.into(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let permissions = Permissions::from_mode(NEW_FILE);
    let mut file = tempfile::Builder::new().permissions(permissions).tempfile_in(folder).map_err(error)?;
    file.write_all(content.as_bytes()).map_err(error)?;
    file.persist(path).map_err(|failed| error(failed.error))?;
    Ok(())
}
