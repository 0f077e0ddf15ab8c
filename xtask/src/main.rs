//! Chores of this workspace: `cargo xtask runtime | build | demo | test | bench`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "results go to stdout, progress to stderr"
)]

mod cache;
mod commands;
mod inputs;
mod packages;
mod runtime;
mod step;
mod workspace;

use clap::Parser;

/// Chores of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> miette::Result<()> {
    Arguments::parse().command.run()
}
