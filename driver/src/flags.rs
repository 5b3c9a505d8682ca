//! rustc's command line as tables: every flag of rustc 1.95, what it takes and what it means to pcg.
//!
//! | table | holds |
//! |---|---|
//! | [`FLAGS`] | the flags themselves (`rustc --help -v`) |
//! | [`codegen::SETTINGS`] | the `-C` options (`rustc -C help`) |
//! | [`unstable::SETTINGS`] | those `-Z` options that do not matter behind the front end |
//! | [`llvm::REFUSED`] | those `-Cllvm-args` that stock rustc has to see to |
//!
//! A flag that is not in its table makes stock rustc do the whole compile, so a table that falls behind rustc costs
//! speed, not correctness. Tests compare the first two with the help texts of the real rustc.

pub mod codegen;
pub mod llvm;
pub mod unstable;

use crate::crate_type::CrateType;
use crate::emit::EmitKind;
use crate::reason::Cause;
use crate::request::Request;

/// What a flag or an option means to pcg.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// Only the front end or the linker look at it, and both get it as it is.
    Harmless,
    /// pcg looks at the value.
    Read(Reader),
    /// The crate is not split.
    PassThrough(Cause),
    /// The value names an option of that table.
    Settings(&'static Table),
}

/// Notes the value in the request, or says why stock rustc has to handle it.
pub type Reader = fn(&mut Request, Given<'_>) -> Result<(), Cause>;

/// A flag or an option as it is on the command line.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The name as it was spelled: rustc takes `opt_level` for `opt-level`.
    pub name: &'a str,
    /// What follows the `=`.
    pub value: Option<&'a str>,
}

impl<'a> Given<'a> {
    /// `name=value` or `name`.
    pub fn parse(text: &'a str) -> Self {
        match text.split_once('=') {
            Some((name, value)) => Self { name, value: Some(value) },
            None => Self { name: text, value: None },
        }
    }

    /// The value of something that rustc refuses without one.
    ///
    /// # Errors
    /// [`Cause::InvalidArgument`] if there is none.
    pub fn required(self) -> Result<&'a str, Cause> {
        self.value.ok_or(Cause::InvalidArgument)
    }

    /// rustc's booleans: no value is `yes`.
    ///
    /// # Errors
    /// [`Cause::InvalidArgument`] for any other word.
    pub fn boolean(self) -> Result<bool, Cause> {
        match self.value {
            None | Some("y" | "yes" | "on" | "true") => Ok(true),
            Some("n" | "no" | "off" | "false") => Ok(false),
            Some(_) => Err(Cause::InvalidArgument),
        }
    }
}

/// One flag of rustc.
#[derive(Debug)]
pub struct Flag {
    /// The letter behind one dash.
    pub short: Option<char>,
    /// The word behind two dashes.
    pub long: Option<&'static str>,
    /// Whether a value follows. rustc has no flags with an optional value.
    pub takes_value: bool,
    /// Whether it may be given more than once.
    pub repeats: bool,
    /// What it means to pcg.
    pub effect: Effect,
}

impl Flag {
    /// How it is written: `-C`, `--crate-name`.
    pub fn name(&self) -> String {
        match (self.short, self.long) {
            (Some(letter), _) => format!("-{letter}"),
            (None, long) => format!("--{}", long.unwrap_or_default()),
        }
    }

    /// Whether it is the flag with this letter.
    pub fn is_short(&self, letter: char) -> bool {
        self.short == Some(letter)
    }

    /// Whether it is the flag with this word.
    pub fn is_long(&self, word: &str) -> bool {
        self.long == Some(word)
    }
}

/// The options of `-C` or of `-Z`.
#[derive(Debug)]
pub struct Table {
    /// The letter of the flag.
    pub letter: char,
    /// The options that pcg knows.
    pub settings: &'static [Setting],
    /// What to do with others.
    pub otherwise: Cause,
}

/// One option of `-C` or `-Z`.
#[derive(Debug)]
pub struct Setting {
    /// Its name, with hyphens.
    pub name: &'static str,
    /// What it means to pcg.
    pub effect: Effect,
}

impl Table {
    /// The option with that name, written with hyphens or underscores.
    pub fn find(&self, name: &str) -> Option<&'static Setting> {
        let name = name.replace('_', "-");
        self.settings.iter().find(|setting| setting.name == name)
    }
}

/// The flag behind one dash.
pub fn short(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.is_short(letter))
}

/// The flag behind two dashes.
pub fn long(word: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.is_long(word))
}

/// Other words that rustc's `warn_on_confusing_output_filename_flag` knows.
const CONFUSING: [&str; 9] = ["optimize", "o0", "o1", "o2", "o3", "ofast", "og", "os", "oz"];

/// Whether rustc warns about an argument like `-optimize`, which is `-o ptimize` to it.
pub fn is_confusing_output(word: &str) -> bool {
    let Some(name) = word.strip_prefix('-').filter(|name| name.starts_with('o') && name.len() > 1) else {
        return false;
    };
    let is_name = |other: &str| other.replace('_', "-") == name.replace('_', "-");
    CONFUSING.into_iter().any(is_name)
        || FLAGS.iter().filter_map(|flag| flag.long).any(is_name)
        || codegen::SETTINGS.iter().any(|setting| is_name(setting.name))
}

