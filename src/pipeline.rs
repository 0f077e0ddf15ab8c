//! The stages after `resolve`, in their order.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::resolve::Application;
use crate::runtime::Pack;
use crate::ui::Reporter;
use crate::{Code, Error, Result};

/// What the user may decide about the stages after `resolve`.
#[derive(Debug, Clone, Default)]
pub struct FreezeOptions {
    /// Optimization level of the code objects, 0 to 2: `python`, `python -O`, `python -OO`.
    pub optimization_level: u8,
    /// Standard modules (dotted; a package means all of it) to take although no import of them was found.
    pub include_modules: Vec<String>,
    /// Standard modules (dotted; a package means all of it) to leave out although they are imported.
    pub exclude_modules: Vec<String>,
    /// Overwrite an output that fastice did not make.
    pub force: bool,
}

/// What came out of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The executable.
    pub output: PathBuf,
    /// Its length, in bytes.
    pub size: u64,
    /// What takes the room, the largest first. The sizes add up to `size`.
    pub parts: Vec<Part>,
    /// Modules with a code object in the image.
    pub modules: usize,
}

/// A share of the executable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Where it comes from.
    pub origin: Origin,
    /// Normalized name of the distribution, or what else it is: `stub`, `standard library`, `app`, `index`.
    pub name: String,
    /// Version of the distribution.
    pub version: Option<String>,
    /// Files.
    pub files: usize,
    /// Bytes in the executable, as stored.
    pub size: u64,
}

/// Origin of a [`Part`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The runtime: stub, bootstrap, standard library.
    Runtime,
    /// The project's own files.
    Program,
    /// An installed distribution.
    Distribution,
    /// Index and archive directory.
    Container,
}

/// Freezes `application` into one executable at `output`. Nothing is left behind when it fails.
///
/// # Errors
/// When a stage fails; the error says which input was at fault.
pub fn freeze(
    _application: &Application,
    _options: &FreezeOptions,
    _pack: &Pack,
    _output: &Path,
    _reporter: &dyn Reporter,
) -> Result<Summary> {
    Err(Error::new(
        Code::NoRuntime,
        "this fastice was built without a runtime",
    ))
}
