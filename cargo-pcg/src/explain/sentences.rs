//! One compile in sentences.

use anstyle::Style;
use pcg_interface::report::Action;

use super::facts::{Facts, Limit, Units};
use super::{counted, percent, seconds};

/// How a heading looks.
const HEADING: Style = Style::new().bold();

/// A heading, and a line for each sentence.
pub(crate) fn sentences(facts: &Facts<'_>) -> String {
    let mut text = format!("{HEADING}{}{HEADING:#} ({})\n", facts.name, what(facts).join(", "));
    let sentences = [Some(done(facts)), time(facts), facts.units.as_ref().and_then(gain), limit(facts)];
    for sentence in sentences.into_iter().flatten() {
        text.push_str(&format!("  {sentence}\n"));
    }
    text
}

/// What tells one compile of the crate from another.
fn what(facts: &Facts<'_>) -> Vec<String> {
    let package =
        facts.package.map(|name| format!("{name} {}", facts.version.unwrap_or_default()).trim_end().to_owned());
    let kinds = if facts.test { vec!["test".to_owned()] } else { facts.crate_types.to_vec() };
    package.into_iter().chain(kinds).chain([facts.hash.to_owned()]).collect()
}

/// What was done, and why.
fn done(facts: &Facts<'_>) -> String {
    let reason = facts.reason.map_or("for a reason that is not known", |reason| &reason.sentence);
    match facts.action {
        Action::Passthrough => format!("Stock rustc compiled it: {reason}."),
        Action::Fallback => format!("pcg failed, so stock rustc compiled it: {reason}."),
        Action::Split => match (facts.exit_code, facts.codegen_units) {
            (None, _) => "The compile was ended by a signal.".to_owned(),
            (Some(code), _) if code != 0 => format!("The compile failed with exit code {code}."),
            (_, 0) => "It has no code.".to_owned(),
            (_, units) => cut(facts.requested_codegen_units, units),
        },
    }
}

fn cut(requested: Option<usize>, units: usize) -> String {
    let made = match units {
        1 => "It was compiled as one codegen unit".to_owned(),
        _ => format!("It was split into {units} codegen units"),
    };
    match requested {
        Some(requested) if requested == units => format!("{made}, as was asked for."),
        Some(requested) => {
            format!("{made}: {requested} were asked for, and it has fewer groups of functions to place.")
        }
        None => format!("{made}, which follows from its work."),
    }
}

fn time(facts: &Facts<'_>) -> Option<String> {
    let wall = seconds(facts.wall_seconds?);
    Some(match facts.front_end {
        Some(front) => format!(
            "It took {wall}: rustc in front of LLVM {}, or {} of it.",
            seconds(front.wall_seconds),
            percent(front.share)
        ),
        None => format!("It took {wall}."),
    })
}

/// What several cores make of the units.
fn gain(units: &Units) -> Option<String> {
    let several = units.on_cores.iter().filter(|on| on.cores > 1);
    let several: Vec<_> = several.map(|on| format!("{} on {} cores", seconds(on.seconds), on.cores)).collect();
    let work = seconds(units.cpu_seconds);
    (!several.is_empty()).then(|| format!("LLVM's work on the units is {work}: at best {}.", several.join(", ")))
}

fn limit(facts: &Facts<'_>) -> Option<String> {
    let units = facts.units.as_ref()?;
    Some(match facts.limit? {
        Limit::FrontEnd => {
            "The front end limits it: rustc works on one core, and no number of units changes that.".to_owned()
        }
        Limit::Work => {
            format!(
                "LLVM's work limits it: it kept {} busy, and more cores would help.",
                counted(units.threads, "thread")
            )
        }
        Limit::Copies => format!(
            "Copies limit it: {} of the units' instructions are those of functions that other units have, too.",
            percent(units.copies_share)
        ),
        Limit::LargestUnit if facts.codegen_units == 1 => {
            "LLVM's work limits it: one unit is compiled on one core.".to_owned()
        }
        Limit::LargestUnit => format!(
            "The largest unit limits it: it is {} of the units' work, and cores are idle while it is compiled.",
            percent(units.largest_share)
        ),
    })
}