const fn once(short: Option<char>, long: Option<&'static str>, effect: Effect) -> Flag {
    Flag { short, long, takes_value: false, repeats: false, effect }
}

const fn switch(letter: char, effect: Effect) -> Flag {
    Flag { short: Some(letter), long: None, takes_value: false, repeats: true, effect }
}

const fn single(long: &'static str, effect: Effect) -> Flag {
    Flag { short: None, long: Some(long), takes_value: true, repeats: false, effect }
}

const fn multi(short: Option<char>, long: Option<&'static str>, effect: Effect) -> Flag {
    Flag { short, long, takes_value: true, repeats: true, effect }
}

use Effect::{Harmless, PassThrough, Read, Settings};

/// rustc's flags, in the order of its help text.
pub static FLAGS: &[Flag] = &[
    once(Some('h'), Some("help"), PassThrough(Cause::Help)),
    multi(None, Some("cfg"), Harmless),
    multi(None, Some("check-cfg"), Harmless),
    multi(Some('L'), None, Harmless),
    multi(Some('l'), None, Harmless),
    multi(None, Some("crate-type"), Read(crate_type)),
    single("crate-name", Read(crate_name)),
    single("edition", Harmless),
    multi(None, Some("emit"), Read(emit)),
    multi(None, Some("print"), Read(print)),
    switch('g', Read(debuginfo)),
    switch('O', Read(optimise)),
    Flag { short: Some('o'), long: None, takes_value: true, repeats: false, effect: Read(output) },
    single("out-dir", Read(out_dir)),
    single("explain", PassThrough(Cause::Explain)),
    once(None, Some("test"), Read(test)),
    single("target", Read(target)),
    multi(Some('A'), Some("allow"), Read(lint)),
    multi(Some('W'), Some("warn"), Read(lint)),
    multi(None, Some("force-warn"), Read(lint)),
    multi(Some('D'), Some("deny"), Read(lint)),
    multi(Some('F'), Some("forbid"), Read(lint)),
    multi(None, Some("cap-lints"), Harmless),
    multi(Some('C'), Some("codegen"), Settings(&codegen::TABLE)),
    once(Some('V'), Some("version"), Read(version)),
    once(Some('v'), Some("verbose"), Read(verbose)),
    multi(None, Some("extern"), Harmless),
    single("sysroot", Read(sysroot)),
    multi(Some('Z'), None, Settings(&unstable::TABLE)),
    single("error-format", Read(error_format)),
    multi(None, Some("json"), Read(json)),
    single("color", Harmless),
    single("diagnostic-width", Harmless),
    multi(None, Some("remap-path-prefix"), Harmless),
    single("remap-path-scope", Harmless),
    multi(None, Some("env-set"), Harmless),
];

fn crate_type(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    for name in given.required()?.split(',') {
        let kind = match CrateType::parse(name) {
            Some(kind) => kind,
            None if name == "sdylib" => return Err(Cause::UnstableFlag),
            None => return Err(Cause::InvalidArgument),
        };
        if !request.crate_types.contains(&kind) {
            request.crate_types.push(kind);
        }
    }
    Ok(())
}

fn crate_name(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.crate_name = Some(given.required()?.to_owned());
    Ok(())
}

fn emit(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    for output in given.required()?.split(',') {
        let Given { name, value } = Given::parse(output);
        let kind = EmitKind::parse(name).ok_or(Cause::InvalidArgument)?;
        request.emit.insert(kind, value.map(Into::into));
    }
    Ok(())
}

fn print(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    let Given { name, .. } = Given::parse(given.required()?);
    request.prints.push(name.to_owned());
    Ok(())
}

fn debuginfo(request: &mut Request, _: Given<'_>) -> Result<(), Cause> {
    request.debuginfo.shorthand();
    Ok(())
}

fn optimise(request: &mut Request, _: Given<'_>) -> Result<(), Cause> {
    request.opt_level.shorthand();
    Ok(())
}

fn output(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.output = given.value.map(Into::into);
    Ok(())
}

fn out_dir(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.out_dir = given.value.map(Into::into);
    Ok(())
}

fn test(request: &mut Request, _: Given<'_>) -> Result<(), Cause> {
    request.test = true;
    Ok(())
}

fn target(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    if given.value == Some(crate::plan::TARGET) { Ok(()) } else { Err(Cause::OtherTarget) }
}

/// `-W help` lists the lints, and `-W all` explains that there is no such lint.
fn lint(_: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    if matches!(given.value, Some("help" | "all")) { Err(Cause::Help) } else { Ok(()) }
}

fn version(request: &mut Request, _: Given<'_>) -> Result<(), Cause> {
    request.version = true;
    Ok(())
}

fn verbose(request: &mut Request, _: Given<'_>) -> Result<(), Cause> {
    request.verbose = true;
    Ok(())
}

fn sysroot(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.sysroot = given.value.map(Into::into);
    Ok(())
}

fn error_format(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    request.json_errors = given.value == Some("json");
    Ok(())
}

/// `timings` reports on the phases of code generation.
fn json(request: &mut Request, given: Given<'_>) -> Result<(), Cause> {
    for word in given.required()?.split(',') {
        match word {
            "artifacts" => request.json_artifacts = true,
            "timings" => return Err(Cause::Profiling),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
