//! What the index says about a path: file, directory, or importable module.

use bincode::{Decode, Encode};
use serde::Serialize;

/// A run of bytes in the executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Extent {
    /// Offset from the start of the executable, in bytes.
    pub offset: u64,
    /// Length as stored, in bytes.
    pub len: u64,
    /// XXH3 (64 bit, seed 0) of the stored bytes.
    pub hash: u64,
}

/// How the bytes of an entry are stored; the ZIP methods 0 and 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// As they are.
    Stored,
    /// Raw deflate stream (RFC 1951).
    Deflated,
}

/// A regular file below [`ROOT`](crate::ROOT).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct FileNode {
    /// Where its stored bytes are.
    pub data: Extent,
    /// Size of the contents, in bytes; what `st_size` reports.
    pub size: u64,
    /// CRC-32 of the contents, as ZIP has it: lets a builder copy the stored bytes into another image.
    pub crc32: u32,
    /// How they are stored.
    pub method: Method,
    /// Executable (mode 0555) or not (0444).
    pub executable: bool,
}

/// A directory below [`ROOT`](crate::ROOT).
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Directory {
    /// Its entries, sorted by name (byte order).
    pub entries: Vec<DirectoryEntry>,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct DirectoryEntry {
    /// The name, without any slash.
    pub name: String,
    /// What it names.
    pub file_type: FileType,
}

/// The type of a directory entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileType {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// What an import of `NAME` from a directory finds there: the answer `FileFinder` would work out by listing the
/// directory (`Lib/importlib/_bootstrap_external.py`).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct ModuleNode {
    /// How it is loaded.
    pub kind: ModuleKind,
    /// A regular package: the module is its `__init__`.
    pub is_package: bool,
    /// Path of the file it comes from, below the root: `lib/python3.13/json/__init__.py`.
    pub origin: String,
    /// Marshaled code object, without the header of a `.pyc` file. Absent for extension modules and for source
    /// that could not be compiled.
    pub code: Option<Extent>,
}

/// How a module is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleKind {
    /// From a `.py` file.
    Source,
    /// From a `.pyc` file without source beside it.
    Bytecode,
    /// From a shared object.
    Extension,
}
