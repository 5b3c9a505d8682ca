//! Codegen options that a profile of `cargo pcg` has beside cargo's own, on their way to `pcg-rustc`.
//!
//! They are the variable [`VARIABLE`]: an object in JSON. Each option stands as it does behind `-C`.
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `all` | array of strings | for every crate, as far as the others do not say something else |
//! | `packages` | object of arrays | for the crates of single packages, by their names; they have what is in `all`, too, and what is in `dependencies` |
//! | `dependencies` | array of strings | for the crates of other packages than the workspace's, if they have some of their own; they have what is in `all`, too |
//! | `members` | array of strings | the names of the workspace's packages, if there are `dependencies` |
//! | `build` | array of strings | for crates that run while others are built: build scripts and procedural macros |

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::{Deserialize, Serialize};

/// Names the variable.
pub const VARIABLE: &str = "CARGO_PCG_RUSTC_OPTIONS";

/// The options, in the order of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the table in the module's header describes the fields")]
pub struct RustcOptions {
    pub all: Vec<String>,
    pub packages: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    pub build: Vec<String>,
}

impl RustcOptions {
    /// Reads the variable's value.
    pub fn parse(value: &OsStr) -> Option<Self> {
        serde_json::from_str(value.to_str()?).ok()
    }

    /// The variable's value.
    pub fn to_json(&self) -> String {
        // Keys are strings: nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether there is no option for any crate.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The options for a crate of `package`. Without one it is rustc that is asked about its target. A package that is
    /// built for itself counts as a member: cargo may be installing it from elsewhere.
    pub fn for_crate(&self, package: Option<&str>, is_built_for_itself: bool, runs_at_build: bool) -> &[String] {
        let is_member = |package| is_built_for_itself || self.members.iter().any(|member| member == package);
        match package.and_then(|package| self.packages.get(package)) {
            _ if runs_at_build => &self.build,
            Some(options) => options,
            None if self.dependencies.is_empty() || package.is_none_or(is_member) => &self.all,
            None => &self.dependencies,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> RustcOptions {
        RustcOptions {
            all: vec!["target-cpu=native".to_owned()],
            packages: [("image".to_owned(), vec!["target-cpu=x86-64-v3".to_owned()])].into(),
            build: vec!["no-vectorize-slp".to_owned()],
            ..RustcOptions::default()
        }
    }

    #[test]
    fn a_value_is_read_as_it_was_written() {
        let text = example().to_json();
        assert_eq!(
            text,
            r#"{"all":["target-cpu=native"],"packages":{"image":["target-cpu=x86-64-v3"]},"build":["no-vectorize-slp"]}"#
        );
        assert_eq!(RustcOptions::parse(text.as_ref()), Some(example()));
        assert_eq!(RustcOptions::parse("{}".as_ref()), Some(RustcOptions::default()));
    }

    #[test]
    fn anything_else_is_not_read() {
        for text in ["", "target-cpu=native", r#"{"every":[]}"#, r#"{"all":"x"}"#] {
            assert_eq!(RustcOptions::parse(text.as_ref()), None, "{text}");
        }
    }

    #[test]
    fn each_crate_has_its_own() {
        let options = example();
        assert_eq!(options.for_crate(None, false, false), ["target-cpu=native"]);
        assert_eq!(options.for_crate(Some("regex"), false, false), ["target-cpu=native"]);
        assert_eq!(options.for_crate(Some("image"), false, false), ["target-cpu=x86-64-v3"]);
        assert_eq!(options.for_crate(Some("image"), false, true), ["no-vectorize-slp"]);
    }

    #[test]
    fn dependencies_are_what_is_no_member() {
        let dependencies = vec!["target-cpu=x86-64-v2".to_owned()];
        let options = RustcOptions { dependencies, members: vec!["app".to_owned()], ..example() };
        assert_eq!(RustcOptions::parse(options.to_json().as_ref()), Some(options.clone()));
        assert_eq!(options.for_crate(Some("regex"), false, false), ["target-cpu=x86-64-v2"]);
        assert_eq!(options.for_crate(Some("image"), false, false), ["target-cpu=x86-64-v3"]);
        for (package, is_built_for_itself) in [(None, false), (Some("app"), false), (Some("regex"), true)] {
            assert_eq!(options.for_crate(package, is_built_for_itself, false), ["target-cpu=native"], "{package:?}");
        }
    }
}
