//! `cargo pcg doctor`: what pcg needs to work here, what was found, and how to mend it.
//!
//! As JSON it is an object with `schema_version` and `checks`. Each element has a `name`, a `status` (`ok`, `warning` or
//! `failed`), what was `found`, and `help`, which is null if nothing has to be mended.

use anstyle::{AnsiColor, Style};
use clap::Command;
use serde::Serialize;

use super::{Context, MANIFEST_PATH, manifest_path};
use crate::doctor::{self, Check, Status};
use crate::error::CargoPcgError;
use crate::project::{Choice, Extent, Project};
use crate::terminal::{ERROR, HELP, WARNING};

/// The version of the JSON in this module's header.
const SCHEMA_VERSION: u32 = 1;

const GOOD: Style = AnsiColor::BrightGreen.on_default().bold();

pub(super) fn definition() -> Command {
    Command::new("doctor").about("Check what pcg needs to work here, and say how to mend it").arg(manifest_path())
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let manifest = context.matches.get_one(MANIFEST_PATH).cloned();
    let project = Project::find(&Choice::of_manifest(manifest), Extent::Members, context.environment);
    let checks = doctor::examine(context.environment, context.identity, project.as_ref())?;
    let answer = Answer { schema_version: SCHEMA_VERSION, checks: &checks };
    context.terminal.answer_in_format(&answer, || text(&checks));
    match checks.iter().filter(|check| check.status == Status::Failed).count() {
        0 => Ok(()),
        failed => Err(CargoPcgError::Unfit { failed, checks: checks.len() }),
    }
}

fn text(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in checks {
        let (style, word) = match check.status {
            Status::Ok => (GOOD, "ok"),
            Status::Warning => (WARNING, "warning"),
            Status::Failed => (ERROR, "failed"),
        };
        text.push_str(&format!("{style}{word:7}{style:#}  {:width$}  {}\n", check.name, check.found));
        if let Some(help) = &check.help {
            text.push_str(&format!("{:7}  {:width$}  {HELP}help{HELP:#}: {help}\n", "", ""));
        }
    }
    text
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    checks: &'a [Check],
}
