//! The image of a fastice executable: the types both sides share, the reader the stub boots from, and
//! the writer the builder uses.
//!
//! A frozen executable is one file:
//!
//! ```text
//! ┌──────────────┐ 0
//! │ stub (ELF)   │
//! ├──────────────┤ page
//! │ ZIP entries  │ stored where they are mapped (page-aligned if they hold machine code), else deflated
//! │ index        │ the last entry, `fastice.index`: header · page checksums · buckets · records
//! ├──────────────┤
//! │ ZIP central directory, end records │ absolute offsets, so no ZIP tool sees a prefix
//! │ footer       │ the ZIP comment: fixed length, ASCII, at the very end of the file
//! └──────────────┘
//! ```
//!
//! Nothing a start or an import does depends on how many entries there are: the header is small, and the
//! index behind it is a hash table whose pages are verified when they are first read.
//! `docs/reference/format.md` describes every byte.

pub mod damage;
mod deflate;
pub mod footer;
mod hash;
pub mod header;
mod identity;
mod index;
pub mod marker;
pub mod node;
pub mod python;
mod raw;
pub mod reader;
pub mod snapshot;
mod tree;
pub mod writer;
mod zip;

pub use damage::Damage;
pub use footer::Footer;
pub use header::{
    Alternative, Arguments0, AuditHook, EnvironmentSettings, FrozenModule, Guard, Header, Policy,
    Program, PythonIdentity, Settings, Snapshot, SnapshotSegment,
};
pub use identity::Identity;
pub use marker::Marker;
pub use node::{
    Directory, DirectoryEntry, Extent, FileNode, FileType, Method, ModuleKind, ModuleNode,
};
pub use python::{Allocator, CheckHashPycs, PythonConfig};
pub use raw::Raw;
pub use reader::{Image, Node, Record};
pub use snapshot::{NewSnapshot, before_snapshot, replace_snapshot, write_ending};
pub use writer::{ImageWriter, Source, Written};

/// The directory that the image appears as inside the process. Constant, so that `__file__`, `co_filename`
/// and the bytes of an image do not depend on where the executable lies.
pub const ROOT: &str = "/fastice";

/// Version of the image format. A stub reads exactly its own version: both are written by one builder.
pub const FORMAT_VERSION: u16 = 3;

/// Exit status of a damaged or unfit executable (`EX_SOFTWARE` of BSD's sysexits.h).
pub const EXIT_DAMAGED: i32 = 70;
