//! Which rustc to run, and whether it is the one that pcg was built for.
//!
//! The answer costs some `stat` calls, not a process: a toolchain is the right one if it has the compiler library with
//! the hash that pcg was built with, and rustup's proxies are resolved by rustup's own rules. Only a proxy for which
//! no toolchain is chosen in the environment is asked for its sysroot.
//!
//! | who chooses | what is run |
//! |---|---|
//! | `RUSTC_WRAPPER=pcg-rustc`: the first argument | that program, or the rustc behind it if it is rustup's proxy |
//! | `CARGO_PCG_RUSTC` | likewise |
//! | nobody | the rustc that pcg was built for, or `rustc` from `PATH` where that is gone |

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pcg_interface::environment::{Environment, RUSTC_VARIABLE, is_executable};

/// Which of the two ways of calling pcg this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// In place of rustc.
    DropIn,
    /// In front of this program: the first argument.
    Wrapper(OsString),
}

impl Shape {
    /// Looks at the arguments without the program's name, and returns those that are for rustc.
    pub fn detect<'a>(words: &'a [OsString], environment: &Environment) -> (Self, &'a [OsString]) {
        match words.split_first() {
            Some((first, rest)) if is_program(first, environment) => (Self::Wrapper(first.clone()), rest),
            _ => (Self::DropIn, words),
        }
    }
}

/// Whether a first argument is a program to wrap and not an argument of rustc. A missing rustc counts: whoever wrote
/// it did not mean a source file.
fn is_program(word: &OsStr, environment: &Environment) -> bool {
    let path = Path::new(word);
    let starts_like_an_argument = matches!(word.as_encoded_bytes().first(), None | Some(b'-' | b'@' | b'+'));
    if starts_like_an_argument || path.extension().is_some_and(|extension| extension == "rs") {
        return false;
    }
    match is_bare(path) {
        true => environment.find_program(word).is_some(),
        false => is_executable(path) || (is_rustc(path) && !path.exists()),
    }
}

/// Whether a program is rustc by its name. Others, like `clippy-driver`, run rustc in their own way.
pub fn is_rustc(program: &Path) -> bool {
    program.file_stem().is_some_and(|stem| stem == "rustc")
}

fn is_bare(program: &Path) -> bool {
    program.parent().is_none_or(|folder| folder.as_os_str().is_empty())
}

/// What tells the toolchain that pcg was built for from others.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Where it was.
    pub sysroot: PathBuf,
    /// The file in its `lib` whose name is different for every commit.
    pub driver_library: String,
    /// The target that it runs on, which is in the names of rustup's toolchains.
    pub host: String,
}

impl Identity {
    /// That of this pcg.
    pub fn of_this_build() -> Self {
        Self {
            sysroot: pcg_llvm_backend::SYSROOT.into(),
            driver_library: pcg_llvm_backend::DRIVER_LIBRARY.to_owned(),
            host: pcg_llvm_backend::HOST.to_owned(),
        }
    }

    fn toolchain_at(&self, sysroot: &Path) -> Option<Toolchain> {
        let sysroot = sysroot.canonicalize().ok()?;
        let rustc = sysroot.join("bin/rustc");
        let is_ours = sysroot.join("lib").join(&self.driver_library).is_file() && is_executable(&rustc);
        is_ours.then_some(Toolchain { rustc, sysroot })
    }
}

/// A toolchain that pcg was built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// Its own rustc, not rustup's proxy.
    pub rustc: PathBuf,
    /// Its folder, in canonical form.
    pub sysroot: PathBuf,
}

/// The rustc that is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// The one that pcg was built for.
    Ours(Toolchain),
    /// Another one, to be run as it was given.
    Other(PathBuf),
}

impl Compiler {
    /// Finds the rustc that an invocation of that shape is for.
    pub fn find(shape: &Shape, environment: &Environment, identity: &Identity) -> Self {
        let finder = Finder { environment, identity };
        match shape {
            Shape::Wrapper(program) => finder.given(program),
            Shape::DropIn => finder.drop_in(),
        }
    }

    /// The program to run.
    pub fn program(&self) -> &Path {
        match self {
            Self::Ours(toolchain) => &toolchain.rustc,
            Self::Other(program) => program,
        }
    }
}

struct Finder<'a> {
    environment: &'a Environment,
    identity: &'a Identity,
}

impl Finder<'_> {
    fn drop_in(&self) -> Compiler {
        if let Some(program) = self.environment.get(RUSTC_VARIABLE) {
            return self.given(program);
        }
        match self.identity.toolchain_at(&self.identity.sysroot) {
            Some(toolchain) => Compiler::Ours(toolchain),
            None => self.given(OsStr::new("rustc")),
        }
    }

    fn given(&self, program: &OsStr) -> Compiler {
        let path = match is_bare(Path::new(program)) {
            true => self.environment.find_program(program),
            false => Some(PathBuf::from(program)),
        };
        let toolchain = match path {
            Some(path) if self.environment.is_this_program(&path) => self.identity.toolchain_at(&self.identity.sysroot),
            Some(path) if is_rustup_proxy(&path) => self.behind_rustup(&path),
            Some(path) => self.of_executable(&path),
            None => None,
        };
        toolchain.map_or_else(|| Compiler::Other(program.into()), Compiler::Ours)
    }

    /// The toolchain that has this very file as its `bin/rustc`.
    fn of_executable(&self, path: &Path) -> Option<Toolchain> {
        let path = path.canonicalize().ok()?;
        let toolchain = self.identity.toolchain_at(path.parent()?.parent()?)?;
        (toolchain.rustc == path).then_some(toolchain)
    }

    fn behind_rustup(&self, proxy: &Path) -> Option<Toolchain> {
        match self.chosen_toolchain() {
            Some(sysroot) => self.identity.toolchain_at(&sysroot),
            None => self.identity.toolchain_at(&ask_sysroot(proxy)?),
        }
    }

    /// The folder of the toolchain that `RUSTUP_TOOLCHAIN` names: by path, in full or without the host.
    fn chosen_toolchain(&self) -> Option<PathBuf> {
        let name = self.environment.get("RUSTUP_TOOLCHAIN")?;
        if Path::new(name).is_absolute() {
            return Some(name.into());
        }
        let home = match self.environment.get("RUSTUP_HOME") {
            Some(home) => PathBuf::from(home),
            None => Path::new(self.environment.get("HOME")?).join(".rustup"),
        };
        let mut with_host = name.to_owned();
        with_host.push(format!("-{}", self.identity.host));
        let toolchains = home.join("toolchains");
        [name, &with_host].into_iter().map(|name| toolchains.join(name)).find(|folder| folder.is_dir())
    }
}

/// Whether a program is one of rustup's proxies: a link to, or a copy of, the `rustup` beside it.
fn is_rustup_proxy(program: &Path) -> bool {
    if program.canonicalize().is_ok_and(|path| path.file_name() == Some(OsStr::new("rustup"))) {
        return true;
    }
    let rustup = program.with_file_name("rustup").metadata();
    rustup.is_ok_and(|rustup| program.metadata().is_ok_and(|program| are_copies(&rustup, &program)))
}

fn are_copies(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino()) || one.len() == other.len()
}

fn ask_sysroot(rustc: &Path) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(text.trim_end()))
}

#[cfg(test)]
mod tests;
