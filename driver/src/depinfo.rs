//! Dep-info files: the real paths of the targets, and the variables that pcg's output depends on.
//!
//! rustc writes make rules `TARGET: SOURCES`, one for each output, then a rule without prerequisites for each source,
//! then comments `# env-dep:NAME=VALUE` that only cargo reads: it rebuilds when a variable no longer has that value.
//! Spaces in paths are escaped by a backslash.

use std::io::Read;
use std::path::Path;

use pcg_interface::options;

/// Replaces the targets' paths by their real spellings and adds pcg's own variables.
pub fn rewrite(content: &[u8], spellings: &[(String, String)]) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    let mut rewritten = String::with_capacity(text.len());
    for line in text.lines() {
        rewritten.push_str(&rewrite_line(line, spellings));
        rewritten.push('\n');
    }
    if !text.contains("\n# env-dep:") {
        rewritten.push('\n');
    }
    for name in options::output_variables() {
        rewritten.push_str(&env_dep(name, std::env::var(name).ok().as_deref()));
    }
    rewritten.into_bytes()
}

/// Whether `path` is neither linked nor an archive: an executable may be named `x.d` as well.
pub fn is_not_linked(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or(0);
    !start[..read].starts_with(b"\x7fELF") && !start[..read].starts_with(b"!<ar")
}

fn rewrite_line(line: &str, spellings: &[(String, String)]) -> String {
    for (said, real) in spellings {
        if let Some(rest) = line.strip_prefix(&escape(said)) {
            return escape(real) + rest;
        }
    }
    line.to_owned()
}

/// rustc's `escape_dep_filename`.
fn escape(path: &str) -> String {
    path.replace(' ', "\\ ")
}

/// rustc's `escape_dep_env` and the line around it.
fn env_dep(name: &str, value: Option<&str>) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    match value {
        Some(value) => format!("# env-dep:{name}={}\n", escape(value)),
        None => format!("# env-dep:{name}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_get_their_real_paths() {
        let spellings = [
            ("/tmp/s p/explicit/x.d".to_owned(), "deps/x.d".to_owned()),
            ("/tmp/s p/out/".to_owned(), "my out/".to_owned()),
        ];
        let content = "/tmp/s\\ p/explicit/x.d: lib.rs\n\n/tmp/s\\ p/out/libx.rlib: lib.rs\n\nlib.rs:\n";
        let rewritten = String::from_utf8(rewrite(content.as_bytes(), &spellings)).unwrap();
        let (rules, variables) = rewritten.split_at(rewritten.find("# env-dep").unwrap());
        assert_eq!(rules, "deps/x.d: lib.rs\n\nmy\\ out/libx.rlib: lib.rs\n\nlib.rs:\n\n");
        assert!(variables.starts_with("# env-dep:CARGO_PCG_STRATEGY"));
    }

    #[test]
    fn variables_of_rustc_stay_and_come_first() {
        let rewritten = rewrite(b"x: lib.rs\n\nlib.rs:\n\n# env-dep:HOME=/root\n", &[]);
        let rewritten = String::from_utf8(rewritten).unwrap();
        assert!(rewritten.contains("\n\n# env-dep:HOME=/root\n# env-dep:CARGO_PCG_STRATEGY"));
    }

    #[test]
    fn values_are_escaped_as_rustc_does() {
        assert_eq!(env_dep("A", Some("x\ny\\")), "# env-dep:A=x\\ny\\\\\n");
        assert_eq!(env_dep("A", None), "# env-dep:A\n");
    }
}
