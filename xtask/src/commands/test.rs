//! `cargo xtask test`.

use std::process::Command;

use miette::{IntoDiagnostic, bail};

use super::build::builder;
use super::runtime::Options;
use crate::{packages, runtime, workspace};

/// Debian packages that the tests use.
const PACKAGES: [&str; 4] = ["binutils", "strace", "unzip", "util-linux"];

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    packages::provide(PACKAGES)?;
    components(&["rustfmt", "clippy"])?;
    cargo(&["fmt", "--all", "--check"], None)?;
    let all = ["--workspace", "--all-targets"];
    cargo(
        &[&["clippy"], &all[..], &["--", "-D", "warnings"]].concat(),
        None,
    )?;
    let pack = runtime::provide(&options.request())?;
    builder(&pack)?;
    // The stub is linked by `runtime::provide` alone; it has no tests without an image.
    let tests = [
        "test",
        "--workspace",
        "--exclude",
        "fastice-stub",
        "--no-fail-fast",
    ];
    cargo(&tests, Some(&pack))
}

/// Runs cargo with its output on the terminal; tests find the runtime through the environment.
fn cargo(arguments: &[&str], pack: Option<&std::path::Path>) -> miette::Result<()> {
    let line = arguments.join(" ");
    eprintln!("\n$ cargo {line}");
    let mut command = Command::new(workspace::cargo());
    command.args(arguments).current_dir(workspace::root());
    if let Some(pack) = pack {
        command.env("FASTICE_RUNTIME", pack);
    }
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
