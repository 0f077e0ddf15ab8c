//! Writing an image behind a stub.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use xxhash_rust::xxh3::xxh3_64;

use crate::index::{Builder, PAGE, Space, Value};
use crate::node::{Directory, DirectoryEntry, FileNode, FileType, ModuleNode};
use crate::reader::module_key;
use crate::zip::{self, Entry};
use crate::{Extent, FORMAT_VERSION, Footer, FrozenModule, Header, Method};

/// Name of the last entry of the archive: the index.
pub const INDEX_NAME: &str = "fastice.index";

/// Directory of the archive for code objects that are no files of the tree.
const FROZEN_DIRECTORY: &str = "fastice.frozen";

/// The contents of an entry.
pub enum Source<'a> {
    /// Store as they are.
    Stored(&'a [u8]),
    /// Store as they are, at a page boundary: machine code that will be mapped.
    Mapped(&'a [u8]),
    /// Deflate, unless that does not make them smaller.
    Deflate(&'a [u8]),
    /// Already in stored form: copied from another image, or compressed on another thread.
    Raw(Raw<'a>),
}

/// Contents in the form they are stored in.
#[derive(Clone, Debug)]
pub struct Raw<'a> {
    /// The stored bytes.
    pub stored: Cow<'a, [u8]>,
    /// How they are stored.
    pub method: Method,
    /// Size of the contents, in bytes.
    pub size: u64,
    /// CRC-32 of the contents, as ZIP wants it.
    pub crc32: u32,
}

impl<'a> Raw<'a> {
    /// Contents to be stored as they are.
    pub fn store(contents: &'a [u8]) -> Self {
        Self {
            stored: Cow::Borrowed(contents),
            method: Method::Stored,
            size: contents.len() as u64,
            crc32: crc32(contents),
        }
    }

    /// Deflates `contents`, or stores them where that would not make them smaller.
    pub fn deflate(contents: &'a [u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        // Writing to memory does not fail; if it did, storing is always right.
        let deflated = encoder.write_all(contents).and_then(|()| encoder.finish());
        match deflated {
            Ok(stored) if stored.len() < contents.len() => Self {
                stored: Cow::Owned(stored),
                method: Method::Deflated,
                size: contents.len() as u64,
                crc32: crc32(contents),
            },
            _ => Self::store(contents),
        }
    }
}

/// Writes stub and image front to back, without seeking. The same calls in the same order give the same bytes.
pub struct ImageWriter<W: Write> {
    out: W,
    offset: u64,
    stub: Extent,
    entries: Vec<Entry>,
    paths: BTreeMap<String, Option<FileNode>>,
    modules: BTreeMap<String, ModuleNode>,
    left_out: Vec<String>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub fn new(mut out: W, stub: &[u8]) -> io::Result<Self> {
        out.write_all(stub)?;
        let len = stub.len() as u64;
        let padding = stub.len().next_multiple_of(PAGE) - stub.len();
        out.write_all(&[0; PAGE][..padding])?;
        Ok(Self {
            out,
            offset: len + padding as u64,
            stub: Extent {
                offset: 0,
                len,
                hash: xxh3_64(stub),
            },
            entries: Vec::new(),
            paths: BTreeMap::from([(String::new(), None)]),
            modules: BTreeMap::new(),
            left_out: Vec::new(),
        })
    }

    /// Adds a file at `path` (below the root, normalized, no leading slash). Its parent directories come into being.
    /// Returns where its stored bytes lie.
    ///
    /// # Errors
    /// When writing fails, or the path exists or is not normalized (`InvalidInput`).
    pub fn file(&mut self, path: &str, source: &Source, executable: bool) -> io::Result<Extent> {
        self.claim(path)?;
        let (raw, alignment) = match source {
            Source::Stored(contents) => (&Raw::store(contents), 1),
            Source::Mapped(contents) => (&Raw::store(contents), PAGE as u64),
            Source::Deflate(contents) => (&Raw::deflate(contents), 1),
            Source::Raw(raw) => (raw, 1),
        };
        let mode = if executable { 0o100_755 } else { 0o100_644 };
        let data = self.entry(path, raw, mode, alignment, 0)?;
        let node = FileNode {
            data,
            size: raw.size,
            method: raw.method,
            executable,
        };
        self.paths.insert(path.to_owned(), Some(node));
        Ok(data)
    }

    /// Adds the `.pyc` file at `path`: a 16-byte header (PEP 552) and `code`, the marshaled code object. Returns
    /// where the code object lies.
    ///
    /// # Errors
    /// As [`ImageWriter::file`].
    pub fn code(&mut self, path: &str, header: [u8; 16], code: &[u8]) -> io::Result<Extent> {
        let contents = [&header, code].concat();
        let file = self.file(path, &Source::Stored(&contents), false)?;
        Ok(Extent {
            offset: file.offset + header.len() as u64,
            len: code.len() as u64,
            hash: xxh3_64(code),
        })
    }

    /// Adds a directory, for files to follow or to stay empty.
    ///
    /// # Errors
    /// As [`ImageWriter::file`].
    pub fn directory(&mut self, path: &str) -> io::Result<()> {
        self.claim(path)?;
        self.paths.insert(path.to_owned(), None);
        let nothing = Raw::store(&[]);
        self.entry(&format!("{path}/"), &nothing, 0o040_755, 1, 0x10)?;
        Ok(())
    }

    /// Adds an importable module found as `name` in `directory`; `origin` is its file.
    pub fn module(&mut self, directory: &str, name: &str, module: ModuleNode) {
        self.modules.insert(module_key(directory, name), module);
    }

    /// Remembers that the standard module `name` was left out.
    pub fn left_out(&mut self, name: &str) {
        self.left_out.push(name.to_owned());
    }

    /// Adds a code object for `PyImport_FrozenModules` that is no file of the tree.
    ///
    /// # Errors
    /// When writing fails.
    pub fn frozen(
        &mut self,
        name: &str,
        is_package: bool,
        code: &[u8],
    ) -> io::Result<FrozenModule> {
        let path = format!("{FROZEN_DIRECTORY}/{name}");
        let code = self.entry(&path, &Raw::store(code), 0o100_644, 1, 0)?;
        Ok(FrozenModule {
            name: name.to_owned(),
            is_package,
            code,
        })
    }

    /// Writes index, central directory and footer. The `stub` field of `header` is filled in here.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self, mut header: Header) -> io::Result<Written> {
        header.stub = self.stub;
        let (index, header_len) = self.index(&header)?;
        let header_hash = xxh3_64(&index[..header_len]);
        let extent = self.entry(INDEX_NAME, &Raw::store(&index), 0o100_644, PAGE as u64, 0)?;

        let comment_len = u16::try_from(Footer::LEN).map_err(io::Error::other)?;
        let directory = zip::directory(&self.entries, self.offset, comment_len)?;
        self.write(&directory)?;
        let footer = Footer {
            format: FORMAT_VERSION,
            file_len: self.offset + Footer::LEN as u64,
            index_offset: extent.offset,
            index_len: extent.len,
            header_len: header_len as u64,
            header_hash,
        };
        self.write(footer.encode().as_bytes())?;
        self.out.flush()?;
        Ok(Written {
            len: self.offset,
            entries: self.entries.len(),
        })
    }

    /// Lays out the index over everything that was added.
    fn index(&self, header: &Header) -> io::Result<(Vec<u8>, usize)> {
        let mut directories: BTreeMap<&str, Directory> = BTreeMap::new();
        for (path, node) in &self.paths {
            if node.is_none() {
                directories.entry(path).or_default();
            }
            if path.is_empty() {
                continue;
            }
            let (parent, name) = split(path);
            let file_type = if node.is_some() {
                FileType::File
            } else {
                FileType::Directory
            };
            let entry = DirectoryEntry {
                name: name.to_owned(),
                file_type,
            };
            directories.entry(parent).or_default().entries.push(entry);
        }
        for directory in directories.values_mut() {
            directory.entries.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let mut builder = Builder::default();
        for (path, node) in &self.paths {
            let value = match node {
                Some(file) => Value::File(file.clone()),
                None => Value::Directory(directories.remove(path.as_str()).unwrap_or_default()),
            };
            builder.add(Space::Path, path, &value)?;
        }
        for (key, module) in &self.modules {
            builder.add(Space::Module, key, &Value::Module(module.clone()))?;
        }
        let mut left_out = self.left_out.clone();
        left_out.sort();
        left_out.dedup();
        for name in &left_out {
            builder.add(Space::LeftOut, name, &Value::LeftOut)?;
        }
        builder.finish(header)
    }

    /// Writes one entry of the archive and returns where its data lies.
    fn entry(
        &mut self,
        name: &str,
        raw: &Raw,
        mode: u32,
        alignment: u64,
        dos_attributes: u32,
    ) -> io::Result<Extent> {
        let entry = Entry {
            name: name.to_owned(),
            method: raw.method,
            crc32: raw.crc32,
            stored_len: raw.stored.len() as u64,
            size: raw.size,
            attributes: mode << 16 | dos_attributes,
            offset: self.offset,
        };
        let header = entry.local_header(alignment)?;
        self.write(&header)?;
        let data = Extent {
            offset: self.offset,
            len: entry.stored_len,
            hash: xxh3_64(&raw.stored),
        };
        self.write(&raw.stored)?;
        self.entries.push(entry);
        Ok(data)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Checks that `path` is new and normalized, and makes its parents directories.
    fn claim(&mut self, path: &str) -> io::Result<()> {
        let invalid = |why: &str| {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{path}: {why}"),
            ))
        };
        let normalized = |name: &str| !matches!(name, "" | "." | "..") && !name.contains('\0');
        if !path.split('/').all(normalized) {
            return invalid("not a normalized path below the root");
        }
        let reserved = path == INDEX_NAME || path.split('/').next() == Some(FROZEN_DIRECTORY);
        if reserved || self.paths.contains_key(path) {
            return invalid("the image holds this path already");
        }
        let mut parent = split(path).0;
        loop {
            match self.paths.entry(parent.to_owned()) {
                btree_map::Entry::Vacant(vacant) => {
                    vacant.insert(None);
                }
                btree_map::Entry::Occupied(occupied) if occupied.get().is_some() => {
                    return invalid("a file is where a directory would be");
                }
                btree_map::Entry::Occupied(_) => return Ok(()),
            }
            parent = split(parent).0;
        }
    }
}

/// Parent directory and name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// CRC-32 as ZIP wants it (APPNOTE 4.4.7).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
