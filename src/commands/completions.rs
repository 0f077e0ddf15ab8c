//! `fastice completions`.

use clap::CommandFactory as _;

use super::print;
use crate::Result;
use crate::cli::{self, Cli};
use crate::error::ExitStatus;

/// Prints the completions for a shell.
pub(super) fn completions(arguments: &cli::Completions) -> Result<ExitStatus> {
    let mut out = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "fastice", &mut out);
    print::text(&String::from_utf8_lossy(&out))?;
    Ok(ExitStatus::Success)
}
