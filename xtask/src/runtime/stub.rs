//! The stub: the crate `fastice-stub` linked with all of CPython.

use std::path::PathBuf;
use std::process::Command;

use super::cpython::Cpython;
use super::elf::Linkage;
use super::recipe;
use crate::cache::Shelf;
use crate::inputs::Inputs;
use crate::step::Step;
use crate::workspace;

/// The one platform.
pub(super) const TARGET: &str = "x86_64-unknown-linux-gnu";

/// A finished stub.
pub(crate) struct Stub {
    /// The stripped executable.
    pub(super) path: PathBuf,
    /// Name of its entry in the cache.
    pub(super) key: String,
    /// `rustc` that made it.
    pub(super) compiler: String,
    /// What the dynamic loader reads of it.
    pub(super) linkage: Linkage,
}

/// The stub without what a file in `runtime/stub/flavours` says, or with everything, built unless it was before.
pub(crate) fn provide(cpython: &Cpython, flavour: Option<&str>) -> miette::Result<Stub> {
    let flavour = flavour.unwrap_or_default();
    let compiler = Step::output(Command::new("rustc").arg("--version"))?
        .trim()
        .to_owned();
    let root = workspace::root();
    let mut inputs = Inputs::default();
    inputs
        .fact("cpython", &cpython.key)
        .fact("compiler", &compiler)
        .fact("flavour", flavour)
        .text("xtask/src/runtime/stub.rs", include_str!("stub.rs"))
        .files(root, "Cargo.toml")?
        .files(root, "Cargo.lock")?
        .files(root, "runtime/image")?
        .files(root, "runtime/stub")?;
    let key = inputs.key();
    let entry = Shelf::open("stub")?.get_or_make(&key, |workshop| {
        let step = Step::start(format!("Building the stub {flavour}"), "stub")?;
        step.run(cargo(cpython).env("FASTICE_FLAVOUR", flavour))?;
        let built = workspace::target_directory()
            .join(TARGET)
            .join("stub/fastice-stub");
        let stub = workshop.entry.join("stub");
        step.run(Command::new("strip").arg("-o").arg(&stub).arg(built))?;
        let mut exports = recipe::names(&recipe::file("exports.txt"))?;
        exports.extend(recipe::names(&root.join("runtime/stub/interposed.txt"))?);
        Linkage::read(&stub)?.check(&exports, &cpython.toolchain)?;
        step.finish();
        Ok(())
    })?;
    let path = entry.join("stub");
    let linkage = Linkage::read(&path)?;
    Ok(Stub {
        path,
        key,
        compiler,
        linkage,
    })
}

fn cargo(cpython: &Cpython) -> Command {
    let mut flags = workspace::path_flags();
    // Functions of the C library are looked up when they are first called: a start calls a tenth of them.
    let (model, relro) = if cpython.toolchain.hardened {
        ("pie", "full")
    } else {
        ("static", "partial")
    };
    flags.push(format!("-Crelocation-model={model}"));
    flags.push(format!("-Crelro-level={relro}"));
    let link = cpython.toolchain.link_arguments();
    flags.extend(link.iter().map(|argument| format!("-Clink-arg={argument}")));
    let mut command = Command::new(workspace::cargo());
    command
        .args(["build", "--profile", "stub", "--package", "fastice-stub"])
        // Named, so that build scripts and procedural macros are not built with these flags.
        .args(["--target", TARGET])
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env(
            "FASTICE_HARDENED",
            if cpython.toolchain.hardened { "1" } else { "0" },
        )
        .env("FASTICE_CPYTHON_DIR", cpython.tree())
        .env("FASTICE_LIBRARY_DIR", cpython.libraries())
        .current_dir(workspace::root());
    command
}
