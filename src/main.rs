//! The `fastice` command.

use std::process::ExitCode;

use clap::Parser;
use fastice::cli::Cli;
use fastice::{commands, sandbox};

fn main() -> ExitCode {
    if let Some(status) = sandbox::enter() {
        return status.into();
    }
    commands::main(Cli::parse()).into()
}
