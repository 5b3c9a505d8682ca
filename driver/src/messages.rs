//! Messages between pcg's processes: lines of JSON over Unix sockets.
//!
//! | socket | who talks |
//! |---|---|
//! | in the scratch folder | the driver and the processes that rustc starts as its linker ([`crate::linker`]) |
//! | pcg-codegen's standard input | the driver and pcg-codegen: [`Request`], [`Answer`] |

use std::io::{self, BufRead, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use pcg_interface::report::Report;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What the driver says to pcg-codegen. When the other end is closed without [`Request::End`], the driver was killed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Whether the process's own token of the jobserver is the front end's.
    OwnToken {
        /// It is.
        is_lent: bool,
    },
    /// Compile a module; answered by [`Answer::Done`].
    Compile(Order),
    /// Give the tokens back and end, whatever is being done.
    End,
}

/// A module to compile.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The module's name.
    pub name: String,
    /// Its bitcode, which is removed once it has been read.
    pub bitcode: PathBuf,
    /// Where its object belongs.
    pub object: PathBuf,
}

/// What pcg-codegen says to the driver.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// So many tokens are held, besides the own one.
    Tokens(usize),
    /// What became of an order.
    Done(Box<Done>),
}

/// What became of an order.
#[derive(Debug, Serialize, Deserialize)]
pub struct Done {
    /// [`hash_of`] the bitcode: the object is there.
    pub bitcode: Result<String, Told>,
    /// Phases, units and modules, and the memory that pcg-codegen has needed until now.
    pub measured: Report,
}

/// A [`Failure`] of another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// [`Failure::id`].
    pub id: String,
    /// For people.
    pub sentence: String,
}

impl From<&Failure> for Told {
    fn from(failure: &Failure) -> Self {
        Self { id: failure.id().to_owned(), sentence: failure.to_string() }
    }
}

/// What bitcode is recognised by: its BLAKE3 hash in hexadecimal digits.
pub fn hash_of(bitcode: &[u8]) -> String {
    blake3::hash(bitcode).to_hex().to_string()
}

/// Sends one message. Only one thread may send at a time.
///
/// # Errors
///
/// Fails if the other side is gone.
pub fn send(mut stream: &UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Reads one message.
///
/// # Errors
///
/// Fails if the other side is gone or says something else.
pub fn receive<T: for<'a> Deserialize<'a>>(stream: &mut impl BufRead) -> io::Result<T> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    Ok(serde_json::from_slice(&line)?)
}
