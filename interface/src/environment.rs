//! The environment variables of this process, as a value: what depends on them can be tested without setting any.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::executables;

/// Names the rustc to run where the command line does not.
pub const RUSTC_VARIABLE: &str = "CARGO_PCG_RUSTC";

/// Environment variables, and the program that was called.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    called: Option<PathBuf>,
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        Self { variables: std::env::vars_os().collect(), called: executables::called().ok() }
    }

    /// The value of a variable. An empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.get_any(name).filter(|value| !value.is_empty())
    }

    /// The value of a variable for which an empty one has a meaning of its own.
    pub fn get_any(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// All variables, in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// Whether `program` is the executable that was called, by whatever name.
    pub fn is_this_program(&self, program: &Path) -> bool {
        match (&self.called, program.canonicalize()) {
            (Some(this), Ok(program)) => this.canonicalize().is_ok_and(|this| this == program),
            _ => false,
        }
    }

    /// The first executable file of that name in `PATH`.
    pub fn find_program(&self, name: &OsStr) -> Option<PathBuf> {
        let path = self.get("PATH")?;
        std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| is_executable(file))
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    /// Those variables and no program.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, called: None }
    }
}

/// Whether `file` is a regular file that somebody may execute.
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment = Environment::from_iter([("A", ""), ("B", "b")]);
        assert_eq!(environment.get("A"), None);
        assert_eq!(environment.get("B"), Some(OsStr::new("b")));
    }

    #[test]
    fn a_program_is_looked_up_in_path() {
        let environment = Environment::from_iter([("PATH", "/nonexistent:/bin")]);
        assert_eq!(environment.find_program(OsStr::new("sh")), Some("/bin/sh".into()));
        assert_eq!(environment.find_program(OsStr::new("no-such-program")), None);
    }

    #[test]
    fn the_running_program_knows_itself() {
        let environment = Environment::of_process();
        let this = std::env::current_exe().expect("a test has a path");
        assert!(environment.is_this_program(&this));
        assert!(!environment.is_this_program(Path::new("/bin/sh")));
    }
}
