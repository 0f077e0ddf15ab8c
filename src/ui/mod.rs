//! What a build tells a person while it works. Stages only know the trait [`Reporter`]; the terminal is behind it.

pub mod diagnostic;
pub mod format;
mod terminal;
mod warning;

pub use terminal::{Terminal, Verbosity};
pub use warning::Warning;

use crate::Error;

/// Receives the progress of a build. Everything here goes to stderr, never to stdout.
pub trait Reporter: Sync {
    /// A stage begins (`Resolving dependencies`); it ends when the next one begins or the build does.
    fn stage(&self, name: &str);
    /// How far the current stage is.
    fn progress(&self, done: u64, total: u64);
    /// A detail for `-v`.
    fn detail(&self, text: &str);
    /// Something the user should know although the build goes on.
    fn warn(&self, warning: &Error);
}

/// Says nothing: for tests and for builds inside other commands.
pub struct Silent;

impl Reporter for Silent {
    fn stage(&self, _name: &str) {}
    fn progress(&self, _done: u64, _total: u64) {}
    fn detail(&self, _text: &str) {}
    fn warn(&self, _warning: &Error) {}
}
