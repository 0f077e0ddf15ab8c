//! Where the builder keeps what it can make again.

use std::env;
use std::path::PathBuf;

use crate::{Code, Error, Result};

/// Environment variable that names the cache directory.
pub const CACHE_VARIABLE: &str = "FASTICE_CACHE_DIR";

/// The cache directory: `$FASTICE_CACHE_DIR`, else `$XDG_CACHE_HOME/fastice`, else
/// `~/.cache/fastice`. It need not exist.
///
/// # Errors
/// [`Code::Io`] when the environment names none of them.
pub fn directory() -> Result<PathBuf> {
    let variable = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if let Some(directory) = env::var_os(CACHE_VARIABLE).filter(|value| !value.is_empty()) {
        return std::path::absolute(directory).map_err(|error| {
            Error::new(Code::Io, "the cache directory cannot be located").caused_by(error)
        });
    }
    variable("XDG_CACHE_HOME")
        .map(|base| base.join("fastice"))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/fastice")))
        .ok_or_else(|| {
            Error::new(Code::Io, "there is no place for the cache")
                .hint(format!("set HOME or {CACHE_VARIABLE}"))
        })
}
