//! The only place of pcg that writes to standard output or standard error.
//!
//! pcg itself is silent: what appears is rustc's, byte for byte, except for errors in the use of pcg's own options and
//! the texts that these options ask for. Errors in writing are ignored, as nobody is left to tell.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

/// Standard output and standard error of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Output;

impl Output {
    /// Writes `bytes` to standard output at once.
    pub fn stdout(self, bytes: &[u8]) {
        let mut stdout = io::stdout().lock();
        drop(stdout.write_all(bytes).and_then(|()| stdout.flush()));
    }

    /// Writes `bytes` to standard error at once.
    pub fn stderr(self, bytes: &[u8]) {
        drop(io::stderr().lock().write_all(bytes));
    }

    /// Writes a text with colours in it to standard output, without them where they are not wanted.
    pub fn styled_stdout(self, text: &str, colours: ColorChoice) {
        let mut stdout = AutoStream::new(io::stdout().lock(), colours);
        drop(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()));
    }

    /// Writes a text with colours in it to standard error, without them where they are not wanted.
    pub fn styled_stderr(self, text: &str, colours: ColorChoice) {
        drop(AutoStream::new(io::stderr().lock(), colours).write_all(text.as_bytes()));
    }

    /// An error of pcg itself, with the line that says how to mend it.
    pub fn error(self, message: impl std::fmt::Display, help: Option<&str>) {
        let mut text = format!("error: pcg: {message}\n");
        if let Some(help) = help {
            text.push_str(&format!("help: {help}\n"));
        }
        self.stderr(text.as_bytes());
    }

    /// Whether rustc would colour its messages, if it wrote to this process's standard error itself.
    pub fn stderr_is_coloured(self) -> bool {
        let plain = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        io::stderr().is_terminal() && !plain("NO_COLOR") && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The packages whose sources may print through this file only.
    const PACKAGES: [&str; 3] = ["interface", "driver", "cargo-pcg"];

    /// Every source file of a package but this one.
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if !path.ends_with("interface/src/output.rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn nothing_else_prints() {
        for package in PACKAGES {
            let mut found = Vec::new();
            sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src"), &mut found);
            assert!(found.len() > 4, "{package}");
            for path in found {
                let text = fs::read_to_string(&path).unwrap();
                for word in ["print!(", "println!(", "dbg!(", "io::stdout()", "io::stderr()"] {
                    assert!(!text.contains(word), "{} contains `{word}`", path.display());
                }
            }
        }
    }
}
