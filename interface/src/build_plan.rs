//! The plan of a build: how many codegen units each package gets, seen with the whole build in view. `cargo pcg` writes
//! it, `pcg-rustc` follows it (`--pcg-plan=FILE`).
//!
//! JSON, schema version 1: `packages` maps `NAME@VERSION` to a number of units, or to `"auto"`, where each crate's own
//! work decides. A package that is not in it is compiled as if there were no plan; for one that is in it, the number
//! takes the place of `-Ccodegen-units`.
//!
//! Machine code is as good in any number of units, so a changed plan is no reason to compile anything again: cargo does
//! not learn of it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The version of the schema in this module's header, and the only one that is read.
pub const SCHEMA_VERSION: u32 = 1;

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildPlan {
    schema_version: u32,
    packages: BTreeMap<String, Units>,
}

/// How many units each crate of a package gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Units {
    /// So many.
    Number(NonZeroUsize),
    /// As many as the crate's work is worth.
    Word(Automatic),
}

/// The word `auto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Automatic {
    /// See [`Units::AUTOMATIC`].
    #[serde(rename = "auto")]
    Auto,
}

impl Units {
    /// One unit.
    pub const WHOLE: Self = Self::Number(NonZeroUsize::MIN);

    /// As many as the crate's work is worth.
    pub const AUTOMATIC: Self = Self::Word(Automatic::Auto);
}

/// Why a plan could not be read.
#[derive(Debug, Error)]
pub enum BuildPlanError {
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// The file is not a plan.
    #[error(transparent)]
    Format(#[from] serde_json::Error),
    /// The file is a plan of another version.
    #[error("it has schema version {0}, this program reads version {SCHEMA_VERSION}")]
    Version(u32),
}

impl BuildPlan {
    /// A plan for these packages: name, version, units.
    pub fn new<'a>(packages: impl IntoIterator<Item = (&'a str, &'a str, Units)>) -> Self {
        let packages = packages.into_iter().map(|(name, version, units)| (key(name, version), units)).collect();
        Self { schema_version: SCHEMA_VERSION, packages }
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// The file cannot be read or is no plan of this version.
    pub fn read(path: &Path) -> Result<Self, BuildPlanError> {
        let plan: Self = serde_json::from_slice(&fs::read(path)?)?;
        if plan.schema_version == SCHEMA_VERSION { Ok(plan) } else { Err(BuildPlanError::Version(plan.schema_version)) }
    }

    /// The units of a package.
    pub fn units(&self, name: &str, version: &str) -> Option<Units> {
        self.packages.get(&key(name, version)).copied()
    }

    /// The plan as text, the same for the same plan.
    pub fn to_json(&self) -> String {
        // Keys are strings: nothing that could fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn key(name: &str, version: &str) -> String {
    format!("{name}@{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BuildPlan, BuildPlanError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plan.json"), text).unwrap();
        BuildPlan::read(&folder.path().join("plan.json"))
    }

    #[test]
    fn what_is_written_is_read() {
        let three = Units::Number(NonZeroUsize::new(3).unwrap());
        let plan =
            BuildPlan::new([("a", "1.0.0", Units::WHOLE), ("b", "2.0.0", Units::AUTOMATIC), ("b", "1.0.0", three)]);
        assert_eq!(read(&plan.to_json()).unwrap(), plan);
        assert_eq!(plan.units("b", "2.0.0"), Some(Units::AUTOMATIC));
        assert_eq!(plan.units("b", "1.0.0"), Some(three));
        assert_eq!(plan.units("c", "1.0.0"), None);
        assert!(plan.to_json().contains("\"a@1.0.0\": 1") && plan.to_json().contains("\"b@2.0.0\": \"auto\""));
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        assert!(matches!(read("{"), Err(BuildPlanError::Format(_))));
        for units in ["0", "\"many\"", "null"] {
            let text = format!(r#"{{"schema_version": 1, "packages": {{"a@1.0.0": {units}}}}}"#);
            assert!(matches!(read(&text), Err(BuildPlanError::Format(_))), "{units}");
        }
        assert!(matches!(read(r#"{"schema_version": 2, "packages": {}}"#), Err(BuildPlanError::Version(2))));
        assert!(matches!(BuildPlan::read(Path::new("/no/such/file")), Err(BuildPlanError::Read(_))));
    }
}
