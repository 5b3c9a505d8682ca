//! The rustc that cargo runs here, and whether it is the one that pcg was built for.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use pcg_interface::environment::Environment;

use super::{Check, last_words};
use crate::cargo_config::Builds;
use crate::cargo_programs::{self, Named};
use crate::identity::Identity;

const NAME: &str = "toolchain";

/// What rustc says of itself.
#[derive(Debug)]
pub(super) struct Toolchain {
    named: Named,
    /// The first line of `-vV`.
    version: String,
    commit: String,
    sysroot: PathBuf,
}

/// A rustc that does not run.
#[derive(Debug)]
pub(super) struct Broken {
    named: Named,
    why: String,
}

impl Toolchain {
    /// Asks the rustc that cargo would run in the current folder.
    pub(super) fn find(environment: &Environment, builds: &Builds) -> Result<Self, Broken> {
        let named = cargo_programs::rustc(environment, builds);
        let broken = |why| Broken { named: named.clone(), why };
        let version = ask(&named.program, &["-vV"]).map_err(broken)?;
        let sysroot = ask(&named.program, &["--print", "sysroot"]).map_err(broken)?;
        let field = |key: &str| version.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
        Ok(Self {
            version: version.lines().next().unwrap_or_default().to_owned(),
            commit: field("commit-hash: "),
            sysroot: sysroot.trim_end().into(),
            named,
        })
    }
}

fn ask(rustc: &OsStr, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(rustc).args(arguments).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(last_words(&output));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(super) fn check(toolchain: &Result<Toolchain, Broken>, identity: &Identity) -> Check {
    let toolchain = match toolchain {
        Ok(toolchain) => toolchain,
        Err(Broken { named, why }) => {
            let found = format!("{} (from {}) does not run: {why}", named.program.display(), named.from);
            return Check::failed(NAME, found, "install a toolchain, or mend the place that names this rustc");
        }
    };
    let found = format!("{} in {} (from {})", toolchain.version, toolchain.sysroot.display(), toolchain.named.from);
    if toolchain.commit == identity.rustc_commit {
        return Check::ok(NAME, found);
    }
    Check::failed(
        NAME,
        format!("{found}: pcg was built for {} and leaves all crates to this one", identity.rustc_release),
        format!(
            "choose that toolchain, by `cargo +{} pcg` or in rust-toolchain.toml, or build pcg for this one",
            identity.rustc_release
        ),
    )
}
