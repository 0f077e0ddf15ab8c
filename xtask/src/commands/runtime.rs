//! `cargo xtask runtime`.

use std::num::NonZero;
use std::path::PathBuf;
use std::thread;

use crate::runtime::{self, Profile, Request};

/// How the runtime is built; shared by every command that needs one.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// CPython's source archive, instead of a download
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// Build without a profile: minutes faster to build, about 10 % slower to run
    #[arg(long)]
    plain: bool,
    /// Compile this many files at a time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
}

impl Options {
    /// The pack to build.
    pub(crate) fn request(&self) -> Request {
        Request {
            source: self.source.clone(),
            profile: if self.plain {
                Profile::None
            } else {
                Profile::Guided
            },
            jobs: self
                .jobs
                .or_else(|| thread::available_parallelism().ok())
                .map_or(1, NonZero::get),
        }
    }
}

/// `cargo xtask runtime`.
#[derive(clap::Args)]
pub(crate) struct Command {
    #[command(flatten)]
    options: Options,
    /// Print the path of the unfrozen interpreter of the same build instead
    #[arg(long)]
    python: bool,
}

pub(crate) fn run(command: &Command) -> miette::Result<()> {
    let request = command.options.request();
    let path = if command.python {
        runtime::provide_python(&request)?
    } else {
        runtime::provide(&request)?
    };
    println!("{}", path.display());
    Ok(())
}
