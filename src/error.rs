//! The one error type that users see: a sentence with the cause, a hint with the remedy, a code that
//! `fastice explain` knows, and for their own files the place in the source.

use std::path::PathBuf;

/// Result of everything a user can cause to fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, told to a person.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: String,
    hint: Option<String>,
    place: Option<Box<Place>>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A place in a file of the user's.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// First byte of the marked span.
    pub start: usize,
    /// Bytes in the span, at least 1.
    pub len: usize,
    /// What is wrong there.
    pub label: String,
}

/// Identifies a kind of error for `fastice explain` and for scripts. One explanation each in `templates/errors/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The input path does not exist.
    NoSuchPath,
    /// An operation of the file system failed.
    Io,
}

impl Error {
    /// An error with its one sentence: no capital letter, no full stop.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, place: None, cause: None }
    }
    /// Adds the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// Adds the place in a user's file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }
    /// Adds the error underneath.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }
}
