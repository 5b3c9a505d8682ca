//! pcg-rustc and pcg-codegen: whether they are there, whether they start, and whether libLLVM is where it is looked for.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::read::elf::FileHeader;
use object::{Endianness, elf};
use pcg_interface::environment::Environment;
use pcg_interface::executables::{PCG_CODEGEN, PCG_RUSTC};

use super::{Check, last_words};
use crate::identity::Identity;

const LIBRARY: &str = "libLLVM";

const INSTALL: &str = "`make install` in pcg's sources installs all executables";

pub(super) fn checks(pcg_rustc: Option<&Path>, identity: &Identity, environment: &Environment) -> Vec<Check> {
    let Some(path) = pcg_rustc else {
        return vec![Check::failed(PCG_RUSTC, "there is none beside cargo-pcg or in PATH", INSTALL)];
    };
    // pcg-rustc looks beside the file that a link points to.
    let codegen = path.canonicalize().unwrap_or_else(|_| path.to_owned()).with_file_name(PCG_CODEGEN);
    let mut checks = vec![program(PCG_RUSTC, path, identity)];
    if codegen.exists() {
        checks.extend([program(PCG_CODEGEN, &codegen, identity), library(&codegen, identity, environment)]);
    } else {
        checks.push(Check::failed(PCG_CODEGEN, format!("there is none beside {}", path.display()), INSTALL));
    }
    checks
}

fn program(name: &'static str, path: &Path, identity: &Identity) -> Check {
    let shown = path.display();
    let output = match Command::new(path).arg("--pcg-version").output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => {
            let help = "mend libLLVM if that is what it misses; else install pcg again";
            // The loader begins with the path.
            let why = last_words(&output).replace(&format!("{shown}: "), "");
            return Check::failed(name, format!("{shown} does not start: {why}"), help);
        }
        Err(error) => return Check::failed(name, format!("{shown} cannot be run: {error}"), INSTALL),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().unwrap_or_default();
    let version = line.split_once(' ').map_or(line, |(_, version)| version);
    let own = format!("{} ({})", identity.version, identity.build_hash);
    if version == own {
        return Check::ok(name, format!("{shown} {version}"));
    }
    Check::warning(name, format!("{shown} is {version}, and cargo-pcg is {own}"), INSTALL)
}

fn library(path: &Path, identity: &Identity, environment: &Environment) -> Check {
    let needed = match needed_library(path) {
        Ok(Some(needed)) => needed,
        Ok(None) => return Check::warning(LIBRARY, format!("{} does not need one", path.display()), INSTALL),
        Err(error) => {
            let found = format!("{} cannot be read as an executable: {error}", path.display());
            return Check::warning(LIBRARY, found, INSTALL);
        }
    };
    let folders = needed.folders(path, environment);
    if let Some(file) = folders.iter().map(|folder| folder.join(&needed.name)).find(|file| file.is_file()) {
        return Check::ok(LIBRARY, file.display().to_string());
    }
    let folders: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    Check::failed(
        LIBRARY,
        format!("{} is not in {}", needed.name, folders.join(", ")),
        format!(
            "install the toolchain that pcg was built with (rustc {}) in its place, or build pcg again with the one \
             that is there",
            identity.rustc_release
        ),
    )
}

/// The library that pcg-codegen is linked against.
#[derive(Debug)]
struct Needed {
    name: String,
    /// The executable's own search path (`DT_RUNPATH` or `DT_RPATH`).
    search_path: Vec<u8>,
}

impl Needed {
    /// Where the loader looks for it, in its order: `ld.so(8)`. Rust's libLLVM is never among the system's libraries.
    fn folders(&self, program: &Path, environment: &Environment) -> Vec<PathBuf> {
        let origin = program.parent().unwrap_or(Path::new("/")).display().to_string();
        let of_program = String::from_utf8_lossy(&self.search_path).replace("$ORIGIN", &origin);
        let of_user = environment.get("LD_LIBRARY_PATH").map(OsStr::as_bytes).unwrap_or_default();
        let folders = of_user.split(|byte| *byte == b':').chain(of_program.as_bytes().split(|byte| *byte == b':'));
        folders.filter(|folder| !folder.is_empty()).map(|folder| PathBuf::from(OsStr::from_bytes(folder))).collect()
    }
}

/// Looks into an executable for its libLLVM.
fn needed_library(path: &Path) -> Result<Option<Needed>, Box<dyn std::error::Error>> {
    let data = fs::read(path)?;
    let data = data.as_slice();
    let header = elf::FileHeader64::<Endianness>::parse(data)?;
    let endian = header.endian()?;
    let table = header.sections(endian, data)?.dynamic_table(endian, data)?;
    let (mut name, mut search_path) = (None, Vec::new());
    for entry in table.iter() {
        match entry.tag {
            elf::DT_NEEDED => {
                let needed = String::from_utf8_lossy(table.string(entry)?);
                name = name.or_else(|| needed.starts_with(LIBRARY).then(|| needed.into_owned()));
            }
            elf::DT_RUNPATH | elf::DT_RPATH => search_path = table.string(entry)?.to_vec(),
            _ => {}
        }
    }
    Ok(name.map(|name| Needed { name, search_path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_folders_come_first() {
        let needed = Needed { name: "libLLVM.so".to_owned(), search_path: b"$ORIGIN/../lib:/opt".to_vec() };
        let environment = Environment::from_iter([("LD_LIBRARY_PATH", "/a::/b")]);
        let folders = needed.folders(Path::new("/home/bin/pcg-codegen"), &environment);
        assert_eq!(folders, ["/a", "/b", "/home/bin/../lib", "/opt"].map(PathBuf::from));
    }
}
