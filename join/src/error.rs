//! Why objects cannot be joined.

/// An error of [`join`](crate::join). Objects are named by their position.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An object breaks the rules of ELF.
    #[error("object {object} is malformed: {message}")]
    Malformed {
        /// Its position.
        object: usize,
        /// What is wrong with it.
        message: String,
    },
    /// An object has something for which there is no rule here.
    #[error("object {object} has {what}, which cannot be joined")]
    Unsupported {
        /// Its position.
        object: usize,
        /// What it has.
        what: String,
    },
    /// A symbol has two strong definitions.
    #[error("`{symbol}` is defined by object {first} and by object {second}")]
    Duplicate {
        /// Its name.
        symbol: String,
        /// The position of the first object that defines it.
        first: usize,
        /// The position of the second one.
        second: usize,
    },
    /// No object defines a promoted symbol.
    #[error("the promoted symbol `{symbol}` is not defined")]
    NotDefined {
        /// Its name.
        symbol: String,
    },
    /// A table would have more entries than ELF can count.
    #[error("the joined object has too many {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
    },
}

impl Error {
    /// For `map_err` on what reads an object.
    pub(crate) fn malformed<T: ToString>(object: usize) -> impl Fn(T) -> Self {
        move |message| Self::Malformed { object, message: message.to_string() }
    }

    pub(crate) fn unsupported(object: usize, what: impl Into<String>) -> Self {
        Self::Unsupported { object, what: what.into() }
    }
}

/// A name in a message.
pub(crate) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
