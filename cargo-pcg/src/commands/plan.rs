//! `cargo pcg plan`: which packages of a build are split, and why. Builds follow this plan by themselves.
//!
//! As JSON it is an object with `schema_version`, `profile` and `packages`, the most expensive first. Each of these has
//! a `name`, a `version`, the seconds that it takes one core to compile (`front_seconds` until its metadata is there,
//! `code_seconds` for machine code), whether they are `measured` or estimated, `units` (1, a number or `auto`), and
//! `why`: `critical-path`, `large`, `small`, `beside`, `host` or `given`.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use clap::{Arg, Command};
use pcg_interface::build_plan::Units;
use serde::Serialize;

use super::Context;
use crate::cargo_command;
use crate::cli;
use crate::columns::Column::{self, Numbers, Words as Text};
use crate::columns;
use crate::error::CargoPcgError;
use crate::planning::build::Build;
use crate::planning::{Decision, Why};
use crate::profile;
use crate::project::{Choice, Extent, Project};
use crate::settings::Settings;
use crate::words::Words;

const BUILD: &str = "build";

/// The version of the JSON in this module's header.
const SCHEMA_VERSION: u32 = 1;

/// The columns for people.
const COLUMNS: [Column; 6] =
    [Text("package"), Text("version"), Numbers("seconds"), Text(""), Numbers("units"), Text("why")];

/// What is planned if no command is named.
const DEFAULT: [&str; 2] = ["build", "--release"];

pub(super) fn definition() -> Command {
    Command::new("plan")
        .about("Show which packages of a build are split, and why")
        .override_usage("cargo pcg plan [OPTIONS] [COMMAND [CARGO OPTIONS]]\n       cargo pcg plan test --workspace")
        .arg(
            Arg::new(BUILD)
                .value_name("COMMAND")
                .num_args(0..)
                .trailing_var_arg(true)
                .allow_hyphen_values(true)
                .value_parser(clap::value_parser!(OsString))
                .help("The cargo command to plan, with its options; by default `build --release`, which options without a command are added to"),
        )
}

pub(super) fn run(context: &Context<'_>) -> Result<(), CargoPcgError> {
    let words = build(context);
    let choice = Choice::of(&words);
    let project = Project::find(&choice, Extent::Dependencies, context.environment).ok_or(CargoPcgError::NoProject)?;
    let settings = Settings::read(context.options, context.environment, Some(&project))?;
    settings.warn(context.terminal);
    let selection = profile::selected(&words, context.environment, Some(&project))?;
    let selection = selection.as_ref();
    let profile = selection.map_or(cargo_command::profile(&words), |selection| &selection.name);
    let settings = settings.for_profile(profile, &words, context.environment, Some(&project))?;
    let (settings, terminal) = (&settings, context.terminal);
    let build = Build { project: &project, choice: &choice, settings, profile, selection, terminal };
    let (graph, decisions) = build.decide()?;
    let mut packages: Vec<Line<'_>> = graph.packages.iter().zip(&decisions).map(|(package, decision)| {
        Line::new(&package.name, &package.version, decision, build.units_of(&package.name))
    }).collect();
    packages.sort_by(|a, b| b.seconds().total_cmp(&a.seconds()).then_with(|| (a.name, a.version).cmp(&(b.name, b.version))));
    let answer = Answer { schema_version: SCHEMA_VERSION, profile, packages };
    context.terminal.answer_in_format(&answer, || answer.text());
    Ok(())
}

/// The command of cargo's that is planned.
fn build(context: &Context<'_>) -> Words {
    let given = context.matches.get_many::<OsString>(BUILD).into_iter().flatten().cloned();
    let mut words: Vec<OsString> = given.collect();
    if words.first().is_none_or(|word| word.to_string_lossy().starts_with('-')) {
        // A profile that is given wins, as it stands behind.
        words.splice(0..0, DEFAULT.map(OsString::from));
    }
    Words::split(&words, &cli::definition())
}

/// What is shown.
#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    profile: &'a str,
    packages: Vec<Line<'a>>,
}

/// One package.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    version: &'a str,
    front_seconds: f64,
    code_seconds: f64,
    measured: bool,
    units: Units,
    why: Reason,
}

/// Why a package has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    /// An option says so, or the profile.
    Given,
    #[serde(untagged)]
    Planned(Why),
}

impl Reason {
    fn sentence(self) -> &'static str {
        match self {
            Self::Given => "an option or the profile says so",
            Self::Planned(why) => why.sentence(),
        }
    }
}

impl<'a> Line<'a> {
    fn new(name: &'a str, version: &'a str, decision: &Decision, given: Option<NonZeroUsize>) -> Self {
        Self {
            name,
            version,
            front_seconds: decision.cost.front,
            code_seconds: decision.cost.code,
            measured: decision.cost.is_measured,
            units: given.map_or_else(|| decision.units(), Units::Number),
            why: if given.is_some() { Reason::Given } else { Reason::Planned(decision.why) },
        }
    }

    fn seconds(&self) -> f64 {
        self.front_seconds + self.code_seconds
    }

    fn cells(&self) -> [String; COLUMNS.len()] {
        let source = if self.measured { "measured" } else { "estimated" };
        let seconds = format!("{:.1}", self.seconds());
        [self.name.into(), self.version.into(), seconds, source.into(), self.units(), self.why.sentence().into()]
    }

    fn units(&self) -> String {
        match self.units {
            Units::Number(units) => units.to_string(),
            Units::Word(_) => "auto".to_owned(),
        }
    }
}

impl Answer<'_> {
    fn text(&self) -> String {
        let table = columns::table(COLUMNS, self.packages.iter().map(Line::cells));
        let split = self.packages.iter().filter(|line| line.units != Units::WHOLE);
        let (count, seconds) = (split.clone().count(), split.map(Line::seconds).sum::<f64>());
        let all: f64 = self.packages.iter().map(Line::seconds).sum();
        let share = if all > 0.0 { 100.0 * seconds / all } else { 0.0 };
        format!(
            "{}\n\nProfile `{}`: {count} of {} packages are split, {share:.0} % of the work.\n",
            table,
            self.profile,
            self.packages.len()
        )
    }
}
