//! Which programs cargo would run as the compiler and in front of it, and where they are named.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use pcg_interface::environment::{Environment, is_executable};

use crate::cargo_config::{Build, Builds};

/// A program, and who named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) program: OsString,
    /// A variable, a key of cargo's configuration, or cargo itself.
    pub(crate) from: &'static str,
}

impl Named {
    /// Whether there is such a program. Nothing is said against one that is relative to a folder.
    pub(crate) fn exists(&self, environment: &Environment) -> bool {
        let path = Path::new(&self.program);
        match path.components().count() {
            1 => environment.find_program(&self.program).is_some(),
            _ => path.is_relative() || is_executable(path),
        }
    }
}

/// The rustc.
pub(crate) fn rustc(environment: &Environment, builds: &Builds) -> Named {
    let named = first_named(environment, builds, &RUSTC);
    named.unwrap_or_else(|| Named { program: "rustc".into(), from: "PATH" })
}

/// What runs rustc. An empty `RUSTC_WRAPPER` means none, whatever the configuration says.
pub(crate) fn wrapper(environment: &Environment, builds: &Builds) -> Option<Named> {
    first_named(environment, builds, &WRAPPER)
}

/// What runs rustc for members of the workspace, between the wrapper and rustc. For an empty variable the same holds.
pub(crate) fn workspace_wrapper(environment: &Environment, builds: &Builds) -> Option<Named> {
    first_named(environment, builds, &WORKSPACE_WRAPPER)
}

/// Where a program can be named.
struct Places {
    /// Wins over everything, also if it is empty.
    variable: &'static str,
    key: &'static str,
    of_build: fn(&Build) -> Option<&str>,
    /// The key as a variable: it is between the command line and the files.
    variable_of_key: &'static str,
}

const RUSTC: Places = Places {
    variable: "RUSTC",
    key: "build.rustc",
    of_build: |build| build.rustc.as_deref(),
    variable_of_key: "CARGO_BUILD_RUSTC",
};

const WRAPPER: Places = Places {
    variable: "RUSTC_WRAPPER",
    key: "build.rustc-wrapper",
    of_build: |build| build.rustc_wrapper.as_deref(),
    variable_of_key: "CARGO_BUILD_RUSTC_WRAPPER",
};

const WORKSPACE_WRAPPER: Places = Places {
    variable: "RUSTC_WORKSPACE_WRAPPER",
    key: "build.rustc-workspace-wrapper",
    of_build: |build| build.rustc_workspace_wrapper.as_deref(),
    variable_of_key: "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
};

fn first_named(environment: &Environment, builds: &Builds, places: &Places) -> Option<Named> {
    let variable = |name| environment.get_any(name).map(|program| (name, program));
    let key = |build| (places.of_build)(build).map(|program| (places.key, OsStr::new(program)));
    let named = variable(places.variable)
        .or_else(|| key(&builds.on_the_command_line))
        .or_else(|| variable(places.variable_of_key))
        .or_else(|| key(&builds.in_files));
    let (from, program) = named.filter(|(_, program)| !program.is_empty())?;
    Some(Named { program: program.to_owned(), from })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builds(on_the_command_line: Option<&str>, in_files: Option<&str>) -> Builds {
        let build = |wrapper: Option<&str>| Build { rustc_wrapper: wrapper.map(str::to_owned), ..Build::default() };
        Builds { on_the_command_line: build(on_the_command_line), in_files: build(in_files) }
    }

    #[test]
    fn the_strongest_place_wins() {
        let found = |variables: &[(&str, &str)], given| {
            let builds = builds(given, Some("configured"));
            let named = wrapper(&Environment::from_iter(variables.iter().copied()), &builds).unwrap();
            (named.program.into_string().unwrap(), named.from)
        };
        let [first, second] = [("RUSTC_WRAPPER", "a"), ("CARGO_BUILD_RUSTC_WRAPPER", "b")];
        assert_eq!(found(&[first, second], Some("c")), ("a".to_owned(), "RUSTC_WRAPPER"));
        assert_eq!(found(&[second], Some("c")), ("c".to_owned(), "build.rustc-wrapper"));
        assert_eq!(found(&[second], None), ("b".to_owned(), "CARGO_BUILD_RUSTC_WRAPPER"));
        assert_eq!(found(&[], None), ("configured".to_owned(), "build.rustc-wrapper"));
    }

    #[test]
    fn an_empty_wrapper_is_none() {
        let none = Environment::default();
        assert_eq!(wrapper(&none, &builds(None, Some(""))), None);
        assert_eq!(wrapper(&none, &builds(Some(""), Some("configured"))), None);
        assert_eq!(wrapper(&Environment::from_iter([("RUSTC_WRAPPER", "")]), &builds(Some("given"), None)), None);
        assert_eq!(workspace_wrapper(&none, &Builds::default()), None);
    }

    #[test]
    fn cargo_looks_for_rustc_in_path_where_nothing_is_named() {
        let expected = Named { program: "rustc".into(), from: "PATH" };
        assert_eq!(rustc(&Environment::default(), &Builds::default()), expected);
    }

    #[test]
    fn programs_are_looked_up_in_path() {
        let environment = Environment::from_iter([("PATH", "/bin")]);
        for (program, expected) in
            [("sh", true), ("no-such-program", false), ("/bin/sh", true), ("/no/such", false), ("tools/x", true)]
        {
            let named = Named { program: program.into(), from: "RUSTC" };
            assert_eq!(named.exists(&environment), expected, "{program}");
        }
    }
}
