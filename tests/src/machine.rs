//! What figures are figures of.

use std::process::Command;

use anyhow::Result;

use crate::toolchain;

/// The machine's cores and processor, and the version of rustc.
pub fn description() -> Result<String> {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let cores = std::thread::available_parallelism()?;
    let version = Command::new(toolchain::rustc()?).arg("--version").output()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    Ok(format!("{cores} cores of {}; {version}", model.trim_start_matches([' ', '\t', ':'])))
}
