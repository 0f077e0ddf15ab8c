//! What an image will hold, before it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use fastice_image::{ModuleKind, Raw};

use crate::{Code, Error, Result, bom};

/// Index of the part of the summary that an entry counts for.
pub(crate) type Share = usize;

/// Contents of a file.
#[derive(Debug, Clone)]
pub(crate) enum Contents {
    /// In memory.
    Bytes(Arc<[u8]>),
    /// On the disk, read when it is written.
    Disk(PathBuf),
    /// In the runtime pack, in stored form.
    Packed(Raw<'static>),
}

/// A file of the image.
#[derive(Debug, Clone)]
pub(crate) struct FileEntry {
    /// What is in it.
    pub(crate) contents: Contents,
    /// It may be executed.
    pub(crate) executable: bool,
    /// Whose it is.
    pub(crate) share: Share,
}

/// A `.pyc` file of the image.
#[derive(Debug, Clone)]
pub(crate) struct CodeEntry {
    /// Its header.
    pub(crate) header: [u8; 16],
    /// The marshaled code object.
    pub(crate) code: Arc<[u8]>,
    /// Whose it is.
    pub(crate) share: Share,
}

/// Something at a path of the image.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    /// Any file.
    File(FileEntry),
    /// A code object.
    Code(CodeEntry),
}

/// What an import finds in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    /// How it is loaded.
    pub(crate) kind: ModuleKind,
    /// It is a package, and `origin` its `__init__`.
    pub(crate) is_package: bool,
    /// Its file.
    pub(crate) origin: String,
    /// Path of its code object.
    pub(crate) code: Option<String>,
}

/// All of an image, in the order in which it is written. Paths are below the root, normalized,
/// without leading slash.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Files and code objects by path.
    pub(crate) entries: BTreeMap<String, Entry>,
    /// Directories that exist although nothing is in them.
    pub(crate) directories: BTreeSet<String>,
    /// Modules by directory and name.
    pub(crate) modules: BTreeMap<(String, String), Module>,
    /// Standard modules that were left out.
    pub(crate) left_out: BTreeSet<String>,
    /// Modules that are frozen modules as well: full name → directory.
    pub(crate) frozen: BTreeMap<String, String>,
}

impl Layout {
    /// Adds a file.
    ///
    /// # Errors
    /// [`Code::Conflict`] when there is something at `path` already.
    pub(crate) fn file(&mut self, path: String, file: FileEntry) -> Result<()> {
        self.insert(path, Entry::File(file))
    }

    /// Adds a code object.
    ///
    /// # Errors
    /// As [`Layout::file`].
    pub(crate) fn code(&mut self, path: String, code: CodeEntry) -> Result<()> {
        self.insert(path, Entry::Code(code))
    }

    fn insert(&mut self, path: String, entry: Entry) -> Result<()> {
        use std::collections::btree_map::Entry as Slot;
        match self.entries.entry(path) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
                Ok(())
            }
            Slot::Occupied(slot) => Err(Error::new(
                Code::Conflict,
                format!("two parts of the program claim /fastice/{}", slot.key()),
            )),
        }
    }
}

impl bom::Files for Layout {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let Some(Entry::File(file)) = self.entries.get(path) else {
            return Ok(None);
        };
        match &file.contents {
            Contents::Bytes(bytes) => Ok(Some(bytes.to_vec())),
            Contents::Disk(disk) => fs_err::read(disk).map(Some).map_err(Error::io),
            // Nothing that is asked for comes from the pack as it is.
            Contents::Packed(_) => Ok(None),
        }
    }

    fn paths(&self) -> Result<Vec<String>> {
        Ok(self.entries.keys().cloned().collect())
    }
}

/// Path of the code object of the source at `origin`, as `importlib.util.cache_from_source` gives
/// it.
pub(crate) fn code_path(origin: &str, cache_tag: &str, optimize: u8) -> String {
    let (directory, file) = match origin.rsplit_once('/') {
        Some((directory, file)) => (format!("{directory}/"), file),
        None => (String::new(), origin),
    };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let level = if optimize == 0 {
        String::new()
    } else {
        format!(".opt-{optimize}")
    };
    format!("{directory}__pycache__/{stem}.{cache_tag}{level}.pyc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_code_objects_as_importlib_does() {
        assert_eq!(
            code_path("lib/a/b.py", "cpython-313", 0),
            "lib/a/__pycache__/b.cpython-313.pyc"
        );
        assert_eq!(
            code_path("b.c.py", "cpython-313", 2),
            "__pycache__/b.c.cpython-313.opt-2.pyc"
        );
    }
}
