//! Arguments of the commands that are about no executable: fastice itself, and programs before they are frozen.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{OutputFormat, examples};

/// Arguments of `fastice completions`.
#[derive(Debug, Args)]
#[command(after_help = examples::COMPLETIONS)]
pub struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Arguments of `fastice man`.
#[derive(Debug, Args)]
#[command(after_help = examples::MAN)]
pub struct Man {
    /// The command that the page is about [default: fastice itself].
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub command: Option<String>,
    /// Write the pages of all commands into this directory.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Arguments of `fastice runtime`.
#[derive(Debug, Args)]
#[command(after_help = examples::RUNTIME)]
pub struct Runtime {
    /// What to do with them.
    #[command(subcommand)]
    pub action: RuntimeAction,
}

/// What to do with runtime packs.
#[derive(Debug, Subcommand)]
pub enum RuntimeAction {
    /// List the packs that are here: the one that builds use, and those in the cache.
    List {
        /// The shape of the list.
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        output_format: OutputFormat,
    },
}

/// Arguments of `fastice trace`.
#[derive(Debug, Args)]
#[command(after_help = examples::TRACE)]
pub struct Trace {
    /// The file to write, for `fastice build --trace`.
    #[arg(short, long, value_name = "FILE", default_value = "fastice-trace.json")]
    pub output: PathBuf,
    /// The command. What ends in `.py`, or after `--` begins with an option of `python`, is run by the runtime.
    #[arg(trailing_var_arg = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Arguments of `fastice init`.
#[derive(Debug, Args)]
#[command(after_help = examples::INIT)]
pub struct Init {
    /// The project's directory [default: the working directory].
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// Arguments of `fastice report`.
#[derive(Debug, Args)]
#[command(after_help = examples::REPORT)]
pub struct Report {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The page to write, `-` for stdout [default: FILE.html].
    #[arg(short, long, value_name = "FILE.html")]
    pub output: Option<PathBuf>,
    /// Run the executable apart from this machine, and show what its start imports.
    #[arg(long)]
    pub timeline: bool,
    /// Arguments for that run, after `--`; they imply `--timeline` [default: as `fastice check` chooses].
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<String>,
}
