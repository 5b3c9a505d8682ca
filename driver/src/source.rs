//! What only the source says about a crate: its types and its name, where the command line leaves them out.
//!
//! Both are attributes in the root file, in full: rustc does not let macros make them. A file without their names is
//! an executable named after the file; otherwise rustc is asked, which costs some milliseconds.

use std::path::Path;
use std::process::Command;

use crate::args::Arguments;
use crate::crate_type::CrateType;
use crate::request::Request;

/// What the source says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFacts {
    /// The crate types, or `None` if they cannot be found out.
    pub crate_types: Option<Vec<CrateType>>,
    /// The crate's name, or `None` if it cannot be found out.
    pub crate_name: Option<String>,
}

impl SourceFacts {
    /// Fills in what the request leaves out. What it says is taken over.
    pub fn find(request: &Request, arguments: &Arguments, input: &Path, rustc: &Path) -> Self {
        let mut facts = Self { crate_types: said_types(request), crate_name: request.crate_name.clone() };
        if facts.crate_types.is_some() && facts.crate_name.is_some() {
            return facts;
        }
        // Where the file cannot be read, rustc says so.
        let text = std::fs::read(input).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        if facts.crate_types.is_none() && !text.contains("crate_type") {
            facts.crate_types = Some(vec![CrateType::Bin]);
        }
        if facts.crate_name.is_none() && !text.contains("crate_name") {
            facts.crate_name = name_of_file(input);
        }
        if facts.crate_types.is_none() || facts.crate_name.is_none() {
            facts.ask(arguments, rustc, &text);
        }
        facts
    }

    fn ask(&mut self, arguments: &Arguments, rustc: &Path, text: &str) {
        let mut words = arguments.without(|flag, _| flag.is_short('o') || flag.is_long("emit")).to_words();
        words.splice(0..0, ["--print=crate-name", "--print=file-names"].map(Into::into));
        let Ok(output) = Command::new(rustc).args(words).output() else { return };
        let answer = String::from_utf8_lossy(&output.stdout);
        let mut lines = answer.lines();
        let Some(name) = lines.next().filter(|_| output.status.success()) else { return };
        self.crate_name.get_or_insert_with(|| name.to_owned());
        self.crate_types.get_or_insert_with(|| lines.map(|file| type_of_file(file, text)).collect());
    }
}

/// `--test` makes an executable, whatever else is said.
fn said_types(request: &Request) -> Option<Vec<CrateType>> {
    if request.test {
        return Some(vec![CrateType::Bin]);
    }
    (!request.crate_types.is_empty()).then(|| request.crate_types.clone())
}

/// rustc's default: the file's stem with underscores.
pub fn name_of_file(input: &Path) -> Option<String> {
    Some(input.file_stem()?.to_str()?.replace('-', "_"))
}

/// The crate type of an output file on linux. Three types have the same names; the source tells which one it is.
fn type_of_file(name: &str, text: &str) -> CrateType {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("rlib") => CrateType::Rlib,
        Some("a") => CrateType::Staticlib,
        Some("so") => [CrateType::ProcMacro, CrateType::Cdylib]
            .into_iter()
            .find(|kind| text.contains(&format!("\"{}\"", kind.name())))
            .unwrap_or(CrateType::Dylib),
        _ => CrateType::Bin,
    }
}

#[cfg(test)]
mod tests;
