//! The scratch folder of one compile: everything that pcg writes before it is finished.
//!
//! It is a folder of its own in `TMPDIR`, removed when the compile ends, by whatever way. Folders in it are made where
//! they are needed: removing one may take some milliseconds, and somebody waits for it.
//!
//! | entry | what it holds |
//! |---|---|
//! | `out/` | what rustc writes, under the names that it would have in the output folder |
//! | `explicit/` | outputs whose paths were given with `--emit kind=path`, by kind |
//! | `linker/` | the link that rustc starts as the linker, `pcg-link.json` beside it, and a changed response file |
//! | `*.o` | crate objects |
//! | `stock/` | what stock rustc writes in a fallback that has to be combined with the front end's metadata |
//! | `s` | the socket between the linker process and the driver |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The longest path that a Unix socket's address can hold, with its final zero (`sockaddr_un.sun_path`).
const SOCKET_PATH_MAX: usize = 107;

/// The scratch folder; dropping it removes it.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    /// A second folder with a short path, where `TMPDIR` is too deep for a socket's address.
    socket_folder: Option<TempDir>,
}

impl Scratch {
    /// Makes the folder.
    ///
    /// # Errors
    ///
    /// Fails if `TMPDIR` cannot be written, or if its path cannot be part of a rustc argument (not UTF-8, or with a
    /// comma or a line end).
    pub fn new() -> io::Result<Self> {
        Self::new_in(&std::env::temp_dir())
    }

    fn new_in(parent: &Path) -> io::Result<Self> {
        let parent = std::path::absolute(parent)?;
        if parent.to_str().is_none_or(|path| path.contains([',', '\n', '\r'])) {
            return Err(io::Error::other("the path of the folder for temporary files cannot be given to rustc"));
        }
        let make = |parent: &Path| tempfile::Builder::new().prefix("pcg-rustc.").tempdir_in(parent);
        let folder = make(&parent)?;
        fs::create_dir(folder.path().join("out"))?;
        let fits = folder.path().join("s").as_os_str().len() <= SOCKET_PATH_MAX;
        let socket_folder = if fits { None } else { Some(make(Path::new("/tmp"))?) };
        Ok(Self { folder, socket_folder })
    }

    /// The folder itself, where crate objects are made.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Every folder that has to be removed at the end.
    pub fn folders(&self) -> Vec<PathBuf> {
        let folders = [Some(&self.folder), self.socket_folder.as_ref()];
        folders.into_iter().flatten().map(|folder| folder.path().to_owned()).collect()
    }

    /// Where rustc writes.
    pub fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    /// Where rustc writes outputs with explicit paths, if there are any.
    pub fn explicit(&self) -> PathBuf {
        self.path().join("explicit")
    }

    /// The folder of the link that stands for the linker, if one may be needed.
    pub fn linker(&self) -> PathBuf {
        self.path().join("linker")
    }

    /// Where stock rustc writes in a combined fallback.
    pub fn stock(&self) -> PathBuf {
        self.path().join("stock")
    }

    /// The address of the socket.
    pub fn socket(&self) -> PathBuf {
        self.socket_folder.as_ref().map_or(self.path(), TempDir::path).join("s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_removed_with_its_content() {
        let scratch = Scratch::new().unwrap();
        let path = scratch.path().to_owned();
        fs::write(scratch.out().join("file"), "x").unwrap();
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn a_deep_folder_gets_a_socket_elsewhere() {
        let parent = tempfile::tempdir().unwrap();
        let deep = parent.path().join("d".repeat(120));
        fs::create_dir(&deep).unwrap();
        let scratch = Scratch::new_in(&deep).unwrap();
        assert!(scratch.socket().as_os_str().len() <= SOCKET_PATH_MAX);
        assert_eq!(scratch.folders().len(), 2);
    }

    #[test]
    fn a_folder_that_rustc_cannot_be_told_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let comma = parent.path().join("a,b");
        fs::create_dir(&comma).unwrap();
        assert!(Scratch::new_in(&comma).is_err());
    }
}
