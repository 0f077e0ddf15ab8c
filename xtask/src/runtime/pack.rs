//! The pack: stub, standard library, pip, licences and a manifest in one file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use fastice::runtime::flavour::Lacks;
use fastice::runtime::{Ingredients, Variant};
use fs_err as fs;
use miette::{IntoDiagnostic, bail};
use serde::Serialize;
use walkdir::WalkDir;

use super::cpython::{Cpython, Facts};
use super::crates;
use super::recipe::{self, Recipe};
use super::stub::{self, Stub};
use super::suite::Suite;
use crate::cache::Shelf;
use crate::inputs::Inputs;
use crate::step::Step;
use crate::{packages, workspace};

/// Multiarch triplet of the one platform, as CPython names it.
const PLATFORM: &str = "x86_64-linux-gnu";

/// Debian packages of which the pack holds files.
pub(super) const PACKAGES: [&str; 2] = ["ncurses-base", "tzdata"];

/// Where Debian has compiled time zones.
const TIME_ZONES: &str = "/usr/share/zoneinfo";

/// Where Debian has descriptions of the usual terminals.
const TERMINALS: &str = "/lib/terminfo";

/// What the manifest says: what this runtime is, and what it was made from.
#[derive(Serialize)]
struct Manifest<'a> {
    #[serde(flatten)]
    facts: &'a Facts,
    platform: &'static str,
    /// The oldest glibc that runs it, from the symbol versions of the stub.
    glibc: String,
    /// `rustc` that compiled the stub.
    rust_compiler: &'a str,
    configure: &'a [String],
    flags: BTreeMap<&'a str, &'a str>,
    /// The crates in the stub.
    crates: Vec<crates::Crate>,
    /// SHA-256 of files, versions of tools and packages.
    inputs: &'a BTreeMap<String, String>,
}

/// The pack, made unless it was before; with CPython's own tests in it if there is a `suite`.
pub(super) fn provide(
    recipe: &Recipe,
    cpython: &Cpython,
    stub: &Stub,
    others: &[(&str, Stub)],
    suite: Option<&Suite>,
) -> miette::Result<PathBuf> {
    let mut inputs = Inputs::default();
    for (flavour, stub) in others {
        inputs.fact(&format!("stub {flavour}"), &stub.key);
    }
    if let Some(suite) = suite {
        inputs.fact("suite", &suite.key);
    }
    inputs
        .fact("cpython", &cpython.key)
        .fact("stub", &stub.key)
        .text("xtask/src/runtime/pack.rs", include_str!("pack.rs"))
        .text("xtask/src/runtime/crates.rs", include_str!("crates.rs"))
        .files(workspace::root(), "Cargo.lock")?
        .files(workspace::root(), "src")?
        .files(workspace::root(), "templates")?;
    let compiler = compiler_package()?;
    for (package, version) in packages::versions(&[&PACKAGES[..], &[&compiler]].concat())? {
        inputs.fact(&package, &version);
    }
    let shelf = if suite.is_some() {
        "suite-pack"
    } else {
        "pack"
    };
    let entry = Shelf::open(shelf)?.get_or_make(&inputs.key(), |workshop| {
        let step = Step::start("Packing the runtime", shelf)?;
        let pack = workshop.entry.join("python");
        let ingredients = ingredients(recipe, cpython, stub, others, suite)?;
        fastice::runtime::create(&ingredients, &pack).into_diagnostic()?;
        step.finish();
        Ok(())
    })?;
    Ok(entry.join("python"))
}

fn ingredients(
    recipe: &Recipe,
    cpython: &Cpython,
    stub: &Stub,
    others: &[(&str, Stub)],
    suite: Option<&Suite>,
) -> miette::Result<Ingredients> {
    let stdlib = suite.map_or_else(|| cpython.standard_library(), Suite::library);
    let python_license = cpython.licenses().join("cpython/LICENSE");
    Ok(Ingredients {
        stub: stub.path.clone(),
        flavours: others
            .iter()
            .map(|(name, stub)| flavour(name, stub))
            .collect::<miette::Result<_>>()?,
        python: cpython.python(),
        pip_wheel: pip_wheel(&stdlib)?,
        headers: headers(&stdlib.with_file_name("Include"), &cpython.tree())?,
        stdlib,
        sysconfigdata: suite.map_or_else(|| cpython.sysconfig_data(), Suite::sysconfig_data),
        licenses: licenses(cpython)?,
        python_license,
        manifest: manifest(recipe, cpython, stub)?,
        platform: PLATFORM.to_owned(),
        terminals: TERMINALS.into(),
        time_zones: TIME_ZONES.into(),
    })
}

