//! pcg's own options: `--pcg-…` on the command line, each with a `CARGO_PCG_…` variable.
//!
//! One table holds them all; the help text, the parser and the configuration hash are made from it. The command line
//! wins over the environment, and the last option over earlier ones. They are taken out before rustc sees the command
//! line.
//!
//! What `cargo pcg` chooses for a build where the user has not is in variables of their own, and the weakest of all:
//! [`CHOSEN_PLAN`] and [`CHOSEN_REPORT`]. Caches such as sccache take two compiles for different ones if any variable
//! that begins with `CARGO_` differs. These name files of one project, and what is compiled with those of another one is
//! as good, so they begin otherwise: projects can share what is cached of their dependencies.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use pcg_partition::Strategy;
use thiserror::Error;

use crate::environment::{Environment, RUSTC_VARIABLE};
use crate::exit_code;
use crate::option::{Kind, Spec, boolean, number};
use crate::rustc_options::{self, RustcOptions};

/// The variable for the plan that `cargo pcg` makes of a build.
pub const CHOSEN_PLAN: &str = "PCG_PLAN";

/// The variable by which cargo tells answers of differently configured pcg-rustcs apart. Nobody reads it.
pub const CONFIGURATION: &str = "PCG_CONFIGURATION";

/// The variable for the folder in which `cargo pcg` keeps reports.
pub const CHOSEN_REPORT: &str = "PCG_REPORT";

/// What the user asked of pcg itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// `--pcg-strategy`: how the crate is cut. The machine code depends on it.
    pub strategy: Strategy,
    /// `--pcg-threads`: the most threads to work with; `None` leaves it to the jobserver or the number of cores.
    pub threads: Option<NonZeroUsize>,
    /// `--pcg-plan`: the file that has each package's number of units.
    pub plan: Option<PathBuf>,
    /// `--pcg-report`: where the JSON report goes.
    pub report: Option<PathBuf>,
    /// `--pcg-dump-graph`: where the graph for `pcg-lab` goes.
    pub dump_graph: Option<PathBuf>,
    /// `--pcg-inline-truth`: where the record of LLVM's inlining goes. The crate is compiled as one unit then, so the
    /// machine code depends on whether it is asked for.
    pub inline_truth: Option<PathBuf>,
    /// `--pcg-keep`: the folder for the units' bitcode and objects.
    pub keep: Option<PathBuf>,
    /// `--pcg-strict`: a pass-through or a fallback of a compile with code to generate is an error.
    pub strict: bool,
    /// What a profile of `cargo pcg` adds to rustc's command lines. It is a variable only.
    pub rustc: RustcOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strategy: Strategy::Inline,
            threads: None,
            plan: None,
            report: None,
            dump_graph: None,
            inline_truth: None,
            keep: None,
            strict: false,
            rustc: RustcOptions::default(),
        }
    }
}

/// pcg's own options were used wrongly.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum UsageError {
    /// `--pcg-…` that is not in the table.
    #[error("there is no option `{option}`")]
    UnknownOption {
        /// As it was given.
        option: String,
    },
    /// An option that needs a value.
    #[error("`{option}` needs a value")]
    MissingValue {
        /// The option.
        option: String,
        /// What it takes.
        expected: String,
    },
    /// A file that is not what the option names.
    #[error("{}: {reason}", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What the user can do about it.
        help: &'static str,
    },
    /// A value that the option does not take.
    #[error("`{given}` has a bad value: expected {expected}")]
    BadValue {
        /// The option or the variable with its value.
        given: String,
        /// What it takes.
        expected: String,
    },
}

impl UsageError {
    /// What the user can do about it, for the `help:` line.
    pub fn help(&self) -> String {
        match self {
            Self::UnknownOption { .. } => "`--pcg-help` lists pcg's own options".to_owned(),
            Self::MissingValue { option, expected } => format!("write `{option}=VALUE` with {expected}"),
            Self::BadFile { help, .. } => (*help).to_owned(),
            Self::BadValue { .. } => "`--pcg-help` says what each option takes".to_owned(),
        }
    }
}

/// What the command line asks of pcg instead of a compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// `--pcg-help`.
    Help,
    /// `--pcg-version`.
    Version,
}

/// Puts a value into the options, or fails if it is none of those expected.
type Setter = fn(&mut Options, &OsStr) -> Option<()>;

/// One option of pcg-rustc's.
struct Row {
    spec: Spec,
    /// Whether the machine code depends on it: then cargo has to rebuild when it changes.
    affects_output: bool,
    /// The variable by which `cargo pcg` chooses a value where the user has not.
    chosen: Option<&'static str>,
    set: Setter,
}

impl Row {
    /// The variable that counts, and its value.
    fn variable<'a>(&self, environment: &'a Environment) -> Option<(&'static str, &'a OsStr)> {
        let of_user = self.spec.variable_in(environment);
        of_user.or_else(|| self.chosen.and_then(|name| Some((name, environment.get(name)?))))
    }
}

