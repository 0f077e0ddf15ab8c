//! The runtime pack, made in four steps, each cached under the hash of its own inputs:
//! [`source`] → [`cpython`] → [`stub`] → [`pack`].

pub(crate) mod cpython;
mod crates;
mod elf;
mod pack;
mod recipe;
mod source;
pub(crate) mod stub;

use std::path::PathBuf;

use crate::packages;
use recipe::Recipe;

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
    pack::provide(&recipe, &cpython, &stub)
}

/// The unfrozen `python` of the same CPython build.
pub(crate) fn provide_python(request: &Request) -> miette::Result<PathBuf> {
    let recipe = Recipe::read()?;
    packages::provide(recipe.packages())?;
    Ok(cpython::provide(&recipe, request)?.python())
}
