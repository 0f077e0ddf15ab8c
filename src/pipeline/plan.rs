//! What a build would write: for `--dry-run`.

use serde::Serialize;

use crate::write::{Contents, Entry, Layout};

/// A file that would go in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// Path below the root.
    pub path: String,
    /// Length of the contents, in bytes.
    pub size: u64,
}

/// Every file of a layout, by path.
pub(super) fn files(layout: &Layout) -> Vec<Planned> {
    /// Bytes of the header of a `.pyc` file.
    const HEADER: u64 = 16;
    let size = |entry: &Entry| match entry {
        Entry::Code(code) => HEADER + code.code.len() as u64,
        Entry::File(file) => match &file.contents {
            Contents::Bytes(bytes) => bytes.len() as u64,
            Contents::Disk(path) => fs_err::metadata(path).map_or(0, |metadata| metadata.len()),
            Contents::Packed(raw) => raw.size,
        },
    };
    layout
        .entries
        .iter()
        .map(|(path, entry)| Planned {
            path: path.clone(),
            size: size(entry),
        })
        .collect()
}