/// Another stub of the same CPython.
fn flavour(name: &str, stub: &Stub) -> miette::Result<Variant> {
    let list = workspace::root().join(format!("runtime/stub/flavours/{name}.txt"));
    let lines = if list.exists() {
        recipe::names(&list)?
    } else {
        BTreeSet::new()
    };
    let left_out = |kind: &str| {
        let names = lines.iter().filter_map(|line| line.strip_prefix(kind));
        names.map(|name| name.trim().to_owned()).collect()
    };
    Ok(Variant {
        name: name.to_owned(),
        stub: stub.path.clone(),
        lacks: Lacks {
            without_modules: left_out("module "),
            without_libraries: left_out("package "),
        },
    })
}

/// The headers that extension modules are compiled with, as `make install` installs them. None of a build that kept none.
fn headers(source: &Path, build: &Path) -> miette::Result<Vec<(String, PathBuf)>> {
    let configuration = build.join("pyconfig.h");
    if !configuration.exists() || !source.exists() {
        return Ok(Vec::new());
    }
    let mut headers = vec![(String::from("pyconfig.h"), configuration)];
    for entry in WalkDir::new(source).sort_by_file_name() {
        let entry = entry.into_diagnostic()?;
        if entry.path().extension().is_some_and(|name| name == "h") {
            let name = entry.path().strip_prefix(source).into_diagnostic()?;
            headers.push((name.display().to_string(), entry.path().to_owned()));
        }
    }
    Ok(headers)
}

fn pip_wheel(stdlib: &Path) -> miette::Result<PathBuf> {
    let bundled = stdlib.join("ensurepip/_bundled");
    for entry in fs::read_dir(&bundled).into_diagnostic()? {
        let entry = entry.into_diagnostic()?;
        if entry.file_name().to_string_lossy().starts_with("pip-") {
            return Ok(entry.path());
        }
    }
    bail!("{} has no wheel of pip", bundled.display())
}

/// Licence texts of CPython, of the linked libraries and crates, and of this project, by their path in the pack.
fn licenses(cpython: &Cpython) -> miette::Result<Vec<(String, PathBuf)>> {
    let collected = &cpython.licenses();
    let mut licenses = Vec::new();
    for entry in WalkDir::new(collected).sort_by_file_name() {
        let entry = entry.into_diagnostic()?;
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(collected).into_diagnostic()?;
            licenses.push((name.display().to_string(), entry.path().to_owned()));
        }
    }
    let compiler = compiler_package()?;
    let mut packages = [&PACKAGES[..], &[&compiler]].concat();
    if cpython.toolchain.sysroot.is_none() {
        // Start files, and the static part of the C library; those of a sysroot are among what was collected.
        packages.push("libc6-dev");
    }
    licenses.extend(packages.into_iter().map(|package| {
        let text = Path::new("/usr/share/doc").join(package).join("copyright");
        (format!("{package}/copyright"), text)
    }));
    licenses.extend(crates::licenses("fastice-stub", stub::TARGET)?);
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        licenses.push((format!("fastice/{name}"), workspace::root().join(name)));
    }
    Ok(licenses)
}

/// The package with gcc's own library, parts of which are in every program: GPL with an exception, which is in its copyright file.
fn compiler_package() -> miette::Result<String> {
    let library = Step::output(Command::new("gcc").arg("-print-libgcc-file-name"))?;
    packages::owner(library.trim())
}

fn manifest(recipe: &Recipe, cpython: &Cpython, stub: &Stub) -> miette::Result<String> {
    let mut facts = cpython.facts()?;
    facts
        .libraries
        .extend(packages::versions(&[&compiler_package()?])?);
    let (major, minor) = stub.linkage.glibc;
    let environment = cpython.toolchain.environment(recipe);
    let mut flags = BTreeMap::from([("make", recipe.make.flags.as_str())]);
    if cpython.toolchain.sysroot.is_some() {
        flags.insert("release", &recipe.release.flags);
    }
    for name in ["CC", "CPPFLAGS", "CFLAGS", "LDFLAGS", "OPT"] {
        flags.extend(environment.get(name).map(|value| (name, value.as_str())));
    }
    serde_json::to_string_pretty(&Manifest {
        facts: &facts,
        platform: PLATFORM,
        glibc: format!("{major}.{minor}"),
        rust_compiler: &stub.compiler,
        configure: &recipe.configure.arguments,
        flags,
        crates: crates::linked_into("fastice-stub", stub::TARGET)?,
        inputs: cpython.inputs.all(),
    })
    .into_diagnostic()
}
