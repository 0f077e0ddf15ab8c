//! Writing an image behind a stub.

use std::io::{self, Write};

use crate::{Extent, FrozenModule, Header, Method, ModuleKind};

/// The contents of an entry.
pub enum Source<'a> {
    /// Store as they are.
    Stored(&'a [u8]),
    /// Store as they are, at a page boundary: machine code that will be mapped.
    Mapped(&'a [u8]),
    /// Deflate, unless that does not make them smaller.
    Deflate(&'a [u8]),
    /// Already in stored form: copied from another image, or compressed on another thread.
    Raw {
        /// The stored bytes.
        stored: &'a [u8],
        /// How they are stored.
        method: Method,
        /// Size of the contents.
        size: u64,
        /// CRC-32 of the contents, as ZIP wants it.
        crc32: u32,
    },
}

/// Writes stub and image front to back, without seeking. Calls with the same arguments in the same order give the same bytes.
pub struct ImageWriter<W: Write> {
    _out: W,
}

/// What was written.
pub struct Written {
    /// Length of the whole executable, in bytes.
    pub len: u64,
    /// Entries in the archive.
    pub entries: usize,
}

impl<W: Write> ImageWriter<W> {
    /// Writes `stub` and begins the image behind it.
    ///
    /// # Errors
    /// When writing fails.
    pub fn new(_out: W, _stub: &[u8]) -> io::Result<Self> {
        todo!()
    }
    /// Adds a file at `path` (below the root, normalized, no leading slash). Its parent directories come into being.
    /// Returns where its stored bytes lie.
    ///
    /// # Errors
    /// When writing fails, or the path exists or is not normalized (`InvalidInput`).
    pub fn file(&mut self, _path: &str, _source: &Source, _executable: bool) -> io::Result<Extent> {
        todo!()
    }
    /// Adds an empty directory, or one that files will follow in.
    ///
    /// # Errors
    /// As [`ImageWriter::file`].
    pub fn directory(&mut self, _path: &str) -> io::Result<()> {
        todo!()
    }
    /// Adds the `.pyc` file at `path`: a 16-byte header and `code`, the marshaled code object. Returns where the code object lies.
    ///
    /// # Errors
    /// As [`ImageWriter::file`].
    pub fn code(&mut self, _path: &str, _header: [u8; 16], _code: &[u8]) -> io::Result<Extent> {
        todo!()
    }
    /// Adds an importable module found as `name` in `directory`; `origin` is its file.
    pub fn module(&mut self, _directory: &str, _name: &str, _kind: ModuleKind, _is_package: bool, _origin: &str, _code: Option<Extent>) {
        todo!()
    }
    /// Remembers that the standard module `name` was left out.
    pub fn left_out(&mut self, _name: &str) {
        todo!()
    }
    /// Adds a code object for `PyImport_FrozenModules` that is no file of the tree.
    ///
    /// # Errors
    /// As [`ImageWriter::file`].
    pub fn frozen(&mut self, _name: &str, _is_package: bool, _code: &[u8]) -> io::Result<FrozenModule> {
        todo!()
    }
    /// Writes index, central directory and footer. The `stub` field of `header` is filled in here.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self, _header: Header) -> io::Result<Written> {
        todo!()
    }
}
