//! How a compile ended, as the caller of pcg-rustc sees it.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use crate::signals;

/// An exit code, or the signal that ended stock rustc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// An exit code: 0, stock rustc's, or one of [`pcg_interface::exit_code`].
    Code(u8),
    /// Stock rustc died by this signal, and so does pcg-rustc.
    Signal(i32),
}

impl Exit {
    /// The code for reports; `None` for a signal.
    pub fn code(self) -> Option<i32> {
        match self {
            Self::Code(code) => Some(code.into()),
            Self::Signal(_) => None,
        }
    }

    /// Ends this process.
    pub fn leave(self) -> ! {
        match self {
            Self::Code(code) => std::process::exit(code.into()),
            Self::Signal(signal) => signals::die_by(signal),
        }
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            // An exit code has eight bits.
            (Some(code), _) => Self::Code(u8::try_from(code).unwrap_or(u8::MAX)),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Code(u8::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_signals_are_told_apart() {
        assert_eq!(Exit::from(ExitStatus::from_raw(101 << 8)), Exit::Code(101));
        assert_eq!(Exit::from(ExitStatus::from_raw(11)), Exit::Signal(11));
        assert_eq!(Exit::Signal(11).code(), None);
    }
}