static TABLE: &[Row] = &[
    Row {
        spec: Spec {
            key: "strategy",
            option: "pcg-strategy",
            variable: "CARGO_PCG_STRATEGY",
            kind: Kind::Choice(&["inline", "size", "source", "llvm"]),
            value: "NAME",
            default: Some("inline"),
            help: "How the crate is cut into units: inline (default), size, source or llvm",
        },
        affects_output: true,
        chosen: None,
        set: |options, value| {
            options.strategy = value.to_str()?.parse().ok()?;
            Some(())
        },
    },
    Row {
        spec: Spec {
            key: "threads",
            option: "pcg-threads",
            variable: "CARGO_PCG_THREADS",
            kind: Kind::Number,
            value: "N",
            default: None,
            help: "The most threads to work with; by default the jobserver or the cores decide",
        },
        affects_output: false,
        chosen: None,
        set: |options, value| {
            options.threads = Some(number(value)?);
            Some(())
        },
    },
    Row {
        spec: Spec {
            key: "plan",
            option: "pcg-plan",
            variable: "CARGO_PCG_PLAN",
            kind: Kind::Path,
            value: "FILE",
            default: None,
            help: "Take each package's number of units from FILE; cargo pcg writes such plans",
        },
        // Code of any number of units is as good, so a new plan is no reason to rebuild.
        affects_output: false,
        chosen: Some(CHOSEN_PLAN),
        set: |options, value| set_path(&mut options.plan, value),
    },
    Row {
        spec: Spec {
            key: "report",
            option: "pcg-report",
            variable: "CARGO_PCG_REPORT",
            kind: Kind::Path,
            value: "FILE",
            default: None,
            help: "Write a JSON report to FILE; in a folder (or with a `/` at the end) one file per crate",
        },
        affects_output: false,
        chosen: Some(CHOSEN_REPORT),
        set: |options, value| set_path(&mut options.report, value),
    },
    Row {
        spec: Spec {
            key: "dump-graph",
            option: "pcg-dump-graph",
            variable: "CARGO_PCG_DUMP_GRAPH",
            kind: Kind::Path,
            value: "FILE",
            default: None,
            help: "Write the crate's graph for pcg-lab to FILE; in a folder one file per crate",
        },
        affects_output: false,
        chosen: None,
        set: |options, value| set_path(&mut options.dump_graph, value),
    },
    Row {
        spec: Spec {
            key: "inline-truth",
            option: "pcg-inline-truth",
            variable: "CARGO_PCG_INLINE_TRUTH",
            kind: Kind::Path,
            value: "FILE",
            default: None,
            help: "Compile as one unit, and write what LLVM inlines to FILE; in a folder one file per crate",
        },
        affects_output: true,
        chosen: None,
        set: |options, value| set_path(&mut options.inline_truth, value),
    },
    Row {
        spec: Spec {
            key: "keep",
            option: "pcg-keep",
            variable: "CARGO_PCG_KEEP",
            kind: Kind::Path,
            value: "DIR",
            default: None,
            help: "Keep the units' bitcode and objects in a folder per crate under DIR",
        },
        affects_output: false,
        chosen: None,
        set: |options, value| set_path(&mut options.keep, value),
    },
    Row {
        spec: Spec {
            key: "strict",
            option: "pcg-strict",
            variable: "CARGO_PCG_STRICT",
            kind: Kind::Switch,
            value: "",
            default: Some("false"),
            help: "Fail where a crate with code to generate is not split",
        },
        affects_output: false,
        chosen: None,
        set: |options, value| {
            options.strict = boolean(value)?;
            Some(())
        },
    },
];

fn set_path(path: &mut Option<PathBuf>, value: &OsStr) -> Option<()> {
    *path = Some(PathBuf::from((!value.is_empty()).then_some(value)?));
    Some(())
}

/// Every option, in the order of help texts.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    TABLE.iter().map(|row| &row.spec)
}

/// The option that names a plan.
pub fn plan() -> &'static Spec {
    specs().find(|spec| spec.key == "plan").expect("it is in the table")
}

/// pcg's own words on a command line, apart from the others.
#[derive(Debug, Default)]
pub struct Stripped {
    /// What is left for rustc.
    pub words: Vec<OsString>,
    /// pcg's own words, in order.
    pub own: Vec<OsString>,
}

/// Takes pcg's own words out of a command line. Behind a `--` there are none.
pub fn strip(words: &[OsString]) -> Stripped {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let mut stripped = Stripped::default();
    for (at, word) in words.iter().enumerate() {
        let is_own = at < end && word.as_bytes().starts_with(b"--pcg-");
        if is_own { &mut stripped.own } else { &mut stripped.words }.push(word.clone());
    }
    stripped
}

impl Options {
    /// Reads the variables and then pcg's own words. The question comes instead of a compile.
    ///
    /// # Errors
    /// The first option or variable that is not right.
    pub fn read(own: &[OsString], environment: &Environment) -> Result<(Self, Option<Question>), UsageError> {
        let mut options = Self::default();
        for row in TABLE {
            if let Some((name, value)) = row.variable(environment) {
                (row.set)(&mut options, value).ok_or_else(|| row.spec.bad_value(name, value))?;
            }
        }
        if let Some(value) = environment.get(rustc_options::VARIABLE) {
            options.rustc = RustcOptions::parse(value).ok_or_else(|| bad_rustc_options(value))?;
        }
        let mut question = None;
        for word in own {
            match word.to_str() {
                Some("--pcg-help") => question = Some(Question::Help),
                Some("--pcg-version") => question = Some(Question::Version),
                _ => options.set(word)?,
            }
        }
        Ok((options, question))
    }

