//! What LLVM's inliner did: written by `--pcg-inline-truth`, and what `pcg-lab` measures forecasts and cuts against.
//!
//! The crate is compiled as one unit, and LLVM's remarks say which call sites were inlined. A remark names the function
//! that took the body in, *when it did*: if `c` was inlined into `b` and then `b` into `a`, there is no pair `(a, c)`; if
//! `b` went into `a` first and its call of `c` was inlined there, the pair is `(a, c)`, though `a` had no such call in
//! the source.
//!
//! One JSON object without line breaks, UTF-8. Version 1:
//!
//! | field | content |
//! |---|---|
//! | `schema_version` | `1` |
//! | `name` | the module's name, the same as in its saved [graph](crate::file) |
//! | `symbols` | the symbols that occur, mangled, each once and in order |
//! | `inlined` | `[caller, callee, call sites]` for each pair, as positions in `symbols`, ordered by caller and callee |
//!
//! A reader accepts exactly the version that it knows; anything else in the file is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

/// The version of the format that is written, and the only one that is read.
pub const SCHEMA_VERSION: u32 = 1;

/// Why an inline truth could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// The file could not be read.
    #[error("the inline truth could not be read")]
    Read(#[source] std::io::Error),
    /// The file could not be written.
    #[error("the inline truth could not be written")]
    Write(#[source] serde_json::Error),
    /// The content is not an inline truth.
    #[error("this is not an inline truth")]
    Format(#[source] serde_json::Error),
    /// The file is an inline truth of another version.
    #[error("the inline truth has schema version {found}, this program reads version {SCHEMA_VERSION}")]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// A pair names a symbol that is not in the file.
    #[error("a pair of the inline truth has symbol {position}, and there are only {symbols}")]
    UnknownSymbol {
        /// The position in the list of symbols.
        position: u32,
        /// How many symbols there are.
        symbols: usize,
    },
}

/// Which pairs of caller and callee LLVM inlined in one module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// The module's name.
    pub name: String,
    /// For each pair of symbols, caller first, how many call sites were inlined.
    inlined: BTreeMap<(String, String), u32>,
}

/// A pair of caller and callee that LLVM inlined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InlinedPair<'a> {
    /// The symbol of the function that took the body in.
    pub caller: &'a str,
    /// The symbol of the function whose body it was.
    pub callee: &'a str,
    /// How many call sites, at least 1.
    pub sites: u32,
}

impl Truth {
    /// From one pair of symbols, caller first, for each inlined call site, in any order.
    pub fn new(name: String, sites: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut inlined = BTreeMap::new();
        sites.into_iter().for_each(|pair| *inlined.entry(pair).or_default() += 1);
        Self { name, inlined }
    }

    /// The pairs, ordered by caller and callee.
    pub fn pairs(&self) -> impl Iterator<Item = InlinedPair<'_>> {
        self.inlined.iter().map(|((caller, callee), sites)| InlinedPair { caller, callee, sites: *sites })
    }
}

/// Writes `truth`.
///
/// # Errors
///
/// [`TruthError::Write`] if `writer` fails.
pub fn write_truth(truth: &Truth, writer: impl Write) -> Result<(), TruthError> {
    let symbols: BTreeSet<&str> = truth.pairs().flat_map(|pair| [pair.caller, pair.callee]).collect();
    let position: BTreeMap<&str, u32> = symbols.iter().copied().zip(0..).collect();
    let row = |pair: InlinedPair<'_>| (position[pair.caller], position[pair.callee], pair.sites);
    let saved = SavedTruth {
        schema_version: SCHEMA_VERSION,
        name: truth.name.clone(),
        symbols: symbols.into_iter().map(str::to_owned).collect(),
        inlined: truth.pairs().map(row).collect(),
    };
    serde_json::to_writer(writer, &saved).map_err(TruthError::Write)
}

/// Reads an inline truth.
///
/// # Errors
///
/// [`TruthError`] if `reader` fails, or the content is not an inline truth of this version.
pub fn read_truth(mut reader: impl Read) -> Result<Truth, TruthError> {
    let mut text = Vec::new();
    reader.read_to_end(&mut text).map_err(TruthError::Read)?;
    let header: Header = serde_json::from_slice(&text).map_err(TruthError::Format)?;
    if header.schema_version != SCHEMA_VERSION {
        return Err(TruthError::Version { found: header.schema_version });
    }
    let saved: SavedTruth = serde_json::from_slice(&text).map_err(TruthError::Format)?;
    saved.truth()
}

/// The part of the format that stays the same in every version.
#[derive(Deserialize)]
struct Header {
    schema_version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTruth {
    schema_version: u32,
    name: String,
    symbols: Vec<String>,
    inlined: Vec<(u32, u32, u32)>,
}

impl SavedTruth {
    fn truth(self) -> Result<Truth, TruthError> {
        let symbol = |position: u32| {
            let unknown = TruthError::UnknownSymbol { position, symbols: self.symbols.len() };
            self.symbols.get(position as usize).cloned().ok_or(unknown)
        };
        let mut inlined = BTreeMap::new();
        for &(caller, callee, sites) in &self.inlined {
            *inlined.entry((symbol(caller)?, symbol(callee)?)).or_default() += sites;
        }
        Ok(Truth { name: self.name, inlined })
    }
}

#[cfg(test)]
mod tests {
    use super::{Truth, TruthError, read_truth, write_truth};

    fn sample() -> Truth {
        let sites = [("a", "b"), ("main \"quoted\"", "a"), ("a", "b"), ("a", "a")];
        Truth::new("demo".into(), sites.map(|(caller, callee)| (caller.into(), callee.into())))
    }

    fn saved(truth: &Truth) -> String {
        let mut bytes = Vec::new();
        write_truth(truth, &mut bytes).expect("memory takes everything");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    #[test]
    fn a_truth_survives_saving_and_reading() {
        assert_eq!(read_truth(saved(&sample()).as_bytes()).expect("own files are readable"), sample());
    }

    #[test]
    fn the_format_is_as_documented() {
        let expected = concat!(
            r#"{"schema_version":1,"name":"demo","symbols":["a","b","main \"quoted\""],"#,
            r#""inlined":[[0,0,1],[0,1,2],[2,0,1]]}"#,
        );
        assert_eq!(saved(&sample()), expected);
    }

    #[test]
    fn another_version_is_refused_by_its_number() {
        let newer = r#"{"schema_version":2,"pairs":[]}"#;
        assert!(matches!(read_truth(newer.as_bytes()), Err(TruthError::Version { found: 2 })));
    }

    #[test]
    fn garbage_is_refused() {
        let unknown_field = saved(&sample()).replacen("\"inlined\"", "\"kept\"", 1);
        let truncated = &saved(&sample())[..40];
        for text in ["", "\u{7f}ELF", "[]", "{}", truncated, &unknown_field] {
            assert!(matches!(read_truth(text.as_bytes()), Err(TruthError::Format(_))), "{text}");
        }
    }

    #[test]
    fn a_pair_of_no_symbol_is_refused() {
        let text = saved(&sample()).replace("[2,0,1]", "[9,0,1]");
        assert!(matches!(read_truth(text.as_bytes()), Err(TruthError::UnknownSymbol { position: 9, symbols: 3 })));
    }
}
