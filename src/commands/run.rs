//! `fastice run`.

use std::env;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::build;
use crate::cli;
use crate::configure;
use crate::error::ExitStatus;
use crate::snapshot::Choice;
use crate::ui::Terminal;
use crate::{Code, Error, Result, cache};

/// Builds into the cache and becomes the program.
pub(super) fn run(arguments: &cli::Run, terminal: &Terminal) -> Result<ExitStatus> {
    let mut configuration = configure::load(&arguments.source)?;
    // To make one takes longer than a single start gains.
    configuration.snapshot.mode.get_or_insert(Choice::Off);
    let directory = place(&arguments.source)?;
    let source = &arguments.source;
    let summary = build::freeze(
        source,
        &configuration,
        build::How::default(),
        terminal,
        |name| {
            fs_err::create_dir_all(&directory).map_err(Error::io)?;
            Ok(directory.join(name))
        },
    )?;
    // Returns only if it fails: signals and exit status are then the program's own.
    let error = Command::new(&summary.output)
        .args(&arguments.arguments)
        .exec();
    let name = summary.output.display();
    Err(Error::new(Code::ProgramNotStarted, format!("{name} cannot be started")).caused_by(error))
}

/// The directory in the cache for what the same command line builds in the same working directory.
fn place(source: &cli::Source) -> Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    env::current_dir().map_err(Error::io)?.hash(&mut hasher);
    format!("{source:?}").hash(&mut hasher);
    Ok(cache::directory()?
        .join("run")
        .join(format!("{:016x}", hasher.finish())))
}
