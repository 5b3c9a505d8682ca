//! What cargo says of the project that a command works on.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};
use pcg_interface::environment::Environment;

use crate::cargo;
use crate::words::Words;

/// Options that change which project is meant, or what cargo may do to find out.
const FLAGS: [&str; 3] = ["--offline", "--locked", "--frozen"];

/// Which project is meant.
#[derive(Debug, Default)]
pub(crate) struct Choice<'a> {
    /// The one that is named; else that of the current folder.
    pub(crate) manifest: Option<PathBuf>,
    /// The folder for artefacts that is named; else the one that cargo's variables and configuration say.
    pub(crate) target_dir: Option<PathBuf>,
    /// What cargo may not do.
    pub(crate) flags: Vec<&'a str>,
}

impl<'a> Choice<'a> {
    /// As a command of cargo's says it.
    pub(crate) fn of(words: &'a Words) -> Self {
        let manifest = words.value_of("--manifest-path").map(PathBuf::from);
        let folder = words.value_of("--path").map(|folder| Path::new(folder).join("Cargo.toml"));
        let flags = words.before_separator().filter(|word| FLAGS.contains(word)).collect();
        let target_dir = words.value_of("--target-dir").map(PathBuf::from);
        Self { manifest: manifest.or(folder), target_dir, flags }
    }
}

/// A workspace, or a package alone.
#[derive(Debug)]
pub(crate) struct Project {
    metadata: Metadata,
    target_directory: PathBuf,
}

impl Project {
    /// Asks cargo, without the dependencies. `None` where it has no answer: then it will say why when it is to build.
    pub(crate) fn find(choice: &Choice<'_>, environment: &Environment) -> Option<Self> {
        let mut command = MetadataCommand::new();
        command.cargo_path(cargo::program(environment)).no_deps();
        command.other_options(choice.flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>());
        if let Some(manifest) = &choice.manifest {
            command.manifest_path(manifest);
        }
        let metadata = command.exec().ok()?;
        let target_directory = match &choice.target_dir {
            Some(folder) => std::path::absolute(folder).ok()?,
            None => metadata.target_directory.clone().into(),
        };
        Some(Self { metadata, target_directory })
    }

    /// The folder for artefacts.
    pub(crate) fn target_directory(&self) -> &Path {
        &self.target_directory
    }

    /// The manifest that speaks for the whole.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.metadata.workspace_root.join("Cargo.toml").into()
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
