//! `cargo xtask demo`.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use fastice_sandbox::EmptyRoot;
use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::build::builder;
use super::runtime::Options;
use crate::workspace;

/// What is run in the empty root.
const COMMAND_LINES: [&[&str]; 3] = [
    &["/forecast", "--version"],
    &["/forecast", "tomorrow", "/days.csv"],
    &["/forecast", "table", "/days.csv"],
];

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    fastice_sandbox::permitted().into_diagnostic()?;
    let builder = builder(&options.request())?;
    let project = workspace::root().join("examples/forecast");
    let program = workspace::target_directory().join("demo/forecast");
    freeze(&builder, &project, &program)?;

    let root = EmptyRoot::new().into_diagnostic()?;
    root.add(&program, "forecast").into_diagnostic()?;
    root.add(&project.join("days.csv"), "days.csv")
        .into_diagnostic()?;
    eprintln!(
        "\nIn a root that holds {} and the C library alone:",
        program.display()
    );
    for line in COMMAND_LINES {
        eprintln!("\n$ {}", line.join(" "));
        let (program, arguments) = (line[0], &line[1..]);
        let started = Instant::now();
        let status = root
            .command(program)
            .args(arguments)
            .status()
            .into_diagnostic()?;
        if !status.success() {
            bail!("{program} failed there ({status})");
        }
        eprintln!(
            "({:.0} ms, the root included)",
            started.elapsed().as_secs_f64() * 1e3
        );
    }
    eprintln!("\nThe program: {}", program.display());
    eprintln!("The builder: {}", builder.display());
    Ok(())
}

fn freeze(builder: &Path, project: &Path, program: &Path) -> miette::Result<()> {
    if let Some(parent) = program.parent() {
        fs::create_dir_all(parent).into_diagnostic()?;
    }
    eprintln!("\n$ fastice build examples/forecast");
    let status = Command::new(builder)
        .arg("build")
        .arg(project)
        .arg("--output")
        .arg(program)
        .status()
        .into_diagnostic()?;
    if !status.success() {
        bail!("{} could not be frozen ({status})", project.display());
    }
    Ok(())
}
