//! rustc's command line, taken apart the way rustc takes it apart and put together again without loss.
//!
//! rustc expands `@file` arguments first (one argument a line, UTF-8, no quoting, not nested) and then follows the
//! rules of the `getopts` crate, which differ from those of GNU: `-gO` is `-g -O`, `-Cx`, `-C x`, `--codegen x` and
//! `--codegen=x` are the same, `-C=x` has the value `=x`, a long option of one letter is the short one, long options
//! cannot be shortened, and a required value is taken whatever it looks like.
//! Whatever is not changed is passed on with the bytes that it came with.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::flags::{self, Flag};
use crate::reason::{Cause, Reason};

/// A command line: options and free arguments in their order.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    groups: Vec<Group>,
}

/// The options that share words on the command line: one, or several short ones behind one dash.
#[derive(Clone, Debug)]
struct Group {
    words: Vec<OsString>,
    parts: Vec<Argument>,
}

/// One option with its value, or one free argument.
#[derive(Clone, Debug)]
pub enum Argument {
    /// An option of rustc.
    Flag {
        /// The row of rustc's flags.
        flag: &'static Flag,
        /// Its value, as far as it takes one.
        value: Option<String>,
    },
    /// An argument that is not an option: the source file.
    Free(String),
    /// `--`: everything behind it is free.
    Separator,
}

impl Arguments {
    /// Takes a command line apart, without the program's name and with argument files [expanded](expand).
    ///
    /// # Errors
    /// A command line that rustc refuses, or that it alone can judge.
    pub fn parse(words: &[OsString]) -> Result<Self, Reason> {
        let mut groups: Vec<Group> = Vec::new();
        let mut words = words.iter();
        let mut only_free = false;
        while let Some(word) = words.next() {
            let text = unicode(word)?;
            let group = if only_free || !is_option(text) {
                Group { words: vec![word.clone()], parts: vec![Argument::Free(text.to_owned())] }
            } else if text == "--" {
                only_free = true;
                Group { words: vec![word.clone()], parts: vec![Argument::Separator] }
            } else {
                option(word, text, &mut words)?
            };
            groups.push(group);
        }
        let arguments = Self { groups };
        arguments.check_repeats()?;
        Ok(arguments)
    }

    /// Every option and free argument, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.groups.iter().flat_map(|group| &group.parts)
    }

    /// The command line without the options that `drop` picks. What stays keeps its bytes, except where an option is
    /// taken out from between others behind one dash.
    #[must_use]
    pub fn without(&self, drop: impl Fn(&Flag, Option<&str>) -> bool) -> Self {
        let dropped = |part: &Argument| match part {
            Argument::Flag { flag, value } => drop(flag, value.as_deref()),
            Argument::Free(_) | Argument::Separator => false,
        };
        let mut groups = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            if !group.parts.iter().any(dropped) {
                groups.push(group.clone());
            } else {
                groups.extend(group.parts.iter().filter(|part| !dropped(part)).map(Group::spell));
            }
        }
        Self { groups }
    }

    /// The command line with more options behind the others, so that they win, and in front of a `--`.
    ///
    /// # Errors
    /// As for [`Arguments::parse`].
    pub fn with<W: Into<OsString>>(&self, options: impl IntoIterator<Item = W>) -> Result<Self, Reason> {
        let added = Self::parse(&options.into_iter().map(Into::into).collect::<Vec<_>>())?;
        let is_separator = |group: &Group| matches!(group.parts[..], [Argument::Separator]);
        let at = self.groups.iter().position(is_separator).unwrap_or(self.groups.len());
        let mut groups = self.groups.clone();
        groups.splice(at..at, added.groups);
        Ok(Self { groups })
    }

    /// The command line, word by word.
    pub fn to_words(&self) -> Vec<OsString> {
        self.groups.iter().flat_map(|group| group.words.iter().cloned()).collect()
    }

    /// rustc refuses some options when they are given twice, whatever their values.
    fn check_repeats(&self) -> Result<(), Reason> {
        let mut seen: Vec<&Flag> = Vec::new();
        for argument in self.iter() {
            if let Argument::Flag { flag, .. } = argument
                && !flag.repeats
            {
                if seen.iter().any(|other| std::ptr::eq(*other, *flag)) {
                    return Err(Reason::new(Cause::InvalidArgument, flag.name()));
                }
                seen.push(flag);
            }
        }
        Ok(())
    }
}

impl Group {
    /// An option on its own, in its shortest form.
    fn spell(part: &Argument) -> Self {
        let words = match part {
            Argument::Flag { flag, value } => {
                [Some(flag.name()), value.clone()].into_iter().flatten().map(OsString::from).collect()
            }
            Argument::Free(text) => vec![text.into()],
            Argument::Separator => vec!["--".into()],
        };
        Self { words, parts: vec![part.clone()] }
    }
}

