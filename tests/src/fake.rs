//! Toolchains that are almost the real one: how pcg is shown a rustc or a linker that misbehaves.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::toolchain;

/// A toolchain's folder made of links to the real one, with a script in the place of rustc.
#[derive(Debug)]
pub struct FakeToolchain {
    folder: PathBuf,
}

impl FakeToolchain {
    /// Makes the folder. `script` is the body of a shell script; `$RUSTC` is the real rustc in it.
    pub fn new(folder: &Path, script: &str) -> Result<Self> {
        std::fs::create_dir_all(folder.join("bin"))?;
        let real = toolchain::sysroot()?;
        link_contents(&real.join("lib"), &folder.join("lib"))?;
        let rustc = folder.join("bin/rustc");
        let text = format!("#!/bin/sh\nRUSTC='{}'\n{script}\n", real.join("bin/rustc").display());
        std::fs::write(&rustc, text)?;
        std::fs::set_permissions(&rustc, PermissionsExt::from_mode(0o755))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The script.
    pub fn rustc(&self) -> PathBuf {
        self.folder.join("bin/rustc")
    }

    /// Replaces the links to the folder `path` and its parents by folders of links, and removes `path`.
    pub fn remove(&self, path: &str) -> Result<()> {
        let real = toolchain::sysroot()?;
        let mut at = PathBuf::new();
        let target = Path::new(path);
        for part in target.parent().context("a path below the toolchain")?.components() {
            at.push(part);
            let here = self.folder.join(&at);
            if here.is_symlink() {
                std::fs::remove_file(&here)?;
                link_contents(&real.join(&at), &here)?;
            }
        }
        Ok(std::fs::remove_file(self.folder.join(target))?)
    }
}

/// A folder with a link to everything that is in another one.
fn link_contents(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        symlink(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
