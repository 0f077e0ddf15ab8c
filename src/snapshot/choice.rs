//! `--snapshot` and `[tool.fastice.snapshot]`: what the user decides.

use clap::ValueEnum;
use fastice_image::{Header, Program};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::inspect::Hardening;
use crate::{Code, Error, Result};

/// What a process begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// An initialized interpreter with the standard modules that every start needs.
    #[default]
    Base,
    /// The same, and what the program imports first, as far as it asks nothing of the machine.
    App,
    /// Nothing: an ordinary start.
    Off,
}

/// The table `snapshot`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// What a process begins with, as `--snapshot`.
    pub mode: Option<Choice>,
    /// Modules to have in a snapshot of the mode `app` in place of those that the program imports first, with what they import
    /// themselves.
    pub preload: Vec<String>,
}

/// Does a program with this header get a snapshot? Only one that is set up as by default: the rest is decided when a process starts.
///
/// # Errors
/// [`Code::NoSnapshot`] when one was asked for that cannot be.
pub(crate) fn is_wanted(
    choice: Option<Choice>,
    header: &Header,
    hardening: Option<Hardening>,
) -> Result<bool> {
    if choice == Some(Choice::Off) {
        return Ok(false);
    }
    let reason = match &header.program {
        _ if hardening.is_some_and(|held| held.position_independent) => {
            "the runtime is position-independent: what a snapshot holds has fixed addresses"
        }
        Program::File { .. } | Program::Module { .. } | Program::Directory { .. } => {
            if header.settings.is_usual() {
                return Ok(true);
            }
            "its configuration sets up Python in another way than the default"
        }
        _ => "it is neither a script nor a module nor a directory",
    };
    if choice.is_none() {
        return Ok(false);
    }
    Err(Error::new(
        Code::NoSnapshot,
        format!("there can be no start snapshot: {reason}"),
    )
    .hint("leave `--snapshot` away"))
}

/// The warning of a build that goes on without a snapshot.
pub(crate) fn left_out(error: Error) -> Error {
    Error::new(
        Code::SnapshotLeftOut,
        format!("the executable has no start snapshot: {error}"),
    )
    .hint("it starts as python does; `--snapshot off` says that this is what you want")
    .caused_by(error)
}