/// `-` alone is a free argument: standard input.
fn is_option(text: &str) -> bool {
    text.len() > 1 && text.starts_with('-')
}

fn unicode(word: &OsStr) -> Result<&str, Reason> {
    word.to_str().ok_or_else(|| Reason::new(Cause::NotUnicode, word.to_string_lossy()))
}

/// Reads the options in `word`, and their value from `rest` if it is not in there.
fn option<'a>(word: &OsString, text: &str, rest: &mut impl Iterator<Item = &'a OsString>) -> Result<Group, Reason> {
    let (flags, mut value) = match text.strip_prefix("--") {
        Some(long) => long_option(long)?,
        None => short_options(&text[1..])?,
    };
    let mut words = vec![word.clone()];
    let (last, others) = flags.split_last().ok_or_else(|| Reason::new(Cause::UnknownFlag, text))?;
    match (last.takes_value, &value) {
        (false, Some(_)) => return Err(Reason::new(Cause::InvalidArgument, text)),
        (true, None) => {
            let next = rest.next().ok_or_else(|| Reason::new(Cause::InvalidArgument, text))?;
            value = Some(unicode(next)?.to_owned());
            words.push(next.clone());
        }
        _ => {}
    }
    let mut parts: Vec<_> = others.iter().map(|flag| Argument::Flag { flag, value: None }).collect();
    parts.push(Argument::Flag { flag: last, value });
    Ok(Group { words, parts })
}

type Options = (Vec<&'static Flag>, Option<String>);

fn long_option(text: &str) -> Result<Options, Reason> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    let mut letters = name.chars();
    let found = match (letters.next(), letters.next()) {
        (Some(letter), None) => flags::short(letter),
        _ => flags::long(name),
    };
    let flag = found.ok_or_else(|| Reason::new(Cause::UnknownFlag, format!("--{name}")))?;
    Ok((vec![flag], value))
}

fn short_options(text: &str) -> Result<Options, Reason> {
    let mut found = Vec::new();
    for (at, letter) in text.char_indices() {
        let flag = flags::short(letter).ok_or_else(|| Reason::new(Cause::UnknownFlag, format!("-{letter}")))?;
        found.push(flag);
        let value = &text[at + letter.len_utf8()..];
        if flag.takes_value && !value.is_empty() {
            return Ok((found, Some(value.to_owned())));
        }
        if flag.takes_value {
            break;
        }
    }
    Ok((found, None))
}

/// Replaces each `@file` by the lines of the file, as rustc does it. Without one the words stay borrowed.
///
/// # Errors
/// A file that cannot be read, may be read once only (a pipe), is named as what this process has open, is not UTF-8, or
/// has a line that would itself be expanded if it were passed on as an argument; and the unstable `@shell:file`.
pub fn expand(words: &[OsString]) -> Result<Cow<'_, [OsString]>, Reason> {
    if !words.iter().any(|word| word.as_bytes().starts_with(b"@")) {
        return Ok(Cow::Borrowed(words));
    }
    let mut expanded = Vec::with_capacity(words.len());
    for word in words {
        match word.as_bytes().strip_prefix(b"@") {
            Some(file) => expanded.extend(lines(word, OsStr::from_bytes(file))?),
            None => expanded.push(word.clone()),
        }
    }
    Ok(Cow::Owned(expanded))
}

/// Where names stand for another file in each process.
const OF_ONE_PROCESS: [&str; 3] = ["/dev/stdin", "/dev/fd", "/proc"];

fn lines(word: &OsStr, file: &OsStr) -> Result<Vec<OsString>, Reason> {
    let refused = || Reason::new(Cause::ArgumentFile, word.to_string_lossy());
    if file.as_bytes().starts_with(b"shell:") {
        return Err(refused());
    }
    // Others read it, too: pcg-codegen, and stock rustc where the crate is handed on.
    let path = Path::new(file);
    if OF_ONE_PROCESS.iter().any(|place| path.starts_with(place)) || !path.is_file() {
        return Err(refused());
    }
    let text = std::fs::read_to_string(path).map_err(|_| refused())?;
    if text.lines().any(|line| line.starts_with('@')) {
        return Err(refused());
    }
    Ok(text.lines().map(OsString::from).collect())
}

/// Writes a command line in the form that `@file` reads: for one that is too long for the operating system.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for a word that has a line end or is not UTF-8, which the form cannot hold.
pub fn argument_file(words: &[OsString]) -> io::Result<String> {
    let mut text = String::new();
    for word in words {
        let line = word.to_str().filter(|line| !line.contains('\n') && !line.ends_with('\r'));
        text.push_str(line.ok_or(io::ErrorKind::InvalidInput)?);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
