//! The codegen options that a profile of `cargo pcg` has for one crate.
//!
//! They come first on rustc's command line, before anything is decided about it: stock rustc gets them as well where it
//! compiles instead, and whatever cargo and the user's RUSTFLAGS say behind them wins. Build scripts and procedural
//! macros run on the machine that builds, so they have options of their own. Their dependencies cannot be told from
//! other crates.

use std::ffi::OsString;

use pcg_interface::environment::Environment;
use pcg_interface::rustc_options::RustcOptions;

use crate::args::Arguments;
use crate::crate_type::CrateType;
use crate::request::Request;

/// What cargo's names for build scripts' crates begin with.
const BUILD_SCRIPT: &str = "build_script_";

/// The options for the crate that a command line is about, as words for rustc.
pub fn codegen_options(
    options: &RustcOptions,
    arguments: Option<&Arguments>,
    environment: &Environment,
) -> Vec<OsString> {
    if options.is_empty() {
        return Vec::new();
    }
    let package = environment.get("CARGO_PKG_NAME").and_then(|name| name.to_str());
    let is_built_for_itself = environment.get("CARGO_PRIMARY_PACKAGE").is_some();
    let runs_at_build = arguments.is_some_and(|arguments| runs_at_build(&Request::read(arguments)));
    options
        .for_crate(package, is_built_for_itself, runs_at_build)
        .iter()
        .map(|option| format!("-C{option}").into())
        .collect()
}

/// Cargo asks about its target with all crate types at once, so the type has to be the only one.
fn runs_at_build(request: &Request) -> bool {
    match request.crate_types[..] {
        [CrateType::ProcMacro] => true,
        [CrateType::Bin] => request.crate_name.as_deref().is_some_and(|name| name.starts_with(BUILD_SCRIPT)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command line gets.
    fn added(line: &[&str], package: &str) -> Vec<OsString> {
        let options = RustcOptions {
            all: vec!["target-cpu=native".to_owned()],
            packages: [("image".to_owned(), vec!["target-cpu=haswell".to_owned(), "jump-tables=no".to_owned()])].into(),
            build: vec!["no-vectorize-slp".to_owned()],
            ..RustcOptions::default()
        };
        let words: Vec<OsString> = line.iter().map(OsString::from).collect();
        let arguments = Arguments::parse(&words).unwrap();
        codegen_options(&options, Some(&arguments), &Environment::from_iter([("CARGO_PKG_NAME", package)]))
    }

    #[test]
    fn a_crate_gets_those_of_its_package() {
        assert_eq!(added(&["--crate-type=lib", "--crate-name=regex"], "regex"), ["-Ctarget-cpu=native"]);
        let of_image = ["-Ctarget-cpu=haswell", "-Cjump-tables=no"];
        assert_eq!(added(&["--crate-type=lib", "--crate-name=image"], "image"), of_image);
    }

    #[test]
    fn cargo_sees_the_features_of_the_target() {
        let line = ["-", "--crate-name=___", "--crate-type=bin", "--crate-type=proc-macro", "--print=cfg"];
        assert_eq!(added(&line, ""), ["-Ctarget-cpu=native"]);
    }

    #[test]
    fn what_runs_at_build_gets_its_own() {
        for line in
            [["--crate-type=bin", "--crate-name=build_script_build"], ["--crate-type=proc-macro", "--crate-name=m"]]
        {
            assert_eq!(added(&line, "image"), ["-Cno-vectorize-slp"], "{line:?}");
        }
        let is_library = ["--crate-type=lib", "--crate-name=build_script_utilities"];
        assert_eq!(added(&is_library, ""), ["-Ctarget-cpu=native"]);
    }

    #[test]
    fn without_a_profile_there_are_none() {
        assert!(codegen_options(&RustcOptions::default(), None, &Environment::default()).is_empty());
    }
}
