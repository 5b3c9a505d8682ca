//! What cargo says of the project that a command works on.

mod answer;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package, PackageId};
use pcg_interface::environment::Environment;

use crate::cargo;
use crate::cargo_command;
use crate::file::write_file;
use crate::planning::graph::PackageGraph;
use crate::words::Words;

/// The target that dependencies are asked for: the only one that pcg generates code for.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Options that say which of the project's packages are built: all, or those that follow.
const ALL_PACKAGES: [&str; 2] = ["--workspace", "--all"];
const PACKAGE: [&str; 2] = ["--package", "-p"];

/// Options that say with which features: those with a value, and those without.
const FEATURES: [&str; 2] = ["--features", "-F"];
const FEATURE_FLAGS: [&str; 2] = ["--all-features", "--no-default-features"];

/// Options that change which project is meant, or what cargo may do to find out.
const FLAGS: [&str; 3] = ["--offline", "--locked", "--frozen"];

/// The file by which folders are known whose content can be made again, and what it begins with.
pub(crate) const CACHE_TAG: &str = "CACHEDIR.TAG";
const CACHE_MARK: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55\n\
    # This file is a cache directory tag created by cargo.\n\
    # For information about cache directory tags see https://bford.info/cachedir/\n";

/// Which project is meant.
#[derive(Debug, Default)]
pub(crate) struct Choice<'a> {
    /// The one that is named; else that of the current folder.
    manifest: Option<PathBuf>,
    /// The folder for artefacts that is named; else the one that cargo's variables and configuration say.
    target_dir: Option<PathBuf>,
    /// What cargo may not do.
    flags: Vec<&'a str>,
    /// Configuration that is given for the command: options of cargo's. A file's path is from the current folder.
    config: Vec<String>,
    /// Which of its packages.
    packages: Packages<'a>,
    /// With which features: options of cargo's.
    features: Vec<String>,
    /// Tests are built, too.
    pub(crate) with_tests: bool,
}

/// Which of a project's packages are meant.
#[derive(Debug, Default, PartialEq, Eq)]
enum Packages<'a> {
    /// Those that cargo builds by itself.
    #[default]
    Default,
    /// All members.
    All,
    /// Those of these names.
    Named(Vec<&'a str>),
}

/// How much is asked of cargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The workspace's members.
    Members,
    /// Their dependencies, too.
    Dependencies,
}

impl<'a> Choice<'a> {
    /// The project of a manifest, or that of the current folder.
    pub(crate) fn of_manifest(manifest: Option<PathBuf>) -> Self {
        Self { manifest, ..Self::default() }
    }

    /// The same with another folder for artefacts.
    pub(crate) fn with_target_dir(self, target_dir: Option<PathBuf>) -> Self {
        Self { target_dir, ..self }
    }

    /// As a command of cargo's says it.
    pub(crate) fn of(words: &'a Words) -> Self {
        let manifest = words.value_of("--manifest-path").map(PathBuf::from);
        let folder = words.value_of("--path").map(|folder| Path::new(folder).join("Cargo.toml"));
        let flags = words.before_separator().filter(|word| FLAGS.contains(word)).collect();
        let config = words.config().map(|setting| format!("--config={setting}")).collect();
        let target_dir = words.value_of("--target-dir").map(PathBuf::from);
        let named: Vec<&str> = words.values_of(&PACKAGE).collect();
        let packages = match words.options().any(|word| ALL_PACKAGES.contains(&word)) {
            true => Packages::All,
            false if named.is_empty() => Packages::Default,
            false => Packages::Named(named),
        };
        let features = words.values_of(&FEATURES).map(|names| format!("--features={names}"));
        let without_value = words.options().filter(|word| FEATURE_FLAGS.contains(word)).map(str::to_owned);
        let features = features.chain(without_value).collect();
        let with_tests = cargo_command::builds_tests(words);
        Self { manifest: manifest.or(folder), target_dir, flags, config, packages, features, with_tests }
    }
}

impl Choice<'_> {
    /// The question for it.
    fn question(&self, environment: &Environment) -> MetadataCommand {
        let mut question = MetadataCommand::new();
        question.cargo_path(cargo::program(environment)).other_options(self.options());
        self.manifest.iter().for_each(|manifest| _ = question.manifest_path(manifest));
        question
    }

    fn options(&self) -> Vec<String> {
        self.flags.iter().map(|flag| (*flag).to_owned()).chain(self.config.iter().cloned()).collect()
    }
}

