//! The header of the index: everything a start needs, decoded in one step.

use bincode::{Decode, Encode};
use serde::Serialize;

use crate::node::Extent;

/// Decoded once at each start. Its size does not depend on how many files or modules the image holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Header {
    /// The builder that wrote the image, `fastice 0.1.0`.
    pub built_by: String,
    /// The program's name, as `-o` or the project gave it.
    pub name: String,
    /// The CPython that the code objects are for.
    pub python: PythonIdentity,
    /// What runs.
    pub program: Program,
    /// How the interpreter is set up.
    pub settings: Settings,
    /// Modules given to `PyImport_FrozenModules`: what is imported before a path hook can exist.
    pub frozen: Vec<FrozenModule>,
    /// The stub these bytes belong to: XXH3 of the stub as it lies at the start of the file.
    pub stub: Extent,
}

/// Identifies a CPython as far as code objects and extension modules care.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct PythonIdentity {
    /// `3.13.5`.
    pub version: String,
    /// `PY_VERSION_HEX`, `0x030d05f0`.
    pub hexversion: u32,
    /// `importlib.util.MAGIC_NUMBER`, little endian.
    pub magic: u32,
    /// `sys.implementation.cache_tag`, `cpython-313`.
    pub cache_tag: String,
    /// Triplet of the platform, `x86_64-linux-gnu`.
    pub platform: String,
}

/// What a frozen executable runs. Paths are below the root.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub enum Program {
    /// A file, run as `python FILE`: a script, or the console script of an entry point.
    File {
        /// `app/script.py`, `bin/forecast`.
        path: String,
    },
    /// A module, run as `python -m NAME`; a package's `__main__` is named in full (`notes.__main__`).
    Module {
        /// Dotted name of the module whose code runs.
        name: String,
    },
    /// A directory with a `__main__.py`, run as `python DIR`.
    Directory {
        /// `app`.
        path: String,
    },
    /// No program: the command line is that of `python` itself. This is what a runtime pack is.
    Interpreter,
}

/// How the interpreter is set up: the part of `PyPreConfig` and `PyConfig` that the builder decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Settings {
    /// `sys.path`, below the root, in order.
    pub search_paths: Vec<String>,
    /// `PyConfig.optimization_level`, 0 to 2: what the code objects were compiled with.
    pub optimization_level: u8,
}

/// One entry of `PyImport_FrozenModules`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct FrozenModule {
    /// Full name.
    pub name: String,
    /// It is a package.
    pub is_package: bool,
    /// Marshaled code object.
    pub code: Extent,
}
