//! What rustc says on stderr, passed on line by line as it comes, in the words of stock rustc.
//!
//! cargo starts the crates that depend on this one when it reads the notice of the metadata file, so a line is passed
//! on as soon as it is there. What is special:
//!
//! * A notice of an output (`"$message_type":"artifact"`) names the file in the scratch folder. The file is put in its
//!   place first, then the notice goes out with the path that stock would have named.
//! * From the first notice of a linked output or an object on, lines are held back: it does not have its machine code
//!   yet.
//! * A line that mentions the scratch folder otherwise may be about trouble that stock would not have had. It and all
//!   behind it are held back until it is known whether the compile succeeds.
//! * After a failed link nothing more is passed on: stock rustc is going to link again and to say why it fails.
//!
//! Everything shown is remembered. In a fallback stock rustc says it again, and then it is skipped.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use pcg_interface::output::Output;
use serde::Deserialize;

use crate::emit::EmitKind;
use crate::failure::Failure;
use crate::outputs::Outputs;

/// What the user has seen of rustc's stderr.
#[derive(Debug, Default)]
pub struct Transcript {
    /// Lines with their ends, in order.
    pub shown: VecDeque<Vec<u8>>,
    /// Whether somebody has been told that the metadata is there, and may be reading it.
    pub metadata: bool,
}

impl Transcript {
    /// Shows a line and remembers it.
    fn show(&mut self, line: Vec<u8>) {
        Output.stderr(&line);
        self.shown.push_back(line);
    }

    /// Shows a line of stock rustc's unless it was shown before.
    fn show_again(&mut self, line: &[u8]) {
        if self.shown.front().is_some_and(|shown| shown == line) {
            self.shown.pop_front();
        } else {
            Output.stderr(line);
        }
    }

    /// Passes stock rustc's stderr on, without what was shown before.
    pub fn skip_shown(&mut self, stream: impl Read) {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            self.show_again(&line);
            line.clear();
        }
    }
}

/// A notice of an output.
#[derive(Debug, Deserialize)]
struct Artifact {
    artifact: PathBuf,
    emit: String,
}

impl Artifact {
    /// Whether the front end has written bitcode there.
    fn is_code(&self) -> bool {
        EmitKind::parse(&self.emit).is_none_or(EmitKind::needs_code)
    }
}

/// Whose stderr is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The front end's: its outputs are put in their places.
    FrontEnd,
    /// Stock rustc's in a fallback: what was shown before is skipped, outputs stay where they are.
    Stock,
}

/// The stream of one rustc.
pub struct Forwarder<'a> {
    speaker: Speaker,
    outputs: &'a Outputs,
    transcript: &'a mut Transcript,
    /// What rustc says for the scratch folder.
    scratch: String,
    held: Vec<Vec<u8>>,
}

impl<'a> Forwarder<'a> {
    /// For a rustc that writes to `outputs` in the folder `scratch`.
    pub fn new(speaker: Speaker, outputs: &'a Outputs, scratch: &Path, transcript: &'a mut Transcript) -> Self {
        Self { speaker, outputs, transcript, scratch: scratch.display().to_string(), held: Vec::new() }
    }

    /// Passes lines on until the stream ends or `stop` says that there is no use in it any more.
    ///
    /// # Errors
    ///
    /// Fails if an output cannot be put in its place.
    pub fn forward(&mut self, stream: impl Read, stop: impl Fn() -> bool) -> Result<(), Failure> {
        let mut stream = BufReader::new(stream);
        loop {
            let mut line = Vec::new();
            let read = stream.read_until(b'\n', &mut line);
            if line.is_empty() || read.is_err() {
                return Ok(());
            }
            if !stop() {
                self.line(line)?;
            }
        }
    }

    fn line(&mut self, line: Vec<u8>) -> Result<(), Failure> {
        let artifact = artifact(&line);
        let is_code = artifact.as_ref().is_some_and(Artifact::is_code);
        let is_doubtful = artifact.is_none() && (contains(&line, self.scratch.as_bytes()) || is_crash(&line));
        if !self.held.is_empty() || is_code || (is_doubtful && self.speaker == Speaker::FrontEnd) {
            self.held.push(line);
            return Ok(());
        }
        if let Some(artifact) = artifact
            && self.speaker == Speaker::FrontEnd
        {
            self.outputs.place(&artifact.artifact)?;
            self.transcript.metadata |= artifact.emit == "metadata";
        }
        self.show(&line);
        Ok(())
    }

    /// Shows what was held back: every output is in its place.
    pub fn release(&mut self) {
        for line in std::mem::take(&mut self.held) {
            self.show(&line);
        }
    }

    fn show(&mut self, line: &[u8]) {
        let line = self.as_stock(line);
        match self.speaker {
            Speaker::FrontEnd => self.transcript.show(line),
            Speaker::Stock => self.transcript.show_again(&line),
        }
    }

    /// Whether something was held back that is no notice: a message about the scratch folder.
    pub fn has_doubts(&self) -> bool {
        self.held.first().is_some_and(|line| artifact(line).is_none())
    }

    /// The line with the user's paths for those in the scratch folder.
    fn as_stock(&self, line: &[u8]) -> Vec<u8> {
        if !contains(line, self.scratch.as_bytes()) {
            return line.to_vec();
        }
        let Ok(text) = str::from_utf8(line) else { return line.to_vec() };
        let is_json = text.starts_with('{');
        let spell = |path: &str| if is_json { in_json(path) } else { path.to_owned() };
        let replaced = self
            .outputs
            .spellings()
            .iter()
            .fold(text.to_owned(), |text, (said, real)| text.replace(&spell(said), &spell(real)));
        replaced.into_bytes()
    }
}

fn artifact(line: &[u8]) -> Option<Artifact> {
    let start = br#"{"$message_type":"artifact""#;
    line.starts_with(start).then(|| serde_json::from_slice(line).ok()).flatten()
}

/// What rustc's panic handler begins with. Its text names the compiler's flags.
fn is_crash(line: &[u8]) -> bool {
    line.starts_with(b"thread 'rustc' ")
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|window| window == part)
}

/// As it stands in a JSON string.
fn in_json(path: &str) -> String {
    let quoted = serde_json::to_string(path).unwrap_or_default();
    quoted.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests;
