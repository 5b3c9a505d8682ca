//! Puts one finished file where it belongs, so that nobody ever sees half of it.
//!
//! A rename is atomic, but only inside one file system, and the scratch folder may be on another one. Then the file is
//! copied into an *unnamed* file of the destination's folder (`O_TMPFILE`), which the kernel drops if pcg is killed,
//! then linked under a temporary name and renamed over the destination. Where the file system has no unnamed files, a
//! named temporary file takes its place.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::unistd::linkat;
use std::os::fd::AsRawFd;

/// Moves `from` to `to`, replacing what is there. The file keeps its permissions.
///
/// # Errors
///
/// Fails if `to` exists and is no regular file (a device or a folder is never replaced), or if the destination cannot
/// be written. `from` may still be there then; `to` is as it was.
pub fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    refuse_special(to)?;
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            copy_file(from, to)?;
            fs::remove_file(from)
        }
        result => result,
    }
}

/// Makes `from` appear at `to` as well, replacing what is there in one step: rustc goes on reading its metadata file
/// after it has announced it.
///
/// # Errors
///
/// As [`move_file`].
pub fn publish_file(from: &Path, to: &Path) -> io::Result<()> {
    refuse_special(to)?;
    let link = |name: &Path| fs::hard_link(from, name);
    match appear(to, from.metadata()?.ino(), link) {
        // File systems without links report an error of permissions.
        Err(error) if matches!(error.kind(), io::ErrorKind::CrossesDevices | io::ErrorKind::PermissionDenied) => {
            copy_file(from, to)
        }
        result => result,
    }
}

/// Copies `from` to `to`, replacing what is there in one step.
///
/// # Errors
///
/// As [`move_file`].
pub fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    refuse_special(to)?;
    let folder = folder_of(to);
    match copy_unnamed(from, to, &folder) {
        Err(error) if no_unnamed_files(&error) => copy_named(from, to, &folder),
        result => result,
    }
}

/// Writes a small file in one step.
///
/// # Errors
///
/// As [`move_file`].
pub fn write_file(to: &Path, content: &[u8]) -> io::Result<()> {
    refuse_special(to)?;
    let mut file = tempfile::Builder::new()
        .prefix(".pcg-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder_of(to))?;
    io::Write::write_all(&mut file, content)?;
    file.persist(to)?;
    Ok(())
}

/// The folder that `path` is in; `.` for a bare name.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A compile as root with `-o /dev/null` must not replace the device.
fn refuse_special(to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() && !found.is_symlink() => {
            Err(io::Error::other("the destination is not a regular file"))
        }
        _ => Ok(()),
    }
}

fn no_unnamed_files(error: &io::Error) -> bool {
    use nix::errno::Errno::{EINVAL, EISDIR, ENOENT, EOPNOTSUPP};
    [EINVAL, EISDIR, ENOENT, EOPNOTSUPP].iter().any(|&errno| error.raw_os_error() == Some(errno as i32))
}

fn copy_unnamed(from: &Path, to: &Path, folder: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut unnamed = File::options()
        .write(true)
        .custom_flags(OFlag::O_TMPFILE.bits())
        .mode(source.metadata()?.mode())
        .open(folder)?;
    io::copy(&mut source, &mut unnamed)?;
    unnamed.set_permissions(source.metadata()?.permissions())?;
    let by_descriptor = format!("/proc/self/fd/{}", unnamed.as_raw_fd());
    let link = |name: &Path| {
        linkat(AT_FDCWD, by_descriptor.as_str(), AT_FDCWD, name, AtFlags::AT_SYMLINK_FOLLOW).map_err(io::Error::from)
    };
    appear(to, unnamed.metadata()?.ino(), link)
}

/// Links a file as `to`, by way of a temporary name if there is one already. `number` makes that name unique.
fn appear(to: &Path, number: u64, link: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    match link(to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let name = folder_of(to).join(format!(".pcg-{}-{number}", std::process::id()));
            link(&name)?;
            fs::rename(&name, to).inspect_err(|_| drop(fs::remove_file(&name)))
        }
        result => result,
    }
}

fn copy_named(from: &Path, to: &Path, folder: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut file = tempfile::Builder::new().prefix(".pcg-").tempfile_in(folder)?;
    io::copy(&mut source, &mut file)?;
    file.as_file().set_permissions(source.metadata()?.permissions())?;
    file.persist(to)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_move_replaces_the_file_and_keeps_the_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "new").unwrap();
        fs::set_permissions(&from, Permissions::from_mode(0o751)).unwrap();
        fs::write(&to, "old").unwrap();
        move_file(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"new");
        assert_eq!(fs::metadata(&to).unwrap().mode() & 0o777, 0o751);
        assert_eq!(names(folder.path()), ["to"]);
    }

    #[test]
    fn a_published_file_stays_where_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&to, "old").unwrap();
        for content in ["new", "newer"] {
            drop(fs::remove_file(&from));
            fs::write(&from, content).unwrap();
            publish_file(&from, &to).unwrap();
            assert_eq!(fs::read_to_string(&to).unwrap(), content);
            assert_eq!(names(folder.path()), ["from", "to"]);
        }
    }

    #[test]
    fn a_copy_replaces_the_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "new").unwrap();
        fs::set_permissions(&from, Permissions::from_mode(0o640)).unwrap();
        for _ in 0..2 {
            copy_file(&from, &to).unwrap();
            assert_eq!(fs::read(&to).unwrap(), b"new");
            assert_eq!(fs::metadata(&to).unwrap().mode() & 0o777, 0o640);
        }
        copy_named(&from, &to, folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["from", "to"]);
    }

    #[test]
    fn folders_and_devices_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from");
        fs::write(&from, "new").unwrap();
        assert!(move_file(&from, folder.path()).is_err());
        assert!(move_file(&from, Path::new("/dev/null")).is_err());
        assert!(copy_file(&from, Path::new("/dev/null")).is_err());
        assert!(from.exists());
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_file(&folder.path().join("none/file"), b"x").is_err());
    }

    #[test]
    fn written_files_have_the_usual_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
        write_file(&ours, b"x").unwrap();
        fs::write(&theirs, b"x").unwrap();
        assert_eq!(fs::metadata(ours).unwrap().mode(), fs::metadata(theirs).unwrap().mode());
    }
}
