//! `cargo xtask dist`.

use std::path::{Path, PathBuf};
use std::process::Command;

use fastice_sandbox::EmptyRoot;
use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::build::configure;
use super::runtime;
use crate::cache::Shelf;
use crate::runtime::{Build, Request, provide, provide_python};
use crate::step::Step;
use crate::workspace;

/// What makes the wheel.
const MATURIN: &str = "maturin==1.16.0";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build nothing, and try this wheel
    #[arg(long = "try", value_name = "WHEEL")]
    tried: Option<PathBuf>,
    #[command(flatten)]
    runtime: runtime::Options,
}

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    let request = Request {
        build: Build::Release,
        ..options.runtime.request()
    };
    let pack = provide(&request)?;
    if let Some(wheel) = &options.tried {
        let wheel = fs::canonicalize(wheel).into_diagnostic()?;
        return try_out(&wheel, &provide_python(&request)?);
    }
    let maturin = maturin(&pack)?;
    let out = workspace::root().join("dist");
    if out.exists() {
        fs::remove_dir_all(&out).into_diagnostic()?;
    }
    let mut command = Command::new(maturin);
    command
        .args([
            "build",
            "--release",
            "--locked",
            "--compatibility",
            "manylinux2014",
        ])
        .arg("--interpreter")
        .arg(provide_python(&request)?)
        .arg("--out")
        .arg(&out)
        .current_dir(workspace::root().join("packaging"));
    configure(&mut command, &request)?;
    let step = Step::start("Building the wheel", "wheel")?;
    step.run(&mut command)?;
    step.finish();
    let wheel = wheel(&out)?;
    try_out(&wheel, &provide_python(&request)?)?;
    println!("{}", wheel.display());
    Ok(())
}

/// Releases of Debian that the wheel is tried in: the oldest and the newest C library that there is a root of.
const SYSTEMS: [&str; 2] = ["bullseye", "trixie"];

/// Installs the wheel as a user does, and freezes the examples, where there is no compiler, no network and no other Python.
fn try_out(wheel: &Path, python: &Path) -> miette::Result<()> {
    fastice_sandbox::permitted().into_diagnostic()?;
    let cache = fastice::cache::directory()
        .into_diagnostic()?
        .join("systems");
    for suite in SYSTEMS {
        let step = Step::start(format!("Trying the wheel in {suite}"), "wheel-tried")?;
        let system = fastice_sandbox::debian(suite, &cache).into_diagnostic()?;
        let mut root = EmptyRoot::of_system(&system).into_diagnostic()?;
        root.furnish();
        root.writable("/home");
        // The name says what the wheel is.
        let installed = Path::new("/wheel").join(wheel.file_name().unwrap_or_default());
        root.bind(wheel, &installed);
        // In its build tree, beside its library.
        if let Some(tree) = python.ancestors().nth(2) {
            root.bind(tree, "/cpython");
        }
        root.bind(&workspace::root().join("examples"), "/examples");
        step.run(
            root.command("/bin/sh")
                .args(["-euc", include_str!("dist/try.sh"), "try"])
                .arg(installed)
                .env("HOME", "/home")
                .env("TMPDIR", "/home"),
        )?;
        step.finish();
    }
    Ok(())
}

/// The program `maturin`, installed into an environment of the runtime unless it was before.
fn maturin(pack: &Path) -> miette::Result<PathBuf> {
    let entry = Shelf::open("maturin")?.get_or_make(MATURIN, |workshop| {
        let step = Step::start(format!("Installing {MATURIN}"), "maturin")?;
        step.run(
            Command::new(pack)
                .args([
                    "-I",
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--no-deps",
                    "--target",
                ])
                .arg(workshop.entry)
                .arg(MATURIN),
        )?;
        step.finish();
        Ok(())
    })?;
    Ok(entry.join("bin/maturin"))
}

fn wheel(directory: &Path) -> miette::Result<PathBuf> {
    for entry in fs::read_dir(directory).into_diagnostic()? {
        let path = entry.into_diagnostic()?.path();
        if path.extension().is_some_and(|end| end == "whl") {
            return Ok(path);
        }
    }
    bail!("maturin has made no wheel")
}
