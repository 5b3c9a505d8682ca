//! Which reports are of a project as it is now: reports stay when a crate is no longer built.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;

use crate::project::Project;
use crate::reports::{Found, is_build_script};

/// What a project consists of.
#[derive(Debug)]
pub(crate) struct Present {
    /// Names and versions of all packages; nothing is said against any where that is not known.
    packages: Option<BTreeSet<Package>>,
    /// The crates of the workspace's own packages.
    members: BTreeMap<String, BTreeSet<String>>,
}

/// A package, as `Cargo.lock` names it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Package {
    name: String,
    version: String,
}

/// `Cargo.lock`, as far as it is of interest.
#[derive(Deserialize)]
struct Lock {
    package: BTreeSet<Package>,
}

impl Present {
    pub(crate) fn of(project: &Project) -> Self {
        let lock = fs::read_to_string(project.lock_file()).ok();
        let lock = lock.and_then(|text| toml::from_str::<Lock>(&text).ok());
        Self { packages: lock.map(|lock| lock.package), members: project.crates_of_members() }
    }

    /// Whether a report may be of it.
    pub(crate) fn has(&self, found: &Found) -> bool {
        let (Some(name), Some(version)) = (&found.report.package_name, &found.report.package_version) else {
            return true;
        };
        let package = Package { name: name.clone(), version: version.clone() };
        let is_locked = self.packages.as_ref().is_none_or(|packages| packages.contains(&package));
        let crates = self.members.get(name);
        let crate_name = &found.crate_name;
        is_locked && (is_build_script(crate_name) || crates.is_none_or(|crates| crates.contains(crate_name)))
    }
}
