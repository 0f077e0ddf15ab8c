//! The runtime pack, made in four steps, each cached under the hash of its own inputs:
//! [`source`] → [`cpython`] → [`stub`] → [`pack`].

pub(crate) mod cpython;
mod crates;
mod elf;
mod pack;
mod recipe;
mod source;
pub(crate) mod stub;
pub(crate) mod suite;

use std::path::PathBuf;

use crate::packages;
use recipe::Recipe;
use suite::Suite;

/// What is asked for.
pub(crate) struct Request {
    /// CPython's source archive, if it shall not be downloaded.
    pub(crate) source: Option<PathBuf>,
    /// How CPython is optimized.
    pub(crate) profile: Profile,
    /// Compilers at a time.
    pub(crate) jobs: usize,
}

/// How CPython is optimized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// `-O3` alone.
    None,
    /// With a profile of a short training task.
    Guided,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Guided => "guided by runtime/cpython/train.py",
        }
    }
}

/// The runtime pack, made as far as it has to be.
pub(crate) fn provide(request: &Request) -> miette::Result<PathBuf> {
    let recipe = Recipe::read()?;
    packages::provide(recipe.packages().into_iter().chain(pack::PACKAGES))?;
    let cpython = cpython::provide(&recipe, request)?;
    let stub = stub::provide(&cpython)?;
    pack::provide(&recipe, &cpython, &stub, None)
}

/// The same with CPython's own tests, frozen and unfrozen.
pub(crate) struct Tested {
    /// A runtime pack with the tests in its standard library.
    pub(crate) frozen: PathBuf,
    /// The tests, and the same CPython as a conventional installation.
    pub(crate) suite: Suite,
}

/// CPython with its own tests, made as far as it has to be.
pub(crate) fn provide_tested(request: &Request) -> miette::Result<Tested> {
    let recipe = Recipe::read()?;
    packages::provide(recipe.packages())?;
    let cpython = cpython::provide(&recipe, request)?;
    let suite = suite::provide(&recipe, request, &cpython)?;
    let stub = stub::provide(&cpython)?;
    let frozen = pack::provide(&recipe, &cpython, &stub, Some(&suite))?;
    Ok(Tested { frozen, suite })
}

/// The unfrozen `python` of the same CPython build.
pub(crate) fn provide_python(request: &Request) -> miette::Result<PathBuf> {
    let recipe = Recipe::read()?;
    packages::provide(recipe.packages())?;
    Ok(cpython::provide(&recipe, request)?.python())
}
