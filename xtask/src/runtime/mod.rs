//! The runtime pack, made in four steps, each cached under the hash of its own inputs:
//! [`source`] → [`cpython`] → [`stub`] → [`pack`].

mod compile;
pub(crate) mod cpython;
mod crates;
mod elf;
mod pack;
mod profile;
mod recipe;
mod source;
pub(crate) mod stub;
pub(crate) mod suite;
mod sysroot;
mod toolchain;

use std::path::{Path, PathBuf};

use fs_err as fs;
use miette::IntoDiagnostic;

use crate::packages;
use recipe::Recipe;
use suite::Suite;

/// What is asked for.
pub(crate) struct Request {
    /// CPython's source archive, if it shall not be downloaded.
    pub(crate) source: Option<PathBuf>,
    /// How it is built.
    pub(crate) build: Build,
    /// Position-independent, with what the compiler has against exploits: for `fastice build --hardened`.
    pub(crate) hardened: bool,
    /// Compilers at a time.
    pub(crate) jobs: usize,
}

/// How a runtime is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// For this machine, with `-O3` alone.
    Plain,
    /// For this machine, with a profile of a short training task.
    Guided,
    /// For every machine, with the profile of the repository and optimization at link time.
    Release,
}

impl Build {
    /// What the optimization is guided by.
    fn profile(self) -> &'static str {
        match self {
            Self::Plain => "none",
            Self::Guided => "guided by runtime/cpython/train.py",
            Self::Release => "runtime/cpython/profile, and link-time optimization",
        }
    }

    fn is_release(self) -> bool {
        self == Self::Release
    }
}

/// The flavour without the large libraries: `runtime/stub/flavours/base.txt`.
const BASE: &str = "base";

/// The runtime pack, made as far as it has to be. That of a release has a stub of every flavour.
pub(crate) fn provide(request: &Request) -> miette::Result<PathBuf> {
    Ok(provide_parts(request)?.pack)
}

/// The results of the steps.
pub(crate) struct Made {
    /// The static library.
    libpython: PathBuf,
    stub: PathBuf,
    pack: PathBuf,
}

impl Made {
    /// What was made in a cache in which nothing else was.
    pub(crate) fn only_one_in(cache: &Path) -> miette::Result<Self> {
        let only = |shelf: &str, file: &str| {
            let entries = fs::read_dir(cache.join(shelf)).into_diagnostic()?;
            let found = entries
                .filter_map(Result::ok)
                .map(|entry| entry.path().join(file))
                .find(|path| path.exists());
            found.ok_or_else(|| miette::miette!("{} has no {shelf}", cache.display()))
        };
        Ok(Self {
            libpython: only("cpython", &format!("build/{}", cpython::LIBPYTHON))?,
            stub: only("stub", "stub")?,
            pack: only("pack", "python")?,
        })
    }

    /// The files by what they are.
    pub(crate) fn files(&self) -> [(&'static str, &Path); 3] {
        [
            ("libpython", &*self.libpython),
            ("stub", &*self.stub),
            ("pack", &*self.pack),
        ]
    }
}

/// The runtime pack and what it is made of.
pub(crate) fn provide_parts(request: &Request) -> miette::Result<Made> {
    let recipe = Recipe::read()?;
    packages::provide((recipe.packages(request.build).into_iter()).chain(pack::PACKAGES))?;
    let cpython = cpython::provide(&recipe, request)?;
    let stub = stub::provide(&cpython, None)?;
    let mut others = Vec::new();
    if request.build.is_release() && !request.hardened {
        others.push((BASE, stub::provide(&cpython, Some(BASE))?));
    }
    let pack = pack::provide(&recipe, &cpython, &stub, &others, None)?;
    Ok(Made {
        libpython: cpython.tree().join(cpython::LIBPYTHON),
        stub: stub.path,
        pack,
    })
}

/// The same with CPython's own tests, frozen and unfrozen.
pub(crate) struct Tested {
    /// A runtime pack with the tests in its standard library.
    pub(crate) pack: PathBuf,
    /// The tests, and the same CPython as a conventional installation.
    pub(crate) suite: Suite,
}

/// CPython with its own tests, made as far as it has to be.
pub(crate) fn provide_tested(request: &Request) -> miette::Result<Tested> {
    let recipe = Recipe::read()?;
    packages::provide(recipe.packages(request.build))?;
    let cpython = cpython::provide(&recipe, request)?;
    let suite = suite::provide(&recipe, request, &cpython)?;
    let stub = stub::provide(&cpython, None)?;
    let pack = pack::provide(&recipe, &cpython, &stub, &[], Some(&suite))?;
    Ok(Tested { pack, suite })
}

/// The unfrozen `python` of the same CPython build.
pub(crate) fn provide_python(request: &Request) -> miette::Result<PathBuf> {
    let recipe = Recipe::read()?;
    packages::provide(recipe.packages(request.build))?;
    Ok(cpython::provide(&recipe, request)?.python())
}

/// Lets a release build do the training task and keeps what was counted in the repository; returns the file.
pub(crate) fn train(request: &Request) -> miette::Result<PathBuf> {
    let recipe = Recipe::read()?;
    packages::provide(recipe.packages(request.build))?;
    cpython::train(&recipe, request)
}

/// Arguments with which gcc links a program for the C library of a runtime.
pub(crate) fn link_arguments(request: &Request) -> miette::Result<Vec<String>> {
    let recipe = Recipe::read()?;
    Ok(toolchain::Toolchain::provide(&recipe, request)?.link_arguments())
}
