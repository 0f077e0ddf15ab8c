//! Results of slow steps, kept under the hash of what they were made from.

use std::path::{Path, PathBuf};

use fs_err as fs;
use miette::IntoDiagnostic;

/// Begins the name of a directory in which an entry is being made.
const UNFINISHED: &str = "unfinished-";

/// One shelf of the cache: entries of one kind, each a directory named after its key.
pub(crate) struct Shelf(PathBuf);

/// Where an entry is made.
pub(crate) struct Workshop<'a> {
    /// An empty directory for whatever the work needs; it is deleted afterwards.
    pub(crate) scratch: &'a Path,
    /// An empty directory on the same file system: the entry.
    pub(crate) entry: &'a Path,
}

impl Shelf {
    /// The shelf for `kind`.
    pub(crate) fn open(kind: &str) -> miette::Result<Self> {
        let path = directory()?.join(kind);
        fs::create_dir_all(&path).into_diagnostic()?;
        Ok(Self(path))
    }

    /// The entry for `key`, if it was made before.
    pub(crate) fn get(&self, key: &str) -> Option<PathBuf> {
        Some(self.0.join(key)).filter(|path| path.is_dir())
    }

    /// The entry for `key`, made now unless it is there. An entry appears whole or not at all, and only one process works
    /// on a shelf at a time; what an interrupted one left behind is removed here.
    pub(crate) fn get_or_make(
        &self,
        key: &str,
        make: impl FnOnce(&Workshop<'_>) -> miette::Result<()>,
    ) -> miette::Result<PathBuf> {
        if let Some(entry) = self.get(key) {
            return Ok(entry);
        }
        let lock = fs::File::create(self.0.join("lock")).into_diagnostic()?;
        lock.file().lock().into_diagnostic()?;
        if let Some(entry) = self.get(key) {
            return Ok(entry);
        }
        self.remove_unfinished()?;
        let room = self.room()?;
        make(&room.workshop())?;
        let finished = self.0.join(key);
        fs::rename(&room.entry, &finished).into_diagnostic()?;
        Ok(finished)
    }

    /// Does work whose result is kept elsewhere.
    pub(crate) fn work<T>(
        &self,
        work: impl FnOnce(&Workshop<'_>) -> miette::Result<T>,
    ) -> miette::Result<T> {
        let lock = fs::File::create(self.0.join("lock")).into_diagnostic()?;
        lock.file().lock().into_diagnostic()?;
        self.remove_unfinished()?;
        work(&self.room()?.workshop())
    }

    fn room(&self) -> miette::Result<Room> {
        let directory = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(&self.0)
            .into_diagnostic()?;
        let [scratch, entry] = ["scratch", "entry"].map(|name| directory.path().join(name));
        fs::create_dir(&scratch).into_diagnostic()?;
        fs::create_dir(&entry).into_diagnostic()?;
        Ok(Room {
            _directory: directory,
            scratch,
            entry,
        })
    }

    fn remove_unfinished(&self) -> miette::Result<()> {
        for entry in fs::read_dir(&self.0).into_diagnostic()? {
            let entry = entry.into_diagnostic()?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_dir_all(entry.path()).into_diagnostic()?;
            }
        }
        Ok(())
    }
}

/// A [`Workshop`] and what is in it, removed in the end.
struct Room {
    _directory: tempfile::TempDir,
    scratch: PathBuf,
    entry: PathBuf,
}

impl Room {
    fn workshop(&self) -> Workshop<'_> {
        Workshop {
            scratch: &self.scratch,
            entry: &self.entry,
        }
    }
}

/// Where the steps of a runtime build lie: `runtime-build` in the builder's cache directory.
pub(crate) fn directory() -> miette::Result<PathBuf> {
    Ok(fastice::cache::directory()
        .into_diagnostic()?
        .join("runtime-build"))
}
