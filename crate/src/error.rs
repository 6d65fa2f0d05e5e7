//! The one error type: a sentence that names the bad value and says what to do.

use std::fmt;

/// What went wrong, in one sentence for the person who can mend it.
///
/// Errors are made only where outsiders speak: files, settings, addresses, command lines.
/// Shapes inside the crate are our own invariants and are asserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error that says `sentence`.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The result of whatever an outsider can get wrong.
pub type Result<T> = std::result::Result<T, Error>;
