//! Errors: one clear sentence, and the exit status that goes with it.

use std::fmt;

/// What went wrong, said to a person.
#[derive(Debug)]
pub struct Error {
    /// One sentence that names the value and what to do.
    pub message: String,
    /// The process's exit status: 2 when the request cannot be met as it was put, 1 when something
    /// that was tried has failed.
    pub status: u8,
}

/// A result with our error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The request cannot be met as it was put: a wrong value, or something that is not there.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 2 }
    }

    /// Something that was tried has failed: a compiler, a test, a download.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1 }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Turns an I/O error into a sentence: "cannot {what}: {why}".
pub trait Context<T> {
    /// `what` completes "cannot …", with the path or address in it.
    fn cannot(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn cannot(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|why| Error::failed(format!("Cannot {what}: {why}.")))
    }
}
