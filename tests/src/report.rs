//! Reading the report of `--pcg-report`.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::makespan::Unit;

/// One compile's report. The schema is documented in `interface/src/report.rs`.
#[derive(Debug, Clone)]
pub struct Report(pub Value);

impl Report {
    /// Reads a report, which has to exist.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("no report at {}", path.display()))?;
        Ok(Self(serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?))
    }

    /// Reads every report of a folder, in the order of their names.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>> {
        let entries: Result<Vec<_>, _> = folder.read_dir()?.map(|entry| entry.map(|entry| entry.path())).collect();
        let mut paths = entries?;
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// The crate, as rustc calls it; empty where the command line did not say.
    pub fn crate_name(&self) -> &str {
        self.0["crate_name"].as_str().unwrap_or("")
    }

    /// `split`, `passthrough` or `fallback`.
    pub fn action(&self) -> &str {
        self.0["action"].as_str().unwrap_or("")
    }

    /// The stable id of the reason for a pass-through or a fallback; empty for a split.
    pub fn reason(&self) -> &str {
        self.0["reason"]["id"].as_str().unwrap_or("")
    }

    /// Processor seconds of each unit, in unit order.
    pub fn units(&self) -> Vec<Unit> {
        let seconds = |unit: &Value, name: &str| unit[name].as_f64().unwrap_or(0.0);
        let steps = |unit: &Value| {
            let emit = seconds(unit, "emit_seconds");
            Unit { optimise: seconds(unit, "cpu_seconds") - emit, emit }
        };
        self.0["units"].as_array().into_iter().flatten().map(steps).collect()
    }

    /// The number of units that the crate was split into.
    pub fn codegen_units(&self) -> usize {
        self.0["codegen_units"].as_u64().and_then(|count| count.try_into().ok()).unwrap_or(0)
    }
}
