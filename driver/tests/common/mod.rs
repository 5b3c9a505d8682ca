//! A folder with a toolchain that pcg takes for its own, and pcg-rustc in it.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The folders of one test: `out` for outputs, `tmp` for temporary files.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["out", "tmp", "toolchain/bin", "toolchain/lib"] {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// Writes an executable shell script.
    pub(crate) fn script(&self, name: &str, body: &str) -> PathBuf {
        self.executable(name, format!("#!/bin/sh\n{body}\n").as_bytes())
    }

    /// Writes an executable, by a process of its own: a file that this one has open for writing may be inherited by what
    /// another test starts at the time, and cannot be run until that ends.
    pub(crate) fn executable(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        let mut writer = Command::new("sh");
        writer.args(["-c", "cat >\"$0\" && chmod +x \"$0\""]).arg(&path).stdin(Stdio::piped());
        let mut writer = writer.spawn().unwrap();
        writer.stdin.take().unwrap().write_all(content).unwrap();
        assert!(writer.wait().unwrap().success());
        path
    }

    /// pcg-rustc with the toolchain that it was built with.
    pub(crate) fn pcg(&self) -> Command {
        self.pcg_at(Path::new(env!("CARGO_BIN_EXE_pcg-rustc")))
    }

    /// The same at another path.
    pub(crate) fn pcg_at(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for variable in ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS", "PCG_LOG"] {
            command.env_remove(variable);
        }
        without_options(&mut command);
        command.env("TMPDIR", self.path("tmp")).current_dir(self.folder.path());
        command
    }

    /// pcg-rustc around a rustc that is a shell script.
    pub(crate) fn pcg_around(&self, script: &str) -> Command {
        let library = Path::new("toolchain/lib").join(pcg_llvm_backend::DRIVER_LIBRARY);
        fs::write(self.path(library.to_str().unwrap()), "").unwrap();
        let rustc = self.script("toolchain/bin/rustc", script);
        let mut command = self.pcg();
        command.arg(rustc);
        command
    }

    /// The names in a folder, in order.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Takes pcg's own variables out of a command's environment.
pub(crate) fn without_options(command: &mut Command) {
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("CARGO_PCG_") || name.starts_with("PCG_") {
            command.env_remove(&variable);
        }
    }
}

/// Waits until `condition` holds.
pub(crate) fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} does not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}
