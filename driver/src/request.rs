//! What the user asked of rustc, before anything is decided about it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pcg_llvm_backend::Settings;

use crate::args::{Argument, Arguments};
use crate::crate_type::CrateType;
use crate::emit::EmitKind;
use crate::flags::{Effect, Flag, Given, Table};
use crate::reason::{Cause, Reason};

/// What the user asked of rustc. Where a flag was given several times, the last one counts, as it does for rustc.
#[derive(Debug)]
pub struct Request {
    /// What keeps pcg from splitting, in the order of the command line.
    pub refusals: Vec<Reason>,
    /// `--version`.
    pub version: bool,
    /// `--verbose`.
    pub verbose: bool,
    /// What `--print` asks for.
    pub prints: Vec<String>,
    /// The free arguments.
    pub inputs: Vec<String>,
    /// `--crate-name`.
    pub crate_name: Option<String>,
    /// `--crate-type`, each type once.
    pub crate_types: Vec<CrateType>,
    /// `--test`.
    pub test: bool,
    /// `--emit`, with paths; empty is `link`.
    pub emit: BTreeMap<EmitKind, Option<PathBuf>>,
    /// `--out-dir`.
    pub out_dir: Option<PathBuf>,
    /// `-o`.
    pub output: Option<PathBuf>,
    /// `--sysroot`.
    pub sysroot: Option<PathBuf>,
    /// `--json=artifacts`.
    pub json_artifacts: bool,
    /// `--error-format=json`.
    pub json_errors: bool,
    /// `-Copt-level` and `-O`.
    pub opt_level: Level,
    /// `-Cdebuginfo` and `-g`.
    pub debuginfo: Level,
    /// `-Csplit-debuginfo` other than `off`.
    pub split_debuginfo: bool,
    /// `-Ccodegen-units`.
    pub codegen_units: Option<usize>,
    /// `-Cextra-filename`.
    pub extra_filename: String,
    /// `-Clinker`.
    pub linker: Option<PathBuf>,
    /// `-Clinker-flavor`.
    pub linker_flavor: Option<String>,
    /// `-Cllvm-args`, as words.
    pub llvm_args: Vec<String>,
    /// `-Crpath`.
    pub rpath: bool,
    /// `-Cembed-bitcode`.
    pub embed_bitcode: bool,
    /// What goes to LLVM as it is. The level and embedding are decided later.
    pub settings: Settings,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            refusals: Vec::new(),
            version: false,
            verbose: false,
            prints: Vec::new(),
            inputs: Vec::new(),
            crate_name: None,
            crate_types: Vec::new(),
            test: false,
            emit: BTreeMap::new(),
            out_dir: None,
            output: None,
            sysroot: None,
            json_artifacts: false,
            json_errors: false,
            opt_level: Level::new("0", "3"),
            debuginfo: Level::new("0", "2"),
            split_debuginfo: false,
            codegen_units: None,
            extra_filename: String::new(),
            linker: None,
            linker_flavor: None,
            llvm_args: Vec::new(),
            rpath: false,
            embed_bitcode: true,
            settings: Settings::default(),
        }
    }
}

/// A level that can be set by a `-C` option and by a letter of its own: `-Copt-level` and `-O`.
///
/// Whichever is last wins. rustc looks for the option by its name with a hyphen only: `-O -Copt_level=0` is level 3.
#[derive(Clone, Debug)]
pub struct Level {
    value: String,
    letter: &'static str,
    letter_wins: bool,
}

impl Level {
    fn new(default: &str, letter: &'static str) -> Self {
        Self { value: default.to_owned(), letter, letter_wins: false }
    }

    /// The letter was given.
    pub fn shorthand(&mut self) {
        self.letter_wins = true;
    }

    /// The option was given, `hyphenated` or with underscores.
    pub fn set(&mut self, hyphenated: bool, value: &str) {
        value.clone_into(&mut self.value);
        self.letter_wins &= !hyphenated;
    }

    /// The value that counts, which rustc alone checks.
    pub fn value(&self) -> &str {
        if self.letter_wins { self.letter } else { &self.value }
    }
}

impl Request {
    /// Reads a command line with the tables of [`crate::flags`].
    pub fn read(arguments: &Arguments) -> Self {
        let mut request = Self::default();
        for argument in arguments.iter() {
            match argument {
                Argument::Flag { flag, value } => request.flag(flag, value.as_deref()),
                Argument::Free(text) => request.inputs.push(text.clone()),
                Argument::Separator => {}
            }
        }
        request
    }

    fn flag(&mut self, flag: &Flag, value: Option<&str>) {
        match (flag.effect, value) {
            (Effect::Settings(table), Some(value)) => self.setting(table, value),
            (effect, value) => {
                let name = flag.name();
                self.apply(effect, Given { name: &name, value }, || match value {
                    Some(value) if flag.short.is_none() => format!("{name}={value}"),
                    value => format!("{name}{}", value.unwrap_or_default()),
                });
            }
        }
    }

    fn setting(&mut self, table: &Table, text: &str) {
        let given = Given::parse(text);
        let effect = table.find(given.name).map_or(Effect::PassThrough(table.otherwise), |setting| setting.effect);
        self.apply(effect, given, || format!("-{}{text}", table.letter));
    }

    fn apply(&mut self, effect: Effect, given: Given<'_>, spelled: impl Fn() -> String) {
        let result = match effect {
            Effect::Harmless => Ok(()),
            Effect::Read(reader) => reader(self, given),
            Effect::PassThrough(cause) => Err(cause),
            // A flag with a table always has a value.
            Effect::Settings(_) => Err(Cause::InvalidArgument),
        };
        if let Err(cause) = result {
            self.refusals.push(Reason::new(cause, spelled()));
        }
    }
}
