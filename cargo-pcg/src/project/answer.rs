//! What cargo answers about a project, and where the answer about its dependencies is kept.
//!
//! To find out about dependencies takes cargo longer than the rest of a build that has nothing to do. So the answer is
//! kept in the target folder, with a hash of all that it was made from:
//!
//! - pcg's question, and the program that answers it;
//! - what cargo says of the project without its dependencies, which it is asked every time: that has the members'
//!   manifests, and where the target folder is;
//! - the workspace's manifest and its `Cargo.lock`;
//! - the manifests of other packages that are not among those that cargo has fetched, and which may change;
//! - cargo's configuration files, those given by `--config` included, and its and rustc's variables.
//!
//! If anything of it is another one, or cannot be known, or a manifest is gone, cargo is asked again.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use cargo_metadata::{Metadata, MetadataCommand};
use pcg_interface::environment::Environment;
use serde::{Deserialize, Serialize};

use crate::cargo_config;
use crate::cargo_folders;
use crate::file::write_file;

/// The file, among pcg's records.
const FILE: &str = "metadata.json";

/// The version of the file, in the hash.
const SCHEMA_VERSION: u32 = 1;

/// What the variables of cargo, rustc and rustup begin with, and where programs are looked up.
const PREFIXES: [&str; 3] = ["CARGO", "RUST", "PATH"];

/// What is kept beside an answer: the first line of the file. The rest is the answer as cargo gave it.
#[derive(Serialize, Deserialize)]
struct Note {
    /// Of all that it was made from.
    hash: u64,
    /// The manifests of packages that cargo has not fetched.
    manifests: BTreeSet<PathBuf>,
}

/// Asks cargo; the answer also as it gave it. `None` where it has no answer.
pub(super) fn ask(command: &MetadataCommand) -> Option<(Metadata, String)> {
    let output = command.cargo_command().output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some((MetadataCommand::parse(&text).ok()?, text))
}

/// Asks cargo about a project with its dependencies, unless its answer is known; `members` is what it says without.
/// The answer is kept in the folder that `records` makes of it.
pub(super) fn ask_or_recall(
    command: &MetadataCommand,
    members: &str,
    environment: &Environment,
    records: &Path,
) -> Option<Metadata> {
    let path = records.join(FILE);
    let basis = Basis { question: command.cargo_command(), members, environment };
    if let Some(metadata) = basis.recall(&path) {
        return Some(metadata);
    }
    let (metadata, text) = ask(command)?;
    if let Some(note) = basis.note(&metadata) {
        // Without it the next build asks again.
        drop(write_file(&path, format!("{note}\n{text}").as_bytes()));
    }
    Some(metadata)
}

/// What an answer is made from.
struct Basis<'a> {
    question: Command,
    members: &'a str,
    environment: &'a Environment,
}

impl Basis<'_> {
    fn recall(&self, path: &Path) -> Option<Metadata> {
        let kept = fs::read_to_string(path).ok()?;
        let (note, text) = kept.split_once('\n')?;
        let note: Note = serde_json::from_str(note).ok()?;
        let metadata = MetadataCommand::parse(text).ok()?;
        let is_known = self.hash(&metadata, &note.manifests)? == note.hash;
        let are_there = || metadata.packages.iter().all(|package| package.manifest_path.exists());
        (is_known && are_there()).then_some(metadata)
    }

    fn note(&self, metadata: &Metadata) -> Option<String> {
        let fetched = cargo_folders::home(self.environment)?;
        let manifests = metadata.packages.iter().map(|package| PathBuf::from(&package.manifest_path));
        let manifests = manifests.filter(|manifest| !manifest.starts_with(&fetched)).collect();
        serde_json::to_string(&Note { hash: self.hash(metadata, &manifests)?, manifests }).ok()
    }

    /// `None` if something cannot be known.
    fn hash(&self, metadata: &Metadata, manifests: &BTreeSet<PathBuf>) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        SCHEMA_VERSION.hash(&mut hasher);
        let program = Path::new(self.question.get_program());
        (program, stamp(program)).hash(&mut hasher);
        self.question.get_args().for_each(|word| word.hash(&mut hasher));
        env::current_dir().ok()?.hash(&mut hasher);
        self.members.hash(&mut hasher);
        let is_meant =
            |name: &OsStr| PREFIXES.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes()));
        let variables = self.environment.all().filter(|(name, _)| is_meant(name));
        variables.for_each(|variable| variable.hash(&mut hasher));
        let configuration = cargo_folders::all(self.environment);
        let found = configuration.iter().filter_map(|folder| cargo_config::file(folder));
        for path in found.chain(self.given_files()) {
            let text = fs::read_to_string(&path).ok()?;
            // Other files may be behind it.
            if text.contains("include") {
                return None;
            }
            (path, text).hash(&mut hasher);
        }
        let root = metadata.workspace_root.as_std_path();
        for path in ["Cargo.toml", "Cargo.lock"].map(|name| root.join(name)).iter().chain(manifests) {
            (path, fs::read(path).ok()?).hash(&mut hasher);
        }
        Some(hasher.finish())
    }

    /// The configuration files that the question names.
    fn given_files(&self) -> impl Iterator<Item = PathBuf> {
        let settings = self.question.get_args().filter_map(|word| word.to_str()?.strip_prefix("--config="));
        settings.map(PathBuf::from).filter(|path| path.is_file())
    }
}

/// What tells a program from the one that was there before.
fn stamp(program: &Path) -> Option<(u64, SystemTime)> {
    let metadata = program.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}
