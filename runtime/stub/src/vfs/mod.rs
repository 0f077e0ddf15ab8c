//! The virtual file tree: C library functions that know the files in the image.
//!
//! The executable comes first in the dynamic symbol scope, so CPython, every extension module and every library
//! bind to the functions defined here. Each of them asks [`place::resolve`] where its path leads. A path outside the tree goes
//! to the kernel as it is, after a look at its first bytes; a path inside is answered from the image as a
//! read-only file system would answer it. What an opened file is, [`memfd`] tells.
//!
//! `interposed.txt` lists the functions; `docs/concepts/virtual-files.md` describes what they do.

#[macro_use]
mod interpose;

pub(crate) mod current;
mod descriptor;
mod detour;
mod directory;
pub(crate) mod errno;
pub(crate) mod hidden;
mod kept;
mod links;
pub(crate) mod memfd;
mod open;
pub(crate) mod place;
pub(crate) mod program;
mod refuse;
mod status;
mod stream;
pub(crate) mod tree;
mod walk;
mod watch;
