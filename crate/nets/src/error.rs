//! The one error type: a sentence that names the bad value and says what to do.

use std::fmt;

/// What went wrong, in one sentence for the person who can mend it.
///
/// Errors are made only where outsiders speak: files, settings, addresses, command lines.
/// Shapes inside the crate are our own invariants and are asserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error that says `sentence`, on one line whatever somebody's words in it were.
    pub fn new(sentence: impl AsRef<str>) -> Self {
        Self(printable(sentence.as_ref()))
    }
}

/// The text with spaces for line ends and other control characters.
pub fn printable(text: &str) -> String {
    text.replace(char::is_control, " ")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The result of whatever an outsider can get wrong.
pub type Result<T> = std::result::Result<T, Error>;
