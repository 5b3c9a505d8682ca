//! All compiles of a build as a table, the slowest first.

use pcg_interface::report::Action;

use super::facts::{Facts, Limit};
use super::{counted, percent, seconds};
use crate::columns;
use crate::columns::Column::{self, Numbers, Words};

const COLUMNS: [Column; 8] = [
    Words("crate"),
    Words("package"),
    Words("compiled"),
    Numbers("time"),
    Numbers("front end"),
    Numbers("largest unit"),
    Numbers("copies"),
    Words("limit"),
];

/// What stands where there is nothing to say.
const NOTHING: &str = "-";

/// A line for each, and one for all, which names the profile if it is known.
pub(crate) fn table(all: &[Facts<'_>], profile: Option<&str>) -> String {
    let mut slowest_first: Vec<_> = all.iter().collect();
    let time = |facts: &Facts<'_>| facts.wall_seconds.unwrap_or(-1.0);
    slowest_first.sort_by(|one, other| time(other).total_cmp(&time(one)));
    let table = columns::table(COLUMNS, slowest_first.into_iter().map(row));
    let profile = profile.map_or_else(String::new, |name| format!("Profile `{name}`: "));
    format!("{}\n\n{profile}{}\n", table, summary(all))
}

fn row(facts: &Facts<'_>) -> [String; COLUMNS.len()] {
    let units = facts.units.as_ref();
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    [
        if facts.test { format!("{} (test)", facts.name) } else { facts.name.to_owned() },
        or_nothing(facts.package.map(str::to_owned)),
        compiled(facts),
        or_nothing(facts.wall_seconds.map(seconds)),
        or_nothing(facts.front_end.map(|front_end| percent(front_end.share))),
        or_nothing(units.map(|units| percent(units.largest_share))),
        or_nothing(units.map(|units| percent(units.copies_share))),
        or_nothing(facts.limit.map(|limit| limit.word().to_owned())),
    ]
}

fn compiled(facts: &Facts<'_>) -> String {
    match (facts.action, facts.reason) {
        (Action::Split, _) if facts.exit_code != Some(0) => "failed".to_owned(),
        (Action::Split, _) => counted(facts.codegen_units, "unit"),
        (_, Some(reason)) => format!("by stock rustc: {}", reason.id),
        (_, None) => "by stock rustc".to_owned(),
    }
}

fn summary(all: &[Facts<'_>]) -> String {
    let kind = |facts: &Facts<'_>| match facts.action {
        Action::Split if facts.exit_code != Some(0) => "failed",
        Action::Split if facts.codegen_units > 1 => "split into several units",
        Action::Split => "not split",
        Action::Passthrough | Action::Fallback => "compiled by stock rustc",
    };
    let kinds = ["split into several units", "not split", "compiled by stock rustc", "failed"];
    let numbers = kinds.map(|word| (all.iter().filter(|facts| kind(facts) == word).count(), word));
    let parts: Vec<_> = numbers.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let time: f64 = all.iter().filter_map(|facts| facts.wall_seconds).sum();
    format!("{}, {} in all: {}", counted(all.len(), "compile"), seconds(time), parts.join(", "))
}

impl Limit {
    fn word(self) -> &'static str {
        match self {
            Self::FrontEnd => "front end",
            Self::Work => "work",
            Self::Copies => "copies",
            Self::LargestUnit => "largest unit",
        }
    }
}
