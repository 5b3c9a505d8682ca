//! Which programs cargo would run as the compiler and in front of it, and where they are named.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use pcg_interface::environment::{Environment, is_executable};

use crate::cargo_config::Build;

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
pub(crate) fn rustc(environment: &Environment, build: &Build) -> Named {
    let named = first_named(environment, ["RUSTC", "CARGO_BUILD_RUSTC"], ("build.rustc", build.rustc.as_deref()));
    named.unwrap_or_else(|| Named { program: "rustc".into(), from: "PATH" })
}

/// What runs rustc. An empty `RUSTC_WRAPPER` means none, whatever the configuration says.
pub(crate) fn wrapper(environment: &Environment, build: &Build) -> Option<Named> {
    if env::var_os("RUSTC_WRAPPER").is_some_and(|wrapper| wrapper.is_empty()) {
        return None;
    }
    let configured = ("build.rustc-wrapper", build.rustc_wrapper.as_deref());
    first_named(environment, ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"], configured)
}

/// What runs rustc for members of the workspace, between the wrapper and rustc. For an empty variable the same holds.
pub(crate) fn workspace_wrapper(environment: &Environment, build: &Build) -> Option<Named> {
    if env::var_os("RUSTC_WORKSPACE_WRAPPER").is_some_and(|wrapper| wrapper.is_empty()) {
        return None;
    }
    let configured = ("build.rustc-workspace-wrapper", build.rustc_workspace_wrapper.as_deref());
    first_named(environment, ["RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER"], configured)
}

/// The variables win over the configuration, and the first of them over the second.
fn first_named(
    environment: &Environment,
    variables: [&'static str; 2],
    configured: (&'static str, Option<&str>),
) -> Option<Named> {
    let by_variables = variables.map(|name| (name, environment.get(name)));
    let mut all = by_variables.into_iter().chain([(configured.0, configured.1.map(OsStr::new))]);
    let named = all.find_map(|(from, program)| Some(Named { program: program?.to_owned(), from }))?;
    (!named.program.is_empty()).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_win_over_the_configuration() {
        let build = Build { rustc_wrapper: Some("configured".to_owned()), ..Build::default() };
        let found = |variables: &[(&str, &str)]| {
            let named = wrapper(&Environment::from_iter(variables.iter().copied()), &build).unwrap();
            (named.program.into_string().unwrap(), named.from)
        };
        let [first, second] = [("RUSTC_WRAPPER", "a"), ("CARGO_BUILD_RUSTC_WRAPPER", "b")];
        assert_eq!(found(&[first, second]), ("a".to_owned(), "RUSTC_WRAPPER"));
        assert_eq!(found(&[second]), ("b".to_owned(), "CARGO_BUILD_RUSTC_WRAPPER"));
        assert_eq!(found(&[]), ("configured".to_owned(), "build.rustc-wrapper"));
    }

    #[test]
    fn an_empty_wrapper_is_none() {
        let build = Build { rustc_wrapper: Some(String::new()), ..Build::default() };
        assert_eq!(wrapper(&Environment::default(), &build), None);
        assert_eq!(workspace_wrapper(&Environment::default(), &Build::default()), None);
    }

    #[test]
    fn cargo_looks_for_rustc_in_path_where_nothing_is_named() {
        let expected = Named { program: "rustc".into(), from: "PATH" };
        assert_eq!(rustc(&Environment::default(), &Build::default()), expected);
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
