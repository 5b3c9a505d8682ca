//! The plan of one build of a project.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use pcg_interface::option;

use super::costs::costs;
use super::graph::PackageGraph;
use super::{Decision, decide, plan};
use crate::cli::CODEGEN_UNITS;
use crate::error::CargoPcgError;
use crate::file::write_file;
use crate::profile::Selection;
use crate::project::{Choice, Project};
use crate::reports;
use crate::settings::Settings;
use crate::terminal::Terminal;

/// A build.
pub(crate) struct Build<'a> {
    pub(crate) project: &'a Project,
    pub(crate) choice: &'a Choice<'a>,
    pub(crate) settings: &'a Settings,
    /// What cargo calls the profile.
    pub(crate) profile: &'a str,
    /// The profile itself, if it is one of pcg's.
    pub(crate) selection: Option<&'a Selection>,
    pub(crate) terminal: Terminal,
}

impl Build<'_> {
    /// Its packages, and what is decided for each.
    pub(crate) fn decide(&self) -> Result<(PackageGraph, Vec<Decision>), CargoPcgError> {
        let graph = self.project.graph(self.choice);
        let folder = reports::folder(self.settings, Some(self.project), self.profile);
        let reports = folder.map(|folder| reports::read_all(&folder, self.terminal)).transpose()?;
        let decisions = decide(&graph, &costs(&graph, &reports.unwrap_or_default()));
        Ok((graph, decisions))
    }

    /// The number of codegen units that somebody has set for a package. By cargo's rules a number for the package wins
    /// over one for all, and of two of a kind an option wins over the profile.
    pub(crate) fn units_of(&self, package: &str) -> Option<NonZeroUsize> {
        let of_option = self.settings.packages().get(package).and_then(|setting| option::number(&setting.value));
        let of_profile = || self.selection?.units_of(package);
        let of_all = || self.settings.get(&CODEGEN_UNITS).and_then(|setting| option::number(&setting.value));
        of_option.or_else(of_profile).or_else(of_all).or_else(|| self.selection?.units())
    }

    /// Writes its plan into cargo's target folder. Builds of different kinds have files of their own, as they may run at
    /// the same time.
    pub(crate) fn write(&self) -> Result<PathBuf, CargoPcgError> {
        let (graph, decisions) = self.decide()?;
        let plan = plan(&graph, &decisions, |name| self.units_of(name).is_some());
        let kind = if self.choice.with_tests { "tests" } else { "build" };
        let path = self.project.records().join(format!("plan-{kind}-{}.json", self.profile));
        match write_file(&path, plan.to_json().as_bytes()) {
            Ok(()) => Ok(path),
            Err(source) => Err(CargoPcgError::Write { path, source }),
        }
    }
}
