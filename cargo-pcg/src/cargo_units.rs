//! Whether somebody has told cargo how many codegen units there are to be, in a way that is meant for this build.
//!
//! A number in a profile of a manifest or a configuration file is not: it is there for stock rustc, to which it means
//! good code or fast builds.

use pcg_interface::environment::Environment;

use crate::cargo_config::{Builds, words_of};
use crate::words::Words;

/// What every way to say it contains.
const NAME: &str = "codegen-units";

/// Variables with flags for rustc.
const FLAGS: [&str; 3] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"];

/// On the command line, in flags for rustc, or in the profile's variable.
pub(crate) fn are_given(words: &Words, profile: &str, environment: &Environment, builds: &Builds) -> bool {
    let of_profile = format!("CARGO_PROFILE_{}_CODEGEN_UNITS", profile.to_uppercase().replace('-', "_"));
    let has_name = |variable| environment.get(variable).is_some_and(|flags| flags.to_string_lossy().contains(NAME));
    let of_files =
        [&builds.on_the_command_line, &builds.in_files].into_iter().filter_map(|build| build.rustflags.as_ref());
    words.cargo.iter().any(|word| word.to_string_lossy().contains(NAME))
        || environment.get(&of_profile).is_some()
        || FLAGS.into_iter().any(has_name)
        || of_files.flat_map(words_of).any(|flag| flag.contains(NAME))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cargo_config::Build;
    use crate::cli;

    fn are_given(line: &str, variables: &[(&str, &str)], builds: &Builds) -> bool {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let words = Words::split(&words, &cli::definition());
        super::are_given(&words, "release-x", &Environment::from_iter(variables.iter().copied()), builds)
    }

    #[test]
    fn every_way_is_seen() {
        let none = Builds::default();
        for line in ["build --config profile.release.codegen-units=1", "rustc -- -Ccodegen-units=1"] {
            assert!(are_given(line, &[], &none), "{line}");
        }
        for variable in [
            ("RUSTFLAGS", "-g -C codegen-units=3"),
            ("CARGO_ENCODED_RUSTFLAGS", "-C\x1fcodegen-units=3"),
            ("CARGO_BUILD_RUSTFLAGS", "-Ccodegen-units=3"),
            ("CARGO_PROFILE_RELEASE_X_CODEGEN_UNITS", "3"),
        ] {
            assert!(are_given("build", &[variable], &none), "{variable:?}");
        }
        for flags in ["build.rustflags = ['-C', 'codegen-units=3']", "build.rustflags = '-Ccodegen-units=3'"] {
            let table: toml::Table = toml::from_str(flags).unwrap();
            let in_files = Build { rustflags: table["build"].get("rustflags").cloned(), ..Build::default() };
            let builds = Builds { in_files, ..Builds::default() };
            assert!(are_given("build", &[], &builds), "{flags}");
        }
    }

    #[test]
    fn other_flags_say_nothing() {
        let variables = [("RUSTFLAGS", "-g"), ("CARGO_PROFILE_DEV_CODEGEN_UNITS", "3")];
        assert!(!are_given("build --release --config profile.release.lto=false", &variables, &Builds::default()));
    }
}
