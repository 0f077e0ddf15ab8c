//! `cargo xtask test`.

use std::path::Path;
use std::process::Command;

use fastice::runtime::PACK_VARIABLE;
use fastice_differential::PLAIN_PYTHON_VARIABLE;
use fastice_sandbox::SYSTEM_VARIABLE;
use miette::{IntoDiagnostic, bail};

use super::build::builder;
use super::cpython_tests;
use super::runtime;
use crate::runtime::{Build, Request, provide, provide_python};
use crate::{packages, workspace};

/// Debian packages that the tests use.
const PACKAGES: [&str; 9] = [
    "binutils",
    "ca-certificates",
    "debootstrap",
    "file",
    "gdb",
    "iproute2",
    "strace",
    "unzip",
    "util-linux",
];

/// The browser that looks at reports. Where there is none, that test says so and is skipped.
const BROWSER: &str = "chromium-headless-shell";

/// Tests that run programs in empty roots.
const IN_ROOTS: [&str; 3] = ["apps", "examples", "systems"];

#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    runtime: runtime::Options,
    /// Run the tests in empty roots alone, with the C library of this release of Debian: bullseye, trixie
    #[arg(long, value_name = "SUITE", requires = "release")]
    system: Option<String>,
}

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    packages::provide(PACKAGES)?;
    if let Err(error) = packages::provide([BROWSER]) {
        eprintln!("reports are not looked at in a browser: {error}");
    }
    components(&["rustfmt", "clippy"])?;
    cargo(&["fmt", "--all", "--check"], &[])?;
    let all = ["--workspace", "--all-targets"];
    cargo(
        &[&["clippy"], &all[..], &["--", "-D", "warnings"]].concat(),
        &[],
    )?;
    let request = options.runtime.request();
    let pack = provide(&request)?;
    let python = provide_python(&request)?;
    // How fast it is, is not tested; a release has both in the same way.
    let hardened = provide(&Request {
        build: match request.build {
            Build::Guided => Build::Plain,
            build => build,
        },
        hardened: true,
        ..options.runtime.request()
    })?;
    builder(&request)?;
    // The stub is linked by `runtime::provide` alone; it has no tests without an image.
    let tests = [
        "test",
        "--workspace",
        "--exclude",
        "fastice-stub",
        "--no-fail-fast",
    ];
    let environment = [
        (PACK_VARIABLE, &*pack),
        (PLAIN_PYTHON_VARIABLE, &*python),
        ("FASTICE_HARDENED_RUNTIME", &*hardened),
    ];
    let Some(suite) = &options.system else {
        cargo(&tests, &environment)?;
        return cpython_tests::fast(&request);
    };
    let systems = fastice::cache::directory()
        .into_diagnostic()?
        .join("systems");
    let system = fastice_sandbox::debian(suite, &systems).into_diagnostic()?;
    let named = IN_ROOTS.iter().flat_map(|test| ["--test", test]);
    let tests: Vec<&str> = ["test", "--package", "fastice", "--no-fail-fast"]
        .into_iter()
        .chain(named)
        .collect();
    cargo(
        &tests,
        &[&environment[..], &[(SYSTEM_VARIABLE, &*system)]].concat(),
    )
}

/// Runs cargo with its output on the terminal; tests find the runtime through the environment.
fn cargo(arguments: &[&str], environment: &[(&str, &Path)]) -> miette::Result<()> {
    let line = arguments.join(" ");
    eprintln!("\n$ cargo {line}");
    let mut command = Command::new(workspace::cargo());
    command
        .args(arguments)
        .current_dir(workspace::root())
        .envs(environment.iter().copied());
    let status = command.status().into_diagnostic()?;
    if !status.success() {
        bail!("cargo {line} failed ({status})");
    }
    Ok(())
}

/// Makes sure that cargo has these components; a minimal toolchain lacks them.
fn components(names: &[&str]) -> miette::Result<()> {
    let has = |name: &str| {
        let program = if name == "rustfmt" { "fmt" } else { name };
        Command::new(workspace::cargo())
            .args([program, "--version"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    for name in names {
        if !has(name) {
            let status = Command::new("rustup")
                .args(["component", "add", name])
                .status()
                .into_diagnostic()?;
            if !status.success() {
                bail!("rustup component add {name} failed ({status})");
            }
        }
    }
    Ok(())
}
