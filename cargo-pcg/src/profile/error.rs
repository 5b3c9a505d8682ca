//! Why a profile cannot be had.

use std::borrow::Cow;
use std::path::PathBuf;

use thiserror::Error;

use super::Problem;

/// An expected error.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    #[error("there is no profile `{name}`: there are {}", list(known))]
    Unknown { name: String, known: Vec<String>, nearest: String },
    #[error("{} has several profiles, and none is called `{name}` as the file is", path.display())]
    NoneInFile { path: PathBuf, name: String },
    #[error("there is a profile `{name}` in {place} already")]
    Exists { name: String, place: String },
    #[error("`{0}` cannot be a profile's name")]
    Name(String),
    #[error("{0}")]
    Problem(Box<Problem>),
    #[error("profiles have {}", mistakes(*.0))]
    Problems(usize),
}

impl From<Problem> for ProfileError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl ProfileError {
    /// What the user can do about it.
    pub(crate) fn help(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown { nearest, .. } => {
                format!("the nearest name is `{nearest}`; `cargo pcg profile list` says what each is for").into()
            }
            Self::NoneInFile { .. } => "give the file the name of the profile that is meant".into(),
            Self::Exists { .. } => "choose another name, or edit that one".into(),
            Self::Name(_) => "a name has letters, digits, `-` and `_`".into(),
            Self::Problem(problem) => problem.help.clone().into(),
            Self::Problems(_) => "mend these lines".into(),
        }
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn mistakes(number: usize) -> String {
    if number == 1 { "a mistake".to_owned() } else { format!("{number} mistakes") }
}
