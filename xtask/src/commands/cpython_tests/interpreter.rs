//! The interpreter under test: one file, built as users build it, of a runtime that has CPython's tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use fastice::runtime::PACK_VARIABLE;
use miette::bail;

use crate::cache::Shelf;
use crate::inputs::Inputs;
use crate::step::Step;
use crate::workspace;

/// A frozen interpreter.
pub(super) struct Interpreter {
    /// The file.
    pub(super) python: PathBuf,
    /// Tells it from others.
    pub(super) key: String,
}

/// `fastice build --interpreter` with the runtime `pack`, unless this builder did so before.
pub(super) fn provide(pack: &Path) -> miette::Result<Interpreter> {
    let mut inputs = Inputs::default();
    inputs
        .fact("builder", crate::inputs::sha256(&builder()?)?)
        .fact("pack", crate::inputs::sha256(pack)?);
    let key = inputs.key();
    let directory = Shelf::open("suite-interpreter")?.get_or_make(&key, |workshop| {
        let step = Step::start("Freezing the interpreter under test", "suite-interpreter")?;
        step.run(
            Command::new(builder()?)
                .args(["build", "--interpreter", "--no-check", "--output"])
                .arg(workshop.entry.join("python"))
                .env(PACK_VARIABLE, pack),
        )?;
        step.finish();
        Ok(())
    })?;
    Ok(Interpreter {
        python: directory.join("python"),
        key,
    })
}

/// The builder as it is compiled for daily work; it is told which runtime it shall take.
fn builder() -> miette::Result<PathBuf> {
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
    let path = workspace::target_directory().join("debug/fastice");
    if !path.is_file() {
        bail!("cargo did not build {}", path.display());
    }
    Ok(path)
}