/// A workspace, or a package alone.
#[derive(Debug)]
pub(crate) struct Project {
    metadata: Metadata,
    target_directory: PathBuf,
}

impl Project {
    /// Asks cargo. `None` where it has no answer: then it will say why when it is to build.
    pub(crate) fn find(choice: &Choice<'_>, extent: Extent, environment: &Environment) -> Option<Self> {
        let (metadata, text) = answer::ask(choice.question(environment).no_deps())?;
        let target_directory = match &choice.target_dir {
            Some(folder) => std::path::absolute(folder).ok()?,
            None => metadata.target_directory.clone().into(),
        };
        let members = Self { metadata, target_directory };
        if extent == Extent::Members {
            return Some(members);
        }
        let mut question = choice.question(environment);
        let target = ["--filter-platform", TARGET].map(str::to_owned);
        question.other_options([choice.options(), choice.features.clone(), target.to_vec()].concat());
        // Cargo asks rustc about the target; nothing is compiled that a wrapper could have to do with.
        question.env("RUSTC_WRAPPER", "");
        members.mark_target_directory();
        let metadata = answer::ask_or_recall(&question, &text, environment, &members.records())?;
        Some(Self { metadata, ..members })
    }

    /// The folder for artefacts.
    pub(crate) fn target_directory(&self) -> &Path {
        &self.target_directory
    }

    /// Makes the folder for artefacts if it is missing, with the mark that cargo puts into one that it makes itself: tools
    /// for backups and the like leave it out then.
    fn mark_target_directory(&self) {
        if !self.target_directory.exists() {
            // Where nothing can be written, whoever needs it says so.
            drop(write_file(&self.target_directory.join(CACHE_TAG), CACHE_MARK));
        }
    }

    /// The manifest that speaks for the whole.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.metadata.workspace_root.join("Cargo.toml").into()
    }

    /// The packages that are built, if the project was found with its dependencies.
    pub(crate) fn graph(&self, choice: &Choice<'_>) -> PackageGraph {
        let members = self.metadata.workspace_packages();
        let ids = |wanted: &dyn Fn(&&&Package) -> bool| -> Vec<PackageId> {
            members.iter().filter(wanted).map(|package| package.id.clone()).collect()
        };
        let roots = match &choice.packages {
            Packages::All => ids(&|_| true),
            Packages::Named(names) => ids(&|package| names.iter().any(|name| is_named(package, name))),
            Packages::Default => match self.metadata.root_package() {
                Some(root) => vec![root.id.clone()],
                None if self.metadata.workspace_default_members.is_available() => {
                    self.metadata.workspace_default_members.to_vec()
                }
                // A cargo before 1.71 does not say.
                None => ids(&|_| true),
            },
        };
        PackageGraph::new(&self.metadata, &roots, choice.with_tests)
    }

    /// The file with the versions of all packages.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.metadata.workspace_root.join("Cargo.lock").into()
    }

    /// The crates that each of the workspace's packages has, by its name.
    pub(crate) fn crates_of_members(&self) -> BTreeMap<String, BTreeSet<String>> {
        let crates = |package: &Package| package.targets.iter().map(|target| target.name.replace('-', "_")).collect();
        let members = self.metadata.workspace_packages().into_iter();
        members.map(|package| (package.name.to_string(), crates(package))).collect()
    }

    /// The names of the workspace's packages, in order.
    pub(crate) fn members(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
        names.sort();
        names
    }

    /// Where pcg keeps what it knows of builds.
    pub(crate) fn records(&self) -> PathBuf {
        self.target_directory.join("pcg")
    }

    /// The manifests of the members that have something to say to pcg, in the order of their paths.
    pub(crate) fn manifests_of_members(&self) -> Vec<PathBuf> {
        let members = self.metadata.workspace_packages().into_iter();
        let concerned = members.filter(|package| package.metadata.get("pcg").is_some());
        let mut manifests: Vec<_> = concerned.map(|package| package.manifest_path.clone().into()).collect();
        manifests.sort();
        manifests
    }
}

/// Whether a package is the one that `-p` names; `name` may have a version.
fn is_named(package: &Package, name: &str) -> bool {
    let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
    *package.name == name && version.is_none_or(|version| package.version.to_string() == version)
}
