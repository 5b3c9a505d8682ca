//! What pcg needs in order to split crates here: what was found of it, and how to mend what is missing.
//!
//! | check | fails if | warns if |
//! |---|---|---|
//! | `pcg-rustc` | there is none, or it does not start | it and cargo-pcg are of different builds |
//! | `pcg-codegen` | there is none beside pcg-rustc, or it does not start | it and cargo-pcg are of different builds |
//! | `libLLVM` | pcg-codegen's library is in none of the folders that it names | pcg-codegen does not say what it needs |
//! | `toolchain` | the rustc that cargo runs here is not the one that pcg-rustc was built for, or does not run | |
//! | `jobserver` | | the environment names one that cannot be used |
//! | `wrapper` | it is missing | |
//! | `workspace wrapper` | it is missing | pcg does not see the workspace's members |
//! | `temporary files` | nothing can be written there, or rustc cannot be told the path | there is little space |
//! | `target folder` | | there is little space |
//!
//! A check fails only if pcg cannot split crates or cargo cannot build. Everything is found out from outside: nothing
//! here loads libLLVM.

mod jobserver;
mod pcg_rustc;
mod space;
mod toolchain;
mod wrappers;

use std::process::Output;

use pcg_interface::environment::Environment;
use serde::Serialize;

use crate::cargo;
use crate::cargo_config;
use crate::error::CargoPcgError;
use crate::identity::Identity;
use crate::project::Project;
use crate::words::Words;
use toolchain::Toolchain;

/// What is to be said of one requirement.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) status: Status,
    /// What was found.
    pub(crate) found: String,
    /// How to mend it; null if nothing has to be mended.
    pub(crate) help: Option<String>,
}

/// How good it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Ok,
    Warning,
    Failed,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, found: found.into(), help: None }
    }

    fn warning(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, status: Status::Warning, found: found.into(), help: Some(help.into()) }
    }

    fn failed(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, status: Status::Failed, found: found.into(), help: Some(help.into()) }
    }
}

/// Makes all checks.
pub(crate) fn examine(
    environment: &Environment,
    identity: &Identity,
    project: Option<&Project>,
) -> Result<Vec<Check>, CargoPcgError> {
    let builds = cargo_config::builds(&Words::default(), environment)?;
    let pcg_rustc = cargo::find_pcg_rustc(environment).ok();
    let mut checks = pcg_rustc::checks(pcg_rustc.as_deref(), identity, environment);
    checks.push(toolchain::check(&Toolchain::find(environment, &builds), identity));
    checks.push(jobserver::check(environment));
    checks.extend(wrappers::checks(environment, &builds, pcg_rustc.as_deref()));
    checks.push(space::for_temporary_files());
    checks.extend(project.map(|project| space::for_artefacts(project.target_directory())));
    Ok(checks)
}

/// Why a program failed: the last line that it said, or how it ended.
fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    last.map_or_else(|| output.status.to_string(), |line| line.trim().to_owned())
}
