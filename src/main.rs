//! The `fastice` command.

use std::process::ExitCode;

use clap::Parser;
use fastice::cli::Cli;
use fastice::commands;

fn main() -> ExitCode {
    commands::main(Cli::parse()).into()
}
