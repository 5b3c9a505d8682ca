//! What rustc says of itself and of its target. Cargo keeps the answers in the target folder, as asking takes longer
//! than the rest of a build that has nothing to do.
//!
//! It tells answers apart by the programs, their arguments, and the variables of its table `env`. pcg-rustc's answers
//! depend on variables that are not there, so what they say is put into that table as one variable more.
//!
//! Cargo keeps failures like any other answer: where pcg-rustc could not start for want of a library, it would be said
//! not to start when the library is there again. So answers with a failure among them are thrown away.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::Command;

use pcg_interface::environment::Environment;
use pcg_interface::options::{self, CONFIGURATION};
use serde_json::Value;

/// Tells cargo to keep nothing.
pub(crate) const KEEP_NOTHING: (&str, &str) = ("CARGO_CACHE_RUSTC_INFO", "0");

/// The file in the target folder.
const FILE: &str = ".rustc_info.json";

/// Values of cargo's `--config` that tell the answers of differently configured pcg-rustcs apart: by the variables that
/// cargo is to be started with.
pub(crate) fn configuration(cargo: &Command, environment: &Environment) -> [OsString; 2] {
    let set = |name: &str| cargo.get_envs().find(|(set, _)| **set == *name).and_then(|(_, value)| value);
    let value = |name: &str| set(name).or_else(|| environment.get(name)).map(OsStr::to_string_lossy);
    let variables = options::output_variables().filter_map(|name| Some(format!("{name}={}", value(name)?)));
    let variables = variables.collect::<Vec<_>>().join(" ");
    // A cargo pcg around this one has set the variable itself. What Rust escapes is escaped in TOML, too.
    [format!("env.{CONFIGURATION}.value={variables:?}"), format!("env.{CONFIGURATION}.force=true")].map(OsString::from)
}

/// Makes cargo ask again if there is a failure among the answers.
pub(crate) fn forget_failures(target_directory: &Path) {
    let path = target_directory.join(FILE);
    let answers = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let mut outputs = answers.iter().filter_map(|answers| answers.get("outputs")?.as_object()).flatten();
    if outputs.any(|(_, output)| output.get("success") == Some(&Value::Bool(false))) {
        // Where it cannot be removed, cargo says what failed.
        drop(fs::remove_file(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_on_which_the_answers_depend_make_a_difference() {
        let configuration = |name, value| {
            let environment = Environment::from_iter([("CARGO_PCG_STRATEGY", "size")]);
            let [value, _] = super::configuration(Command::new("cargo").env(name, value), &environment);
            value.into_string().unwrap()
        };
        let value = r#"env.PCG_CONFIGURATION.value="CARGO_PCG_STRATEGY=size""#;
        assert_eq!(configuration("CARGO_PCG_THREADS", "2"), value);
        assert_eq!(configuration("CARGO_PCG_STRATEGY", "\"x\\"), value.replace("size", r#"\"x\\"#));
        assert_ne!(configuration("CARGO_PCG_RUSTC_OPTIONS", "{}"), value);
    }

    #[test]
    fn a_failure_is_forgotten_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let is_kept = |success: &str| {
            let text = format!(r#"{{"outputs": {{"1": {{"success": true}}, "2": {{"success": {success}}}}}}}"#);
            fs::write(&path, text).unwrap();
            forget_failures(folder.path());
            path.exists()
        };
        assert!(is_kept("true") && !is_kept("false"));
        forget_failures(folder.path());
    }
}
