//! The programs that cargo runs in front of rustc, and what `cargo pcg` does beside them.

use std::path::Path;

use pcg_interface::environment::Environment;

use super::Check;
use crate::cargo;
use crate::cargo_config::Builds;
use crate::cargo_programs::{self, Named};

const WRAPPER: &str = "wrapper";
const WORKSPACE_WRAPPER: &str = "workspace wrapper";

pub(super) fn checks(environment: &Environment, builds: &Builds, pcg_rustc: Option<&Path>) -> [Check; 2] {
    let wrapper = cargo_programs::wrapper(environment, builds);
    let is_pcg = |named: &Named| pcg_rustc.is_some_and(|path| cargo::is_same_program(named.program.as_ref(), path));
    let other = wrapper.as_ref().filter(|named| !is_pcg(named));
    let workspace_wrapper = cargo_programs::workspace_wrapper(environment, builds);
    [
        match (&wrapper, other) {
            (None, _) => Check::ok(WRAPPER, "there is none: `cargo pcg` sets pcg-rustc as RUSTC_WRAPPER"),
            (Some(named), None) => Check::ok(WRAPPER, format!("{} is pcg-rustc", said(named))),
            (_, Some(other)) => existing(WRAPPER, other, environment).unwrap_or_else(|| {
                Check::ok(WRAPPER, format!("{} stays: `cargo pcg` sets pcg-rustc as RUSTC behind it", said(other)))
            }),
        },
        match &workspace_wrapper {
            None => Check::ok(WORKSPACE_WRAPPER, "there is none"),
            Some(named) => existing(WORKSPACE_WRAPPER, named, environment)
                .unwrap_or_else(|| around_members(named, other.is_some())),
        },
    ]
}

fn said(named: &Named) -> String {
    format!("{} (from {})", named.program.display(), named.from)
}

/// The failed check of a program that is missing.
fn existing(name: &'static str, named: &Named, environment: &Environment) -> Option<Check> {
    let help = || format!("install it, or remove {}", named.from);
    (!named.exists(environment)).then(|| Check::failed(name, format!("{} is missing", said(named)), help()))
}

/// As RUSTC, pcg-rustc is behind it. As RUSTC_WRAPPER it is in front of it, and sees a program that is not rustc.
fn around_members(named: &Named, is_behind: bool) -> Check {
    if is_behind {
        return Check::ok(
            WORKSPACE_WRAPPER,
            format!("{} gets pcg-rustc as the rustc of the workspace's members", said(named)),
        );
    }
    Check::warning(
        WORKSPACE_WRAPPER,
        format!("{} runs stock rustc for the workspace's members: they are not split", said(named)),
        format!("make it RUSTC_WRAPPER, behind which pcg-rustc is RUSTC, or remove {}", named.from),
    )
}
