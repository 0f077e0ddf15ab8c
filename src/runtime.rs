//! The runtime pack: the stub and the standard library that every frozen executable is made of.
//!
//! A pack is itself a frozen executable: stub and image, with the whole standard library, pip, licences and a manifest inside, whose
//! program is the interpreter. So the builder reads stub, sources and code objects out of it with the image reader, and
//! runs it as `python` for whatever must be done in Python: compiling, pip, build back ends.

use std::path::{Path, PathBuf};

use crate::{Code, Error, Result};

/// Environment variable that names a pack file to use instead of the builder's own.
pub const PACK_VARIABLE: &str = "FASTICE_RUNTIME";

/// A runtime pack on the disk.
#[derive(Debug, Clone)]
pub struct Pack {
    path: PathBuf,
}

impl Pack {
    /// The pack that `FASTICE_RUNTIME` names.
    ///
    /// # Errors
    /// [`Code::NoRuntime`] when there is none.
    pub fn locate() -> Result<Self> {
        let path = std::env::var_os(PACK_VARIABLE)
            .map(PathBuf::from)
            .ok_or_else(|| {
                Error::new(Code::NoRuntime, "this fastice was built without a runtime")
            })?;
        Ok(Self { path })
    }
    /// The pack as a program: a complete `python`.
    pub fn python(&self) -> &Path {
        &self.path
    }
}
