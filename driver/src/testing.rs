//! A toolchain whose rustc is a shell script, for tests of what pcg does around rustc.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;

use pcg_interface::environment::Environment;
use pcg_llvm_backend::{Workers, tokens};
use tempfile::TempDir;

use crate::archive::{self, METADATA, Member};
use crate::back_end::BackEnd;
use crate::codegen;
use crate::exit::Exit;
use crate::pipeline::Compile;
use crate::plan::{Plan, SplitPlan, plan_for};
use crate::recorder::Recorder;
use crate::signals::Watch;
use crate::toolchain::Identity;

/// In front of each script: `$out` is where outputs go, `$stock` says whether stock rustc is meant, `$notice` prints
/// the notice of an output.
const PRELUDE: &str = r#"#!/bin/sh
out=. stock=yes
while [ $# -gt 0 ]; do
    case $1 in
    --out-dir) out=$2; shift ;;
    -Clinker-plugin-lto) stock=no ;;
    esac
    shift
done
notice() { echo "{\"\$message_type\":\"artifact\",\"artifact\":\"$out/$1\",\"emit\":\"$2\"}" >&2; }
"#;

/// The name of the object in archives.
pub(crate) const OBJECT: &str = "x.x.0123456789abcdef-cgu.0.rcgu.o";

/// The folders of one test.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    /// A toolchain whose rustc goes on with `script`, in a folder where `$files` is [`World::path`]`("files")`.
    pub(crate) fn new(script: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["toolchain/bin", "toolchain/lib", "out", "files"] {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        fs::write(world.path("toolchain/lib/driver.so"), "").unwrap();
        fs::write(world.path("x.rs"), "").unwrap();
        let rustc = world.path("toolchain/bin/rustc");
        fs::write(&rustc, format!("{PRELUDE}files='{}'\n{script}\n", world.path("files").display())).unwrap();
        fs::set_permissions(rustc, Permissions::from_mode(0o755)).unwrap();
        world
    }

    /// A file or folder of the test.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Compiles `x.rs` to an rlib in `out`, and returns how that ended and the report.
    pub(crate) fn compile(&self, options: &[&str]) -> (Exit, serde_json::Value) {
        let plan = self.plan(options);
        let (ours, its) = UnixStream::pair().unwrap();
        thread::scope(|scope| {
            // In the place of pcg-codegen's process.
            scope.spawn(|| {
                let (its, workers) = (its, Workers::new(tokens::from_environment_or(1), 1));
                codegen::serve(&plan, &workers, &its, |_| {}).unwrap();
            });
            let back_end = |keeper| BackEnd::at(ours, None, keeper);
            let compile = Compile::new(&plan, Recorder::new(), Watch::default(), back_end).unwrap().unwrap();
            let exit = compile.run();
            compile.back_end.end();
            let report = serde_json::from_str(&compile.report.to_json(exit.code())).unwrap();
            let scratch = compile.scratch.path().to_owned();
            drop(compile);
            assert!(!scratch.exists());
            (exit, report)
        })
    }

    /// The plan of such a compile.
    pub(crate) fn plan(&self, options: &[&str]) -> SplitPlan {
        let (input, out) = (self.path("x.rs"), self.path("out"));
        let own = ["-O", "-Ccodegen-units=2", "--crate-type=rlib", "--crate-name=x", "--out-dir"];
        let mut words: Vec<_> = own.into_iter().chain(options.iter().copied()).map(Into::into).collect();
        words.insert(own.len(), out.into());
        words.push(input.into());
        let identity = Identity {
            sysroot: self.path("toolchain"),
            driver_library: "driver.so".to_owned(),
            host: pcg_llvm_backend::HOST.to_owned(),
        };
        match plan_for(&words, &Environment::default(), &identity) {
            Ok(Plan::Split(plan)) => *plan,
            other => panic!("not split: {other:?}"),
        }
    }

    /// Makes an rlib for the script to copy, with an object and metadata of that content.
    pub(crate) fn archive(&self, name: &str, object: &[u8], metadata: &[u8]) {
        let member = |name: &str, data: &[u8]| Member { name: name.to_owned(), data: data.to_vec() };
        let path = self.path("files").join(name);
        archive::write(&path, &[member(METADATA, metadata), member(OBJECT, object)]).unwrap();
    }

    /// The names in `out`.
    pub(crate) fn outputs(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("out")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The members of an archive in `out`.
    pub(crate) fn members(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let members = archive::read(&Path::join(&self.path("out"), name)).unwrap();
        members.into_iter().map(|member| (member.name, member.data)).collect()
    }
}
