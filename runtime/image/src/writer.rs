//! Writing an image behind a stub.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};

use crate::index::{self, NodeValue, Space, TableBuilder};
use crate::reader::module_key;
use crate::tree::{self, Tree, invalid};
use crate::zip::{self, Archive};
use crate::{
    DirectoryEntry, Extent, FORMAT_VERSION, FileNode, Footer, FrozenModule, Header, ModuleNode,
    Raw, hash,
};

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

/// Writes stub and image front to back, without seeking. Calls with the same arguments in the same order give the
/// same bytes.
pub struct ImageWriter<W: Write> {
    archive: Archive<W>,
    stub: Extent,
    tree: Tree,
    table: TableBuilder,
    /// Keys of the table that may be added only once and are not in the tree.
    named: HashSet<(Space, String)>,
    frozen: HashSet<String>,
    /// Modules of the tree that are frozen.
    frozen_names: BTreeSet<String>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Length of the whole executable, in bytes.
    pub len: u64,
    /// Entries in the archive.
    pub entries: usize,
}

/// Name of the last entry of the archive: the index.
pub const INDEX_NAME: &str = "fastice.index";

/// Name of the entry before it: the start snapshot.
pub(crate) const SNAPSHOT_NAME: &str = "fastice.snapshot";

/// Directory of the ZIP entries of frozen modules.
const FROZEN: &str = "fastice.frozen";

/// Unix modes of regular files.
pub(crate) const MODE_FILE: u32 = 0o100_644;
const MODE_EXECUTABLE: u32 = 0o100_755;

impl<W: Write> ImageWriter<W> {
    /// Writes `stub` and begins the image behind it.
    ///
    /// # Errors
    /// When writing fails.
    pub fn new(mut out: W, stub: &[u8]) -> io::Result<Self> {
        let len = stub.len() as u64;
        let padding = zip::padding(len);
        out.write_all(stub)?;
        out.write_all(&vec![0; usize::from(padding)])?;
        let mut writer = Self {
            archive: Archive::new(out, len + u64::from(padding)),
            stub: Extent {
                offset: 0,
                len,
                hash: hash::xxh3(stub),
            },
            tree: Tree::new(),
            table: TableBuilder::default(),
            named: HashSet::new(),
            frozen: HashSet::new(),
            frozen_names: BTreeSet::new(),
        };
        writer
            .table
            .record(Space::Node, "", [NodeValue::Directory])?;
        Ok(writer)
    }

    /// Adds a file at `path` (below the root, normalized, no leading slash). Its parent directories come into being.
    /// Returns where its stored bytes lie.
    ///
    /// # Errors
    /// When writing fails, or the path exists, is not normalized or is one of the format's own names (`InvalidInput`).
    pub fn file(&mut self, path: &str, source: &Source, executable: bool) -> io::Result<Extent> {
        let (data, mapped) = match source {
            Source::Stored(contents) => (&Raw::store(*contents), false),
            Source::Mapped(contents) => (&Raw::store(*contents), true),
            Source::Deflate(contents) => (&Raw::deflate(*contents), false),
            Source::Raw(raw) => (raw, false),
        };
        self.add(path, data, mapped, executable)
    }

    /// Adds an empty directory, or one that files will follow in. Nothing happens if it exists.
    ///
    /// # Errors
    /// As [`ImageWriter::file`].
    pub fn directory(&mut self, path: &str) -> io::Result<()> {
        reserved(path)?;
        let made = self.tree.directory(path)?;
        self.record_directories(&made)
    }

    /// Adds the `.pyc` file at `path`: a 16-byte header and `code`, the marshaled code object. Returns where the
    /// code object lies.
    ///
    /// # Errors
    /// As [`ImageWriter::file`].
    pub fn code(&mut self, path: &str, header: [u8; 16], code: &[u8]) -> io::Result<Extent> {
        let contents = [&header, code].concat();
        let file = self.add(path, &Raw::store(&contents), false, false)?;
        let offset = file.offset + header.len() as u64;
        Ok(Extent {
            offset,
            len: code.len() as u64,
            hash: hash::xxh3(code),
        })
    }

    /// Adds an importable module found as `name` in `directory`.
    ///
    /// # Errors
    /// When there is a module of that name already (`InvalidInput`).
    pub fn module(&mut self, directory: &str, name: &str, module: ModuleNode) -> io::Result<()> {
        let key = module_key(directory, name);
        if !self.named.insert((Space::Module, key.clone())) {
            return Err(invalid(format!(
                "there are two modules {name:?} in {directory:?}"
            )));
        }
        self.table.record(Space::Module, &key, [module])
    }

    /// Remembers that the standard module `name` was left out.
    ///
    /// # Errors
    /// When the index gets too large (`InvalidInput`).
    pub fn left_out(&mut self, name: &str) -> io::Result<()> {
        if self.named.insert((Space::LeftOut, name.to_owned())) {
            self.table.record(Space::LeftOut, name, [(); 0])?;
        }
        Ok(())
    }

