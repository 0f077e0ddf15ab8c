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
    #[command(flatten)]
    runtime: runtime::Options,
}

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    let request = Request {
        build: Build::Release,
        ..options.runtime.request()
    };
    let maturin = maturin(&provide(&request)?)?;
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
    try_out(&wheel, &provide(&request)?)?;
    println!("{}", wheel.display());
    Ok(())
}

/// Command lines that the installed builder has to carry out where there is no compiler, no network and no Python, and
/// what they print in the end.
const TRIED: [(&[&str], &str); 2] = [
    (&["run", "/examples/hello/hello.py", "Ann"], "hello, Ann"),
    (
        &[
            "run",
            "/examples/notes/notes",
            "--file=:memory:",
            "add",
            "buy bread",
        ],
        "1",
    ),
];

/// Installs the wheel into a new virtual environment, and uses it in a root that holds the C library, the builder and the examples.
fn try_out(wheel: &Path, python: &Path) -> miette::Result<()> {
    let step = Step::start("Trying the wheel", "wheel-tried")?;
    let directory = tempfile::tempdir().into_diagnostic()?;
    let environment = directory.path().join("environment");
    step.run(Command::new(python).args(["-m", "venv"]).arg(&environment))?;
    step.run(
        Command::new(environment.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--no-index"])
            .arg(wheel),
    )?;
    fastice_sandbox::permitted().into_diagnostic()?;
    for (arguments, expected) in TRIED {
        let mut root = EmptyRoot::new().into_diagnostic()?;
        root.furnish();
        root.bind(&environment.join("bin/fastice"), "/fastice-builder");
        root.bind(&workspace::root().join("examples"), "/examples");
        root.writable("/home");
        let mut command = root.command("/fastice-builder");
        let text = Step::output(command.args(arguments).env("HOME", "/home"))?;
        if !text.contains(expected) {
            bail!("fastice {} printed {text}", arguments.join(" "));
        }
    }
    step.finish();
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
