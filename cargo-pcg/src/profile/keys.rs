//! The keys that cargo's profiles have, and what they take.

use serde_json::Value;

/// The profiles that cargo has by itself, and what they are for.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("dev", "What cargo builds with unless it is told otherwise: not optimised, with debug information."),
    ("release", "What `--release` and `cargo install` build with: optimised, without debug information."),
    ("test", "What `cargo test` builds with: as `dev`, unless the project says something else."),
    ("bench", "What `cargo bench` builds with: as `release`, unless the project says something else."),
];

/// The key of the profile that another one is made from.
pub(super) const INHERITS: &str = "inherits";
/// The key of how much is optimised.
pub(super) const OPT_LEVEL: &str = "opt-level";
/// The key of sections for single packages.
pub(super) const PACKAGE: &str = "package";
/// Among sections for single packages, the one for all that are not the workspace's.
pub(super) const DEPENDENCIES: &str = "*";
/// The key of the section for build scripts, procedural macros and what they depend on.
pub(super) const BUILD_OVERRIDE: &str = "build-override";
/// The key of tables with options of `rustc -C`.
pub(super) const RUSTC: &str = "rustc";

/// One key of cargo's.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// The option of `rustc -C` that cargo makes of it.
    pub(super) rustc: &'static str,
    takes: &'static [Takes],
    /// Whether sections may have it.
    pub(super) is_in_sections: bool,
}

/// Some of the values that a key takes.
#[derive(Debug)]
enum Takes {
    Boolean,
    Number { least: u64, most: u64 },
    Word(&'static str),
}
use Takes::{Boolean, Number, Word};

const fn key(name: &'static str, rustc: &'static str, takes: &'static [Takes]) -> Key {
    Key { name, rustc, takes, is_in_sections: true }
}

const fn of_whole_profiles(name: &'static str, rustc: &'static str, takes: &'static [Takes]) -> Key {
    Key { name, rustc, takes, is_in_sections: false }
}

const LEVELS_OF_DEBUG: &[Takes] = &[
    Boolean,
    Number { least: 0, most: 2 },
    Word("none"),
    Word("line-directives-only"),
    Word("line-tables-only"),
    Word("limited"),
    Word("full"),
];

/// All but `inherits`, which takes a name, and those that have tables.
pub(super) const KEYS: &[Key] = &[
    key(OPT_LEVEL, "opt-level", &[Number { least: 0, most: 3 }, Word("s"), Word("z")]),
    key("debug", "debuginfo", LEVELS_OF_DEBUG),
    key("split-debuginfo", "split-debuginfo", &[Word("off"), Word("packed"), Word("unpacked")]),
    key("strip", "strip", &[Boolean, Word("none"), Word("debuginfo"), Word("symbols")]),
    key("debug-assertions", "debug-assertions", &[Boolean]),
    key("overflow-checks", "overflow-checks", &[Boolean]),
    of_whole_profiles("lto", "lto", &[Boolean, Word("off"), Word("thin"), Word("fat")]),
    of_whole_profiles("panic", "panic", &[Word("unwind"), Word("abort")]),
    key("incremental", "incremental", &[Boolean]),
    key("codegen-units", "codegen-units", &[Number { least: 1, most: u64::MAX }]),
    of_whole_profiles("rpath", "rpath", &[Boolean]),
];

impl Key {
    pub(super) fn takes(&self, value: &Value) -> bool {
        self.takes.iter().any(|takes| match takes {
            Boolean => value.is_boolean(),
            Number { least, most } => value.as_u64().is_some_and(|number| (*least..=*most).contains(&number)),
            Word(word) => value.as_str() == Some(word),
        })
    }

    /// What it takes, in words.
    pub(super) fn expected(&self) -> String {
        let mut parts: Vec<_> = self.takes.iter().flat_map(Takes::names).collect();
        let last = parts.pop().unwrap_or_default();
        if parts.is_empty() { last } else { format!("{} or {last}", parts.join(", ")) }
    }
}

impl Takes {
    fn names(&self) -> Vec<String> {
        match self {
            Boolean => vec!["`true`".to_owned(), "`false`".to_owned()],
            Number { least, most: u64::MAX } => vec![format!("a number of {least} or more")],
            Number { least, most } => vec![format!("a number from {least} to {most}")],
            Word(word) => vec![format!("`\"{word}\"`")],
        }
    }
}

/// Options of `rustc -C` that cargo sets itself, for reasons of its own.
pub(super) const SET_BY_CARGO: [&str; 5] = ["embed-bitcode", "extra-filename", "help", "linker-plugin-lto", "metadata"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_key_takes_its_own_values_only() {
        let key = |name| KEYS.iter().find(|key| key.name == name).unwrap();
        for (name, good, bad) in [
            ("opt-level", [json!(0), json!("s")], [json!(4), json!(true)]),
            ("debug", [json!(true), json!("line-tables-only")], [json!(3), json!("lines")]),
            ("strip", [json!(false), json!("symbols")], [json!(1), json!("all")]),
            ("lto", [json!(true), json!("thin")], [json!("yes"), json!(0)]),
            ("codegen-units", [json!(1), json!(256)], [json!(0), json!(-1)]),
            ("panic", [json!("abort"), json!("unwind")], [json!(false), json!("")]),
        ] {
            assert!(good.iter().all(|value| key(name).takes(value)), "{name}");
            assert!(!bad.iter().any(|value| key(name).takes(value)), "{name}");
        }
    }

    #[test]
    fn what_a_key_takes_is_said_in_words() {
        let expected = |name| KEYS.iter().find(|key| key.name == name).unwrap().expected();
        assert_eq!(expected("opt-level"), r#"a number from 0 to 3, `"s"` or `"z"`"#);
        assert_eq!(expected("codegen-units"), "a number of 1 or more");
        assert_eq!(expected("rpath"), "`true` or `false`");
    }
}
