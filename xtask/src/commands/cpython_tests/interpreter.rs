//! The interpreter under test: one file, built as users build it, of a runtime that has CPython's tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use fastice::runtime::PACK_VARIABLE;

use crate::cache::Shelf;
use crate::commands::build::quick_builder;
use crate::inputs::Inputs;
use crate::step::Step;

/// A frozen interpreter.
pub(super) struct Interpreter {
    /// The file.
    pub(super) python: PathBuf,
    /// Tells it from others.
    pub(super) key: String,
}

/// `fastice build --interpreter` with the runtime `pack`, unless this builder did so before.
pub(super) fn provide(pack: &Path) -> miette::Result<Interpreter> {
    let builder = quick_builder()?;
    let mut inputs = Inputs::default();
    inputs
        .fact("builder", crate::inputs::sha256(&builder)?)
        .fact("pack", crate::inputs::sha256(pack)?);
    let key = inputs.key();
    let directory = Shelf::open("suite-interpreter")?.get_or_make(&key, |workshop| {
        let step = Step::start("Freezing the interpreter under test", "suite-interpreter")?;
        step.run(
            Command::new(&builder)
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
