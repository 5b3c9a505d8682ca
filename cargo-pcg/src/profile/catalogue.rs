//! All profiles that there are.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pcg_interface::environment::Environment;
use serde_json::Value;

use super::definition::{Definition, Layer, Source};
use super::keys::{BUILT_IN, INHERITS, OPT_LEVEL};
use super::reader;
use super::resolved::Resolved;
use super::{DEFAULT_PARENT, Problem, ProfileError};
use crate::cargo_config;
use crate::cargo_folders;
use crate::error::{CargoPcgError, FileError};
use crate::nearest::nearest;
use crate::project::Project;
use crate::settings;

/// The profiles of pcg.
const BUNDLED: &str = include_str!("bundled.toml");

/// Profiles from everywhere.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// The strongest first; weaker ones of the same name follow.
    definitions: Vec<Definition>,
}

impl Catalogue {
    /// Reads all files, and the one that is named.
    pub(crate) fn read(
        project: Option<&Project>,
        environment: &Environment,
        file: Option<&Path>,
    ) -> Result<Self, CargoPcgError> {
        let mut catalogue = Self::default();
        if let Some(file) = file {
            let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            catalogue.add_file(Layer::File, path)?;
        }
        if let Some(project) = project {
            catalogue.add_if_there(Layer::Manifest, project.manifest())?;
        }
        let folders = cargo_folders::all(environment);
        for path in folders.iter().filter_map(|folder| cargo_config::file(folder)) {
            catalogue.add_file(Layer::CargoConfig, path)?;
        }
        let built_in = BUILT_IN.iter().map(|(name, description)| Definition::built_in(name, description));
        catalogue.definitions.extend(built_in);
        if let Some(project) = project {
            catalogue.add_if_there(Layer::Workspace, project.manifest())?;
        }
        let home = cargo_folders::home(environment);
        for folder in folders {
            let layer = if home.as_ref() == Some(&folder) { Layer::Home } else { Layer::Folder };
            catalogue.add_if_there(layer, folder.join(settings::FILE_NAME))?;
        }
        catalogue.add(Source { layer: Layer::Bundled, path: None }, BUNDLED).expect("a test reads it");
        Ok(catalogue)
    }

