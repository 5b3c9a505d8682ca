//! The plan of one build of a project.

use std::path::PathBuf;

use super::costs::costs;
use super::graph::PackageGraph;
use super::{Decision, decide, plan};
use crate::error::CargoPcgError;
use crate::file::write_file;
use crate::project::{Choice, Project};
use crate::reports;
use crate::settings::Settings;
use crate::terminal::Terminal;

/// A build.
pub(crate) struct Build<'a> {
    pub(crate) project: &'a Project,
    pub(crate) choice: &'a Choice<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) terminal: Terminal,
}

impl Build<'_> {
    /// Its packages, and what is decided for each.
    pub(crate) fn decide(&self) -> Result<(PackageGraph, Vec<Decision>), CargoPcgError> {
        let graph = self.project.graph(self.choice);
        let folder = reports::folder(self.settings, Some(self.project));
        let reports = folder.map(|folder| reports::read_all(&folder, self.terminal)).transpose()?;
        let decisions = decide(&graph, &costs(&graph, &reports.unwrap_or_default()));
        Ok((graph, decisions))
    }

    /// Writes its plan into cargo's target folder. Builds of different kinds have files of their own, as they may run at
    /// the same time.
    pub(crate) fn write(&self, profile: &str) -> Result<PathBuf, CargoPcgError> {
        let (graph, decisions) = self.decide()?;
        let packages = self.settings.packages();
        let plan = plan(&graph, &decisions, |name| packages.contains_key(name));
        let kind = if self.choice.with_tests { "tests" } else { "build" };
        let path = self.project.records().join(format!("plan-{kind}-{profile}.json"));
        match write_file(&path, plan.to_json().as_bytes()) {
            Ok(()) => Ok(path),
            Err(source) => Err(CargoPcgError::Write { path, source }),
        }
    }
}
