//! Making a runtime pack out of a freshly built CPython.

use std::path::{Path, PathBuf};

use crate::Result;

/// What a runtime pack is made of. All paths are read, none of them ends up in the pack.
#[derive(Debug, Clone)]
pub struct Ingredients {
    /// The stub: the stripped ELF executable that boots an image.
    pub stub: PathBuf,
    /// A `python` program of the very version and magic number of the stub; it compiles the standard library. It is run as it is.
    pub python: PathBuf,
    /// The standard library: `Lib` of CPython's source.
    pub stdlib: PathBuf,
    /// `_sysconfigdata__linux_x86_64-linux-gnu.py`, with every build path already rewritten to `/fastice`.
    pub sysconfigdata: PathBuf,
    /// pip's wheel.
    pub pip_wheel: PathBuf,
    /// Licence texts: path below `share/licenses/` (`openssl/LICENSE.txt`) and the file.
    pub licenses: Vec<(String, PathBuf)>,
    /// CPython's own licence (`LICENSE` of its source).
    pub python_license: PathBuf,
    /// The manifest, JSON, as it will lie in `share/fastice/manifest.json`.
    pub manifest: String,
    /// Triplet of the platform, `x86_64-linux-gnu`.
    pub platform: String,
}

/// Writes the runtime pack to `output`, atomically, mode 755. The same ingredients give the same bytes.
///
/// # Errors
/// When an ingredient cannot be read, a standard module cannot be compiled, or the pack cannot be written.
pub fn create(_ingredients: &Ingredients, _output: &Path) -> Result<()> {
    todo!()
}