    fn add_if_there(&mut self, layer: Layer, path: PathBuf) -> Result<(), CargoPcgError> {
        match self.add_file(layer, path) {
            Err(CargoPcgError::File { source: FileError::Read(error), .. })
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(())
            }
            result => result,
        }
    }

    fn add_file(&mut self, layer: Layer, path: PathBuf) -> Result<(), CargoPcgError> {
        let broken = |source| CargoPcgError::File { path: path.clone(), source };
        let text = fs::read_to_string(&path).map_err(|error| broken(error.into()))?;
        let source = Source { layer, path: Some(path.clone()) };
        self.add(source, &text).map_err(|error| broken(error.into()))
    }

    fn add(&mut self, source: Source, text: &str) -> Result<(), toml::de::Error> {
        self.definitions.extend(reader::read(&source, text)?);
        Ok(())
    }

    /// Each one that there is, weaker ones of the same name as well.
    pub(crate) fn all(&self) -> &[Definition] {
        &self.definitions
    }

    /// Those that can be named, in the order of their names.
    pub(crate) fn by_name(&self) -> BTreeMap<&str, &Definition> {
        self.definitions.iter().rev().map(|definition| (definition.name.as_str(), definition)).collect()
    }

    /// The profile that a name stands for.
    pub(crate) fn find(&self, name: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.name == name)
    }

    /// The name of the profile that a file stands for: its only one, or the one that is called as the file is.
    pub(crate) fn name_in_file(&self, file: &Path) -> Result<&str, ProfileError> {
        let stem = file.file_stem().unwrap_or_default();
        let in_file: Vec<_> = self
            .definitions
            .iter()
            .filter(|found| found.source.layer == Layer::File)
            .map(|found| &found.name)
            .collect();
        match &in_file[..] {
            [name] => Ok(name),
            names => names
                .iter()
                .find(|name| stem == name.as_str())
                .map(|name| name.as_str())
                .ok_or_else(|| ProfileError::NoneInFile { path: file.to_owned(), name: stem.display().to_string() }),
        }
    }

    /// A profile with all that it inherits from.
    pub(crate) fn resolve(&self, name: &str) -> Result<Resolved<'_>, ProfileError> {
        let wanted = self.find(name).ok_or_else(|| self.unknown(name))?;
        Ok(self.resolve_from(wanted)?)
    }

    /// As [`Catalogue::resolve`].
    pub(crate) fn resolve_from<'a>(&'a self, wanted: &'a Definition) -> Result<Resolved<'a>, Problem> {
        let mut chain: Vec<&Definition> = Vec::new();
        let mut next = wanted;
        while !next.source.layer.is_cargos() {
            if let Some(problem) = next.problems.first() {
                return Err(problem.clone());
            }
            chain.push(next);
            let parent = next.inherits().and_then(|entry| entry.value.as_str()).unwrap_or(DEFAULT_PARENT);
            let line = next.inherits().map_or(next.line, |entry| entry.line);
            if let Some(again) = chain.iter().find(|definition| definition.name == parent) {
                let names: Vec<_> = chain.iter().map(|definition| format!("`{}`", definition.name)).collect();
                let message = format!("`{}` inherits itself: {} and again", again.name, names.join(", "));
                return Err(next.problem(line, message, "inherit `release` or another profile".to_owned()));
            }
            next = self.find(parent).ok_or_else(|| {
                let help = format!("the nearest name that there is: `{}`", self.nearest(parent));
                next.problem(line, format!("there is no profile `{parent}` to inherit"), help)
            })?;
        }
        Ok(Resolved { wanted, chain, root: &next.name })
    }

    /// Whether a profile optimises, by its own word or by that of the one that it inherits from. All places of a profile
    /// of cargo's count together, and its configuration files more than the manifest.
    pub(crate) fn is_optimised(&self, name: &str) -> bool {
        let (mut name, mut seen) = (name, Vec::new());
        loop {
            let all = || self.definitions.iter().filter(|definition| definition.name == name);
            let in_config = all().filter(|definition| definition.source.layer == Layer::CargoConfig);
            let places: Vec<_> = match all().next() {
                Some(first) if first.source.layer.is_cargos() => in_config.chain(all()).collect(),
                first => first.into_iter().collect(),
            };
            let value = |key: &str| {
                let entries = places.iter().flat_map(|definition| &definition.entries);
                entries.clone().find(|entry| entry.section.is_empty() && entry.key == key).map(|entry| &entry.value)
            };
            if let Some(level) = value(OPT_LEVEL) {
                return *level != 0 && *level != "0";
            }
            seen.push(name);
            name = match value(INHERITS).and_then(Value::as_str) {
                Some(parent) => parent,
                None if matches!(name, "dev" | "test" | "debug") => return false,
                None => return true,
            };
            if seen.contains(&name) {
                return true;
            }
        }
    }

    /// The error for a name that nobody knows.
    pub(crate) fn unknown(&self, name: &str) -> ProfileError {
        ProfileError::Unknown {
            name: name.to_owned(),
            known: self.by_name().into_keys().map(str::to_owned).collect(),
            nearest: self.nearest(name).to_owned(),
        }
    }

    fn nearest(&self, name: &str) -> &str {
        nearest(name, self.by_name().into_keys())
    }

    #[cfg(test)]
    pub(super) fn of(texts: &[(Layer, &str)]) -> Self {
        let mut catalogue = Self::default();
        for (layer, text) in texts {
            let path = (*layer != Layer::Bundled).then(|| PathBuf::from("file.toml"));
            catalogue.add(Source { layer: *layer, path }, text).unwrap();
        }
        let built_in = BUILT_IN.iter().map(|(name, description)| Definition::built_in(name, description));
        catalogue.definitions.extend(built_in);
        catalogue.add(Source { layer: Layer::Bundled, path: None }, BUNDLED).unwrap();
        catalogue
    }
}
