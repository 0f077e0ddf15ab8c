//! The table behind the header: a hash table of paths and modules, read without decoding it whole.
//!
//! ```text
//! ┌────────────────┐ start of the index, page-aligned in the file
//! │ header         │ bincode: Header, Layout; verified when the image is opened
//! │ page checksums │ one u64 for each page of the table; their own checksums are in the Layout
//! ├────────────────┤ next page
//! │ buckets        │ power of two × 8 bytes, open addressing, at most half of them taken
//! │ records        │ length, key and value of each
//! └────────────────┘
//! ```

mod builder;
mod pages;
mod table;

use bincode::config::{Configuration, Limit};
use bincode::{Decode, Encode};

pub(crate) use builder::{TableBuilder, encode, encode_table};
pub(crate) use table::{RecordAt, Table};

use crate::{Damage, Header, hash};

/// Unit of verification, and of the alignment of the table, in bytes.
pub(crate) const PAGE: usize = 4096;

/// Bytes of a checksum.
const SUM: usize = 8;

/// Checksums in a page of checksums.
const SUMS_PER_PAGE: usize = PAGE / SUM;

/// Bytes of a bucket: the tag of the key, and the offset of its record plus one (0 if the bucket is free).
pub(crate) const BUCKET: usize = 8;

/// Bytes of a record's length.
const LENGTH: usize = 4;

/// What decoding may claim of memory, in bytes. No header and no record comes near.
const MEMORY: usize = 64 << 20;

/// How everything in the index is encoded.
pub(crate) const ENCODING: Configuration<
    bincode::config::LittleEndian,
    bincode::config::Varint,
    Limit<MEMORY>,
> = bincode::config::standard().with_limit::<MEMORY>();

/// What is decoded when an image is opened.
#[derive(Encode, Decode)]
pub(crate) struct Start {
    pub(crate) header: Header,
    pub(crate) layout: Layout,
}

/// Where the parts of the table are.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Layout {
    /// Buckets, a power of two.
    buckets: u64,
    /// Length of the records, in bytes.
    records_len: u64,
    /// XXH3 of each page of page checksums. One for each 2 MiB of the table.
    roots: Vec<u64>,
}

/// What a record is about. Keys of different spaces never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Space {
    /// A path: file, or the fact that it is a directory.
    Node = 1,
    /// The path of a directory: its entries.
    Listing = 2,
    /// `DIRECTORY/NAME`: an importable module.
    Module = 3,
    /// The name of a standard module that was left out.
    LeftOut = 4,
    /// The full name of a frozen module: the directory in which it is importable too.
    Frozen = 5,
    /// No key: the full names of all frozen modules.
    FrozenNames = 6,
}

impl Space {
    fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Node,
            Self::Listing,
            Self::Module,
            Self::LeftOut,
            Self::Frozen,
            Self::FrozenNames,
        ]
        .into_iter()
        .find(|space| *space as u8 == byte)
    }

    /// What the table knows of `key`.
    fn hash(self, key: &[u8]) -> KeyHash {
        let hash = hash::xxh3_with_seed(key, self as u64);
        KeyHash {
            home: (hash & 0xffff_ffff) as u32,
            tag: (hash >> 32) as u32,
        }
    }
}

/// The two halves of the hash of a key.
#[derive(Clone, Copy)]
struct KeyHash {
    /// Modulo the number of buckets: the bucket where a search begins.
    home: u32,
    /// What the bucket says, so that a search reads few records in vain.
    tag: u32,
}

/// The value of a record in [`Space::Node`].
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) enum NodeValue {
    File(crate::FileNode),
    Directory,
}

/// What is wrong when bytes of the index differ from what was written.
pub(crate) fn damaged() -> Damage {
    Damage::Checksum {
        what: "the index".to_owned(),
    }
}

/// What is wrong when the index makes no sense.
pub(crate) fn malformed() -> Damage {
    Damage::Malformed {
        what: "the index".to_owned(),
    }
}
