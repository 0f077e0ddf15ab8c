//! Files of the tree on the disk, for those who need a real path: other programs, and `FASTICE_NATIVE=cache`.
//!
//! Nothing is put there unless the program or the user asks: `fastice.extract()`, `FASTICE_EXTRACT`, `FASTICE_NATIVE`.
//! `docs/concepts/virtual-files.md` describes it.

pub(crate) mod arguments;
mod contents;
pub(crate) mod python;
mod store;

use std::io;
use std::path::PathBuf;

use crate::vfs::place::Virtual;
use contents::Contents;

/// The real path of what is at a place in the tree: it is put into the cache, if it is not there.
///
/// # Errors
/// When there is nothing at the place, or the cache cannot be used; the error says so in a sentence.
pub(crate) fn extract(place: &Virtual) -> io::Result<PathBuf> {
    let contents = Contents::of(place)?;
    store::provide(&contents)
}
