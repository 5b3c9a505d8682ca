//! `pcg-lab` from outside: answers and exit codes. A module for each command.

mod compare;
mod draw;
mod forecast;
mod partition;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Two visible functions that call a tiny local one.
const GRAPH: &str = concat!(
    r#"{"schema_version":3,"name":"demo","items":["#,
    r#"{"name":"main","kind":"function","linkage":"external","instructions":100,"cost":150,"uses":[[2,1,0]]},"#,
    r#"{"name":"other","kind":"function","linkage":"external","instructions":100,"cost":150,"uses":[[2,1,0]]},"#,
    r#"{"name":"tiny","kind":"function","linkage":"internal","instructions":3,"cost":4,"unnamed_addr":true}]}"#,
);

/// LLVM inlined `tiny` into both, and once a function that the graph does not have.
const TRUTH: &str = concat!(
    r#"{"schema_version":1,"name":"demo","symbols":["main","other","outside","tiny"],"#,
    r#""inlined":[[0,2,1],[0,3,1],[1,3,1]]}"#,
);

/// A file in the tests' own folder.
fn file(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("cargo made the folder");
    path
}

/// Runs a command; paths are given as text.
fn lab(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pcg-lab"));
    command.args(arguments).output().expect("cargo built the program")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("cargo's folder has a name in UTF-8")
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).expect("answers are UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).expect("the answer is JSON")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A command fails with this exit code, says why, and answers nothing.
fn assert_refused(output: &Output, code: i32, message: &str) {
    assert_eq!(output.status.code(), Some(code), "{}", stderr(output));
    assert!(stderr(output).contains(message), "{}", stderr(output));
    assert!(output.stdout.is_empty());
}
