//! `cargo xtask build`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::runtime::Options;
use crate::step::Step;
use crate::{runtime, workspace};

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    let pack = runtime::provide(&options.request())?;
    println!("{}", builder(&pack)?.display());
    Ok(())
}

/// Builds `fastice` with the runtime pack inside and returns its path.
pub(crate) fn builder(pack: &Path) -> miette::Result<PathBuf> {
    let step = Step::start("Building fastice", "builder")?;
    step.run(
        Command::new(workspace::cargo())
            .args([
                "build",
                "--release",
                "--package",
                "fastice",
                "--bin",
                "fastice",
            ])
            .env("FASTICE_RUNTIME_PACK", pack)
            .current_dir(workspace::root()),
    )?;
    step.finish();
    Ok(workspace::target_directory().join("release/fastice"))
}
