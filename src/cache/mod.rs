//! Where the builder keeps what it can make again, and where executables put files that must have a real path.

mod store;

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fs_err as fs;
use serde::Serialize;
use walkdir::WalkDir;

use crate::{Code, Error, Result};

pub(crate) use store::Store;

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

/// Compiled code.
pub(crate) const CODE: &str = "code";

/// Start snapshots.
pub(crate) const SNAPSHOTS: &str = "snapshots";

/// Trees of installed distributions that later builds may use.
pub(crate) const INSTALLED: &str = "installed";

/// Parts that are a [`Store`].
const STORES: [&str; 2] = [CODE, SNAPSHOTS];

/// Directories in the cache; besides those above what executables have extracted (`runtime/stub/src/extract`), what `fastice run` built,
/// unpacked runtimes, and trees of installed distributions while a build uses them.
const PARTS: [&str; 7] = [
    CODE,
    "extracted",
    INSTALLED,
    "run",
    "runtime",
    SNAPSHOTS,
    "trees",
];

/// A part of the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Name of its directory.
    pub name: String,
    /// Files in it.
    pub files: usize,
    /// Their lengths, in bytes.
    pub size: u64,
}

/// Files and their lengths in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Amount {
    /// How many.
    pub files: usize,
    /// How many bytes.
    pub size: u64,
}

impl Amount {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.size += other.size;
    }
}

/// How much is in each part of the cache at `directory`.
///
/// # Errors
/// When it cannot be read.
pub fn parts(directory: &Path) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for name in PARTS {
        let (amount, _) = amount(&directory.join(name))?;
        parts.push(Part {
            name: name.to_owned(),
            files: amount.files,
            size: amount.size,
        });
    }
    Ok(parts)
}

/// Removes every entry of the cache at `directory` that was not used for the time `unused`.
///
/// # Errors
/// When something cannot be read or removed.
pub fn prune(directory: &Path, unused: Duration) -> io::Result<Amount> {
    let mut freed = Amount::default();
    let now = SystemTime::now();
    for name in PARTS {
        let part = directory.join(name);
        // In a store, entries lie in directories by the beginnings of their keys, everything else directly in the part.
        let depth = if STORES.contains(&name) { 2 } else { 1 };
        if !part.is_dir() {
            continue;
        }
        for entry in WalkDir::new(&part).min_depth(depth).max_depth(depth) {
            let path = entry.map_err(io::Error::from)?.into_path();
            let (amount, used) = amount(&path)?;
            let age = used.and_then(|used| now.duration_since(used).ok());
            if age.is_some_and(|age| age < unused) {
                continue;
            }
            if path.is_dir() {
                fs::remove_dir_all(&path)?;
            } else {
                fs::remove_file(&path)?;
            }
            freed.add(amount);
        }
    }
    Ok(freed)
}

/// What is at `path`, and when any of it was last read or written.
fn amount(path: &Path) -> io::Result<(Amount, Option<SystemTime>)> {
    let mut amount = Amount::default();
    let mut used = None;
    for entry in WalkDir::new(path) {
        let metadata = match entry.and_then(|entry| entry.metadata()) {
            Ok(metadata) => metadata,
            // It may go away meanwhile.
            Err(error) if is_gone(&error) => continue,
            Err(error) => return Err(error.into()),
        };
        if metadata.is_file() {
            amount.add(Amount {
                files: 1,
                size: metadata.len(),
            });
        }
        let times = [metadata.accessed().ok(), metadata.modified().ok()];
        used = times.into_iter().flatten().chain(used).max();
    }
    Ok((amount, used))
}

fn is_gone(error: &walkdir::Error) -> bool {
    error
        .io_error()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}
