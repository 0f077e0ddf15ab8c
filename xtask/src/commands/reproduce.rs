//! `cargo xtask reproduce`: builds the runtime of a release twice, in different directories, and compares the bytes.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::runtime;
use crate::cache;
use crate::runtime::{Build, Made, Request, provide_parts};
use crate::step::Step;
use crate::workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    runtime: runtime::Options,
}

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    let request = Request {
        build: Build::Release,
        ..options.runtime.request()
    };
    let first = provide_parts(&request)?;
    let step = Step::start("Building the runtime once more, elsewhere", "reproduce")?;
    let directory = tempfile::Builder::new()
        .prefix("another-place-")
        .tempdir_in(cache::directory()?)
        .into_diagnostic()?;
    let sources = directory.path().join("workspace");
    copy_sources(&sources)?;
    let cache = directory.path().join("cache");
    share_downloads(&cache.join("runtime-build"))?;
    step.run(
        Command::new(workspace::cargo())
            .args(["xtask", "runtime", "--release"])
            .arg(format!("--jobs={}", request.jobs))
            .current_dir(&sources)
            // What cargo tells the programs that it runs.
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_TARGET_DIR")
            .env(fastice::cache::CACHE_VARIABLE, &cache),
    )?;
    step.finish();
    let second = Made::only_one_in(&cache.join("runtime-build"))?;
    let mut equal = true;
    for ((name, first), (_, second)) in first.files().into_iter().zip(second.files()) {
        let [first, second] =
            [fs::read(first), fs::read(second)].map(IntoDiagnostic::into_diagnostic);
        let (first, second) = (first?, second?);
        let says = match first.iter().zip(&second).position(|(a, b)| a != b) {
            None if first.len() == second.len() => String::from("the same"),
            None => format!("{} and {} bytes", first.len(), second.len()),
            Some(at) => format!("different from byte {at}"),
        };
        equal &= first == second;
        println!("{name:<16} {says}");
    }
    if !equal {
        // What is there to be looked at.
        let kept = directory.keep();
        bail!("two builds differ; the second is in {}", kept.display());
    }
    Ok(())
}

/// Copies what the repository has, changes that are not committed included.
fn copy_sources(target: &Path) -> miette::Result<()> {
    let list = Step::output(
        Command::new("git")
            .args([
                "ls-files",
                "--cached",
                "--others",
                "--exclude-standard",
                "-z",
            ])
            .current_dir(workspace::root()),
    )?;
    for name in list.split_terminator('\0') {
        let from = workspace::root().join(name);
        if !from.is_file() {
            // Deleted, and not committed.
            continue;
        }
        let to = target.join(name);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).into_diagnostic()?;
        }
        fs::copy(from, to).into_diagnostic()?;
    }
    Ok(())
}

/// CPython's source archive need not be downloaded twice: it is checked by its hash.
fn share_downloads(target: &Path) -> miette::Result<()> {
    let source: PathBuf = cache::directory()?.join("source");
    if source.exists() {
        fs::create_dir_all(target).into_diagnostic()?;
        std::os::unix::fs::symlink(source, target.join("source")).into_diagnostic()?;
    }
    Ok(())
}
