//! `cargo xtask build`.

use std::path::PathBuf;
use std::process::Command;

use super::runtime::Options;
use crate::runtime::Request;
use crate::step::Step;
use crate::{runtime, workspace};

/// The one platform.
pub(super) const TARGET: &str = "x86_64-unknown-linux-gnu";

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    println!("{}", builder(&options.request())?.display());
    Ok(())
}

/// Builds `fastice` with the runtime pack inside and returns its path. It runs where its pack does.
pub(crate) fn builder(request: &Request) -> miette::Result<PathBuf> {
    let mut command = Command::new(workspace::cargo());
    command
        .args([
            "build",
            "--release",
            "--package",
            "fastice",
            "--bin",
            "fastice",
        ])
        .current_dir(workspace::root());
    let directory = configure(&mut command, request)?;
    let step = Step::start("Building fastice", "builder")?;
    step.run(&mut command)?;
    step.finish();
    Ok(directory.join("release/fastice"))
}

/// Builds `fastice` without a runtime and not optimized, which is sooner there: whoever runs it names a runtime pack.
pub(crate) fn quick_builder() -> miette::Result<PathBuf> {
    let mut command = Command::new(workspace::cargo());
    command
        .args([
            "build",
            "--quiet",
            "--package",
            "fastice",
            "--bin",
            "fastice",
        ])
        .current_dir(workspace::root());
    Step::output(&mut command)?;
    Ok(workspace::target_directory().join("debug/fastice"))
}

/// Has cargo put the runtime pack into the builder, and link it for the same C library; returns where cargo puts the result.
pub(super) fn configure(command: &mut Command, request: &Request) -> miette::Result<PathBuf> {
    let target = workspace::target_directory();
    command.env("FASTICE_RUNTIME_PACK", runtime::provide(request)?);
    let link = runtime::link_arguments(request)?;
    if link.is_empty() {
        return Ok(target);
    }
    let mut flags = workspace::path_flags();
    flags.extend(link.iter().map(|argument| format!("-Clink-arg={argument}")));
    // This machine's libgcc_s needs this machine's glibc; where the builder runs, it meets another one.
    flags.push("-Clink-arg=-Wl,--allow-shlib-undefined".to_owned());
    // Its target is named, so that build scripts and procedural macros are not linked that way.
    command
        .args(["--target", TARGET])
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    Ok(target.join(TARGET))
}