    /// Takes one of pcg's own words.
    fn set(&mut self, word: &OsStr) -> Result<(), UsageError> {
        let bytes = word.as_bytes();
        let (option, value) = match bytes.iter().position(|byte| *byte == b'=') {
            Some(at) => (&bytes[..at], Some(OsStr::from_bytes(&bytes[at + 1..]))),
            None => (bytes, None),
        };
        let option = String::from_utf8_lossy(option).into_owned();
        let Some(row) = TABLE.iter().find(|row| option.strip_prefix("--") == Some(row.spec.option)) else {
            return Err(UsageError::UnknownOption { option });
        };
        let value = match value {
            Some(value) => value,
            None if row.spec.kind == Kind::Switch => OsStr::new("1"),
            None => return Err(UsageError::MissingValue { option, expected: row.spec.kind.expected() }),
        };
        (row.set)(self, value).ok_or_else(|| row.spec.bad_value(&option, value))
    }

    /// The options with the paths of one crate: where a folder is given for a file, `stem` names the file in it, and
    /// kept files get a folder of their own. Without a stem there is no crate, so nothing is written into folders.
    #[must_use]
    pub fn for_crate(mut self, stem: Option<&str>) -> Self {
        self.report = self.report.and_then(|path| file_for_crate(path, stem, "json"));
        self.dump_graph = self.dump_graph.and_then(|path| file_for_crate(path, stem, "graph.json"));
        self.inline_truth = self.inline_truth.and_then(|path| file_for_crate(path, stem, "truth.json"));
        self.keep = self.keep.zip(stem).map(|(folder, stem)| folder.join(stem));
        self
    }

    /// Whether the units themselves are asked for: then a crate with one unit is not left to stock rustc either.
    pub fn ask_for_a_split(&self) -> bool {
        self.strict || self.keep.is_some() || self.dump_graph.is_some() || self.inline_truth.is_some()
    }

    /// A text that is the same if and only if the options that affect the output are the same.
    pub fn output_configuration(&self) -> String {
        let rustc = if self.rustc.is_empty() { String::new() } else { format!("rustc={}\n", self.rustc.to_json()) };
        format!("strategy={}\nwhole={}\n{rustc}", self.strategy, self.inline_truth.is_some())
    }
}

fn bad_rustc_options(value: &OsStr) -> UsageError {
    UsageError::BadValue {
        given: format!("{}={}", rustc_options::VARIABLE, value.display()),
        expected: "an object in JSON, as `cargo pcg` makes it from a profile".to_owned(),
    }
}

fn file_for_crate(path: PathBuf, stem: Option<&str>, extension: &str) -> Option<PathBuf> {
    let is_folder = path.as_os_str().as_bytes().ends_with(b"/") || Path::is_dir(&path);
    if is_folder { Some(path.join(format!("{}.{extension}", stem?))) } else { Some(path) }
}

/// The variables that the output depends on: dep-info names them, so that cargo rebuilds when one changes.
pub fn output_variables() -> impl Iterator<Item = &'static str> {
    let of_options = TABLE.iter().filter(|row| row.affects_output).map(|row| row.spec.variable);
    of_options.chain([rustc_options::VARIABLE])
}

/// Two lines for each option.
fn table() -> String {
    let mut text = String::new();
    for spec in specs() {
        let value = if spec.value.is_empty() { String::new() } else { format!("={}", spec.value) };
        let option = format!("--{}{value}", spec.option);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {option:<25}{}\n{:27}[{}]", spec.help, "", spec.variable);
    }
    text
}

/// The text of `--pcg-help`.
pub fn help() -> String {
    let mut text = String::from(
        "pcg-rustc: a drop-in rustc that optimises one crate on several cores\n\n\
         Usage: pcg-rustc [RUSTC OPTIONS] [PCG OPTIONS] INPUT\n       \
         RUSTC_WRAPPER=pcg-rustc cargo build --release\n\n\
         rustc's options keep their meaning; `-Ccodegen-units=N` gives N units (`rustc --help -v` lists the others).\n\n\
         PCG options, each with the variable that has the same effect:\n",
    );
    text.push_str(&table());
    text.push_str(&format!(
        "  --pcg-help               Print this text\n  \
         --pcg-version            Print pcg's version and the rustc that it was built for\n\n\
         {RUSTC_VARIABLE} names the rustc to run where the command line does not; by default it is that of the\n\
         toolchain that pcg was built for.\n\
         {} has codegen options for single crates: `cargo pcg` makes it from a profile.\n\n\
         Exit codes, besides those of rustc:\n",
        rustc_options::VARIABLE
    ));
    text.push_str(&exit_code::summary());
    text
}

#[cfg(test)]
mod tests;