    /// Lets the module `name` (dotted, full name), which was added as a module of `directory`, be a frozen module: found by
    /// its name alone, before any path.
    ///
    /// # Errors
    /// When there is no such module, or another frozen one of that name (`InvalidInput`).
    pub fn freeze(&mut self, directory: &str, name: &str) -> io::Result<()> {
        let last = name.rsplit('.').next().unwrap_or(name);
        let module = (Space::Module, module_key(directory, last));
        if !self.named.contains(&module) || !self.frozen_names.insert(name.to_owned()) {
            return Err(invalid(format!(
                "{name:?} in {directory:?} cannot be another frozen module"
            )));
        }
        self.table.record(Space::Frozen, name, [directory])
    }

    /// Adds a code object for `PyImport_FrozenModules` that is no file of the tree.
    ///
    /// # Errors
    /// When writing fails, or there is a frozen module of that name already (`InvalidInput`).
    pub fn frozen(
        &mut self,
        name: &str,
        is_package: bool,
        code: &[u8],
    ) -> io::Result<FrozenModule> {
        let path = format!("{FROZEN}/{name}");
        tree::check(&path)?;
        if name.contains('/') || !self.frozen.insert(name.to_owned()) {
            return Err(invalid(format!(
                "there cannot be another frozen module {name:?}"
            )));
        }
        let code = self.entry(path, MODE_FILE, &Raw::store(code), false)?;
        Ok(FrozenModule {
            name: name.to_owned(),
            is_package,
            code,
        })
    }

    /// Writes index, central directory and footer, and flushes. The `stub` field of `header` is filled in here; there is no
    /// snapshot yet (see [`crate::replace_snapshot`]).
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self, mut header: Header) -> io::Result<Written> {
        header.stub = self.stub;
        header.snapshot = None;
        let tree = std::mem::replace(&mut self.tree, Tree::new());
        for (path, entries) in tree.directories() {
            // So that unpacking the archive gives the same tree.
            if entries.is_empty() && !path.is_empty() {
                self.entry(
                    format!("{path}/"),
                    zip::MODE_DIRECTORY,
                    &Raw::store(&[]),
                    false,
                )?;
            }
            let entries = entries.iter().map(|(name, &file_type)| DirectoryEntry {
                name: name.clone(),
                file_type,
            });
            self.table.record(Space::Listing, path, entries)?;
        }
        if !self.frozen_names.is_empty() {
            self.table
                .record(Space::FrozenNames, "", &self.frozen_names)?;
        }
        let (index, header_len) = index::encode(header, self.table)?;
        close(self.archive, &index, header_len)
    }

    fn add(
        &mut self,
        path: &str,
        data: &Raw,
        mapped: bool,
        executable: bool,
    ) -> io::Result<Extent> {
        reserved(path)?;
        let made = self.tree.file(path)?;
        self.record_directories(&made)?;
        let mode = if executable {
            MODE_EXECUTABLE
        } else {
            MODE_FILE
        };
        let extent = self.entry(path.to_owned(), mode, data, mapped)?;
        let node = FileNode {
            data: extent,
            size: data.size,
            crc32: data.crc32,
            method: data.method,
            executable,
        };
        self.table
            .record(Space::Node, path, [NodeValue::File(node)])?;
        Ok(extent)
    }

    fn entry(&mut self, name: String, mode: u32, data: &Raw, mapped: bool) -> io::Result<Extent> {
        let offset = self.archive.entry(name, mode, data, mapped)?;
        Ok(Extent {
            offset,
            len: data.stored.len() as u64,
            hash: hash::xxh3(&data.stored),
        })
    }

    fn record_directories(&mut self, paths: &[String]) -> io::Result<()> {
        for path in paths {
            self.table
                .record(Space::Node, path, [NodeValue::Directory])?;
        }
        Ok(())
    }
}

/// Writes the index, whose first `header_len` bytes are the header, and what follows it.
pub(crate) fn close<W: Write>(
    mut archive: Archive<W>,
    index: &[u8],
    header_len: usize,
) -> io::Result<Written> {
    let offset = archive.entry(INDEX_NAME.to_owned(), MODE_FILE, &Raw::store(index), true)?;
    let comment_len = u16::try_from(Footer::LEN).map_err(io::Error::other)?;
    let entries = archive.len();
    let len = archive.finish(comment_len, |file_len| {
        let footer = Footer {
            format: FORMAT_VERSION,
            file_len,
            index_offset: offset,
            index_len: index.len() as u64,
            header_len: header_len as u64,
            header_hash: hash::xxh3(&index[..header_len]),
        };
        footer.encode()
    })?;
    Ok(Written { len, entries })
}

/// Refuses paths whose names in the archive are taken by the format.
fn reserved(path: &str) -> io::Result<()> {
    match path.split('/').next() {
        Some(INDEX_NAME | SNAPSHOT_NAME | FROZEN) => {
            Err(invalid(format!("{path:?} is reserved by the image format")))
        }
        _ => Ok(()),
    }
}
