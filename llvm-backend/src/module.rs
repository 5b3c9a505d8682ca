//! The bitcode of one module.

use std::sync::Arc;

use crate::error::Error;

/// What a bitcode file starts with (`llvm::isBitcode`): raw, or with the wrapper that Darwin puts around it.
const MAGIC: [&[u8]; 2] = [b"BC\xC0\xDE", b"\xDE\xC0\x17\x0B"];

/// Whether a file is bitcode rather than machine code.
pub fn is_bitcode(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
}

/// One module as the front end wrote it. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct CrateModule {
    name: Arc<str>,
    // Not a slice: that would be another copy.
    bitcode: Arc<Vec<u8>>,
}

impl CrateModule {
    /// Takes a module's bytes; `name` is used in messages.
    ///
    /// # Errors
    /// [`Error::Bitcode`] if the bytes do not start as bitcode does.
    pub fn new(name: &str, bitcode: Vec<u8>) -> Result<Self, Error> {
        if !is_bitcode(&bitcode) {
            return Err(Error::Bitcode { module: name.to_owned(), message: "it is no bitcode file".to_owned() });
        }
        Ok(Self { name: name.into(), bitcode: bitcode.into() })
    }

    /// The name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes as the front end wrote them.
    pub fn bitcode(&self) -> &[u8] {
        &self.bitcode
    }

    /// LLVM cannot read it.
    pub(crate) fn error(&self, message: String) -> Error {
        Error::Bitcode { module: self.name.to_string(), message }
    }
}
