//! `cargo xtask runtime`.

use std::num::NonZero;
use std::path::PathBuf;
use std::thread;

use crate::runtime::{self, Build, Request};

/// How the runtime is built; shared by every command that needs one.
#[derive(clap::Args)]
// Other commands have options of their own, of the same name.
#[group(skip)]
pub(crate) struct Options {
    /// CPython's source archive, instead of a download
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// Build without a profile: minutes faster to build, about 10 % slower to run
    #[arg(long)]
    plain: bool,
    /// Build what is distributed: runs wherever there is glibc 2.17, the fastest, the same bytes wherever it is built
    #[arg(long, conflicts_with = "plain")]
    release: bool,
    /// Build the runtime of `fastice build --hardened`: position-independent, and with what the compiler has against exploits
    #[arg(long)]
    hardened: bool,
    /// Compile this many files at a time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
}

impl Options {
    /// The pack to build.
    pub(crate) fn request(&self) -> Request {
        Request {
            source: self.source.clone(),
            build: if self.release {
                Build::Release
            } else if self.plain {
                Build::Plain
            } else {
                Build::Guided
            },
            hardened: self.hardened,
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
    /// Make the profile in runtime/cpython anew, which releases are built with, and print its path instead
    #[arg(long, requires = "release", conflicts_with = "python")]
    train: bool,
}

pub(crate) fn run(command: &Command) -> miette::Result<()> {
    let request = command.options.request();
    let path = if command.train {
        runtime::train(&request)?
    } else if command.python {
        runtime::provide_python(&request)?
    } else {
        runtime::provide(&request)?
    };
    println!("{}", path.display());
    Ok(())
}
