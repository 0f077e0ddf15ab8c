//! Runs an application with plain Python and frozen, in the same empty root, and compares what is seen from outside.
//!
//! An [`Application`] is read from a directory with an `app.toml`, or from a script with inline metadata. Its distributions are installed once into an
//! [`Environment`] that both sides share. [`compare`] freezes it and runs its calls.

mod compare;
mod definition;
mod environment;
mod pyinstaller;
mod run;
mod tools;

pub mod table;

pub use compare::{Comparison, Outcome, compare};
pub use definition::Application;
pub use environment::Environment;
pub use pyinstaller::PyInstaller;
pub use tools::{PLAIN_PYTHON_VARIABLE, Tools};
