//! What the comparison works with.

use std::env;
use std::path::{Path, PathBuf};

use fs_err as fs;
use miette::{Context, IntoDiagnostic, miette};

/// Environment variable that names the unfrozen interpreter of the runtime's own CPython build.
pub const PLAIN_PYTHON_VARIABLE: &str = "FASTICE_PLAIN_PYTHON";

/// Programs and places.
pub struct Tools {
    /// The builder, `fastice`.
    pub builder: PathBuf,
    /// The runtime pack: a `python` with pip, which installs.
    pub pack: PathBuf,
    /// The unfrozen `python` of the same CPython build.
    pub python: PathBuf,
    /// Where environments are kept.
    pub cache: PathBuf,
}

impl Tools {
    /// Those that the environment names, for this builder and this pack. `cache` is the builder's cache directory.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn find(builder: PathBuf, pack: &Path, cache: &Path) -> miette::Result<Self> {
        let python = env::var_os(PLAIN_PYTHON_VARIABLE).ok_or_else(|| {
            miette!(
                help = format!("export {PLAIN_PYTHON_VARIABLE}=$(cargo xtask runtime --python)"),
                "{PLAIN_PYTHON_VARIABLE} does not name the unfrozen interpreter"
            )
        })?;
        Self::new(builder, pack, Path::new(&python), cache)
    }

    /// These.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn new(builder: PathBuf, pack: &Path, python: &Path, cache: &Path) -> miette::Result<Self> {
        Ok(Self {
            builder,
            pack: pack.to_owned(),
            python: fs::canonicalize(python)
                .into_diagnostic()
                .wrap_err("the unfrozen interpreter is missing")?,
            cache: cache.join("environments"),
        })
    }

    /// The directory that holds the unfrozen interpreter and its standard library.
    pub(crate) fn python_tree(&self) -> &Path {
        // BUILD/build/python and BUILD/source/Lib.
        self.python
            .ancestors()
            .nth(2)
            .unwrap_or_else(|| Path::new("/"))
    }

    /// The standard library of the unfrozen interpreter.
    pub(crate) fn standard_library(&self) -> PathBuf {
        self.python_tree().join("source/Lib")
    }

    /// Where the unfrozen interpreter keeps compiled modules.
    pub(crate) fn pycache(&self) -> PathBuf {
        self.cache.join("pycache")
    }
}
