//! One command per file. Each is a function from its part of the command line to an exit status or an error.

mod build;
mod cache;
mod cat;
mod check;
mod completions;
mod diff;
mod explain;
mod extract;
mod init;
mod inside;
mod inspect;
mod licenses;
mod list;
mod man;
mod print;
mod report;
mod run;
mod runtime;
mod sbom;
mod snapshot;
mod trace;
mod tree;
mod verify;
mod why;

use std::io::IsTerminal as _;

use crate::cli::{Cli, Color, Command, Global};
use crate::error::ExitStatus;
use crate::ui::{Terminal, Verbosity};
use crate::{Error, Result, interrupt};

/// Runs a command and reports its error.
pub fn main(cli: Cli) -> ExitStatus {
    let terminal = terminal(&cli.global);
    // A traced command ends as it will, and what it did is recorded after that.
    let watched = if matches!(cli.command, Command::Trace(_)) {
        Ok(())
    } else {
        interrupt::watch().map_err(Error::io)
    };
    let result = watched.and_then(|()| dispatch(cli.command, &terminal));
    match result {
        Ok(status) => status,
        Err(error) => {
            // A child killed by a signal that also ends this process is no error of its own.
            interrupt::settle();
            terminal.error(&error);
            error.code().exit_status()
        }
    }
}

fn dispatch(command: Command, terminal: &Terminal) -> Result<ExitStatus> {
    match command {
        Command::Build(arguments) => build::build(&arguments, terminal),
        Command::Run(arguments) => run::run(&arguments, terminal),
        Command::Init(arguments) => init::init(&arguments, terminal),
        Command::Trace(arguments) => trace::trace(&arguments, terminal),
        Command::Check(arguments) => check::check(&arguments, terminal),
        Command::Inspect(arguments) => inspect::inspect(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Tree(arguments) => tree::tree(&arguments),
        Command::Cat(arguments) => cat::cat(&arguments),
        Command::Extract(arguments) => extract::extract(&arguments, terminal),
        Command::Why(arguments) => why::why(&arguments),
        Command::Report(arguments) => report::report(&arguments, terminal),
        Command::Licenses(arguments) => licenses::licenses(&arguments),
        Command::Sbom(arguments) => sbom::sbom(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments, terminal),
        Command::Runtime(arguments) => runtime::runtime(&arguments),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Man(arguments) => man::man(&arguments),
        Command::Snapshot(arguments) => snapshot::snapshot(&arguments, terminal),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Cache(arguments) => cache::cache(&arguments, terminal),
    }
}

fn terminal(global: &Global) -> Terminal {
    let choice = match global.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    let verbosity = match (global.quiet, global.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, _) => Verbosity::Verbose,
    };
    Terminal::new(verbosity, std::io::stderr().is_terminal())
}
