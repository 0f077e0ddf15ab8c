//! Reading an image from the bytes of an executable.

use std::borrow::Cow;

use crate::index::{self, ENCODING, NodeValue, RecordAt, Space, Start, Table};
use crate::{
    Damage, Directory, Extent, FileNode, FileType, Footer, Header, Method, ModuleNode, Raw,
};
use crate::{deflate, hash};

/// An image, read in place. Cheap to open: only footer and header are read. May be shared by threads.
pub struct Image<'a> {
    file: &'a [u8],
    footer: Footer,
    header: Header,
    table: Table<'a>,
}

/// A node of the virtual file tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(FileNode),
    /// A directory.
    Directory(Directory),
}

/// A record of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// At a path.
    Node(Node),
    /// Key: `DIRECTORY/NAME`.
    Module(ModuleNode),
    /// A standard module (dotted name) that was left out.
    LeftOut,
    /// A frozen module (full name): the directory in which it is importable too.
    Frozen(String),
}

impl<'a> Image<'a> {
    /// Finds and verifies the image in `file`, the whole executable (usually memory-mapped).
    ///
    /// # Errors
    /// When footer or header are missing, damaged or of another format.
    pub fn open(file: &'a [u8]) -> Result<Self, Damage> {
        let footer = Footer::read(file)?;
        let index =
            slice(file, footer.index_offset, footer.index_len).ok_or_else(index::malformed)?;
        let malformed = || Damage::Malformed {
            what: "the header".to_owned(),
        };
        let bytes = slice(index, 0, footer.header_len).ok_or_else(malformed)?;
        if !hash::is_intact(bytes, footer.header_hash) {
            return Err(Damage::Checksum {
                what: "the header".to_owned(),
            });
        }
        let (start, read): (Start, usize) =
            bincode::decode_from_slice(bytes, ENCODING).map_err(|_| malformed())?;
        if read != bytes.len() {
            return Err(malformed());
        }
        let table = Table::new(index, bytes.len(), start.layout)?;
        Ok(Self {
            file,
            footer,
            header: start.header,
            table,
        })
    }

    /// The bytes that the image was opened in.
    pub(crate) fn whole_file(&self) -> &'a [u8] {
        self.file
    }

    /// The table of the index.
    pub(crate) fn table(&self) -> &Table<'a> {
        &self.table
    }

    /// The footer.
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file or directory at `path`, below the root, without leading slash, normalized (`""` is the root).
    /// For a directory this reads all its entries: where they are not needed, [`Image::file_type`] or
    /// [`Image::file`] are cheaper.
    ///
    /// # Errors
    /// When the index page or record read for it is damaged.
    pub fn node(&self, path: &str) -> Result<Option<Node>, Damage> {
        match self.table.find(Space::Node, path.as_bytes())? {
            Some(record) => self.resolve(path, record.decode()?).map(Some),
            None => Ok(None),
        }
    }

    /// The file at `path`, if there is one. Allocates nothing.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn file(&self, path: &str) -> Result<Option<FileNode>, Damage> {
        Ok(match self.value(path)? {
            Some(NodeValue::File(file)) => Some(file),
            Some(NodeValue::Directory) | None => None,
        })
    }

    /// What is at `path`. Allocates nothing.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn file_type(&self, path: &str) -> Result<Option<FileType>, Damage> {
        Ok(self.value(path)?.map(|value| match value {
            NodeValue::File(_) => FileType::File,
            NodeValue::Directory => FileType::Directory,
        }))
    }

    /// A number that is the same for the same path in every process and differs for different nodes
    /// (`st_ino`). `None` if there is no such path. Never 0.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn inode(&self, path: &str) -> Result<Option<u64>, Damage> {
        let record = self.table.find(Space::Node, path.as_bytes())?;
        Ok(record.map(|record| record.offset as u64 + 1))
    }

    /// The path of the node that [`Image::inode`] gave this number, below the root.
    ///
    /// # Errors
    /// As [`Image::node`], and when no node has this number.
    pub fn path(&self, inode: u64) -> Result<&'a str, Damage> {
        let offset = inode.checked_sub(1).ok_or_else(index::malformed)?;
        let offset = usize::try_from(offset).map_err(|_| index::malformed())?;
        match self.table.record_at(offset)? {
            Some(record) if record.space == Space::Node => record.key(),
            _ => Err(index::malformed()),
        }
    }

    /// The module that an import of `name` (no dots) finds in the directory `directory`.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn module(&self, directory: &str, name: &str) -> Result<Option<ModuleNode>, Damage> {
        let mut short = [0; SHORT_KEY];
        let long;
        let key = if let Some(key) = join_into(&mut short, directory, name) {
            key
        } else {
            long = module_key(directory, name);
            long.as_bytes()
        };
        self.table
            .find(Space::Module, key)?
            .map(|record| record.decode())
            .transpose()
    }

    /// Is `name` a standard module (dotted, full name) that the builder left out?
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn is_left_out(&self, name: &str) -> Result<bool, Damage> {
        Ok(self.table.find(Space::LeftOut, name.as_bytes())?.is_some())
    }

    /// The frozen module `name` (dotted, full name): one that is found by its name alone, before any path.
    ///
    /// # Errors
    /// As [`Image::node`], and when it is no module of the tree.
    pub fn frozen(&self, name: &str) -> Result<Option<ModuleNode>, Damage> {
        let Some(record) = self.table.find(Space::Frozen, name.as_bytes())? else {
            return Ok(None);
        };
        let directory: String = record.decode()?;
        let last = name.rsplit('.').next().unwrap_or(name);
        match self.module(&directory, last)? {
            Some(module) => Ok(Some(module)),
            None => Err(index::malformed()),
        }
    }

    /// Are there frozen modules?
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn has_frozen(&self) -> Result<bool, Damage> {
        Ok(self.table.find(Space::FrozenNames, b"")?.is_some())
    }

    /// The full names of all frozen modules, sorted.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn frozen_names(&self) -> Result<Vec<String>, Damage> {
        match self.table.find(Space::FrozenNames, b"")? {
            Some(record) => record.decode_all(),
            None => Ok(Vec::new()),
        }
    }

    /// The stored bytes of an extent, verified. `what` names them in the error.
    ///
    /// # Errors
    /// When they lie outside the file or differ from what was written.
    pub fn bytes(&self, extent: &Extent, what: &str) -> Result<&'a [u8], Damage> {
        let bytes =
            slice(self.file, extent.offset, extent.len).ok_or_else(|| Damage::Malformed {
                what: what.to_owned(),
            })?;
        if hash::is_intact(bytes, extent.hash) {
            Ok(bytes)
        } else {
            Err(Damage::Checksum {
                what: what.to_owned(),
            })
        }
    }

    /// The contents of a file, verified and inflated.
    ///
    /// # Errors
    /// As [`Image::bytes`].
    pub fn contents(&self, file: &FileNode, what: &str) -> Result<Cow<'a, [u8]>, Damage> {
        let malformed = || Damage::Malformed {
            what: what.to_owned(),
        };
        let stored = self.bytes(&file.data, what)?;
        match file.method {
            Method::Stored if file.size == file.data.len => Ok(Cow::Borrowed(stored)),
            Method::Stored => Err(malformed()),
            Method::Deflated => deflate::inflate(stored, file.size)
                .map(Cow::Owned)
                .ok_or_else(malformed),
        }
    }

    /// The stored bytes of a file, verified, in the form that a writer takes them in.
    ///
    /// # Errors
    /// As [`Image::bytes`].
    pub fn raw(&self, file: &FileNode, what: &str) -> Result<Raw<'a>, Damage> {
        Ok(Raw {
            stored: Cow::Borrowed(self.bytes(&file.data, what)?),
            method: file.method,
            size: file.size,
            crc32: file.crc32,
        })
    }

    /// Every record of the index with its key, in the order in which they were added: for `list`, `verify` and for
    /// builders, never for a start. Ends after the first error.
    pub fn walk(&self) -> impl Iterator<Item = Result<(String, Record), Damage>> + '_ {
        let mut offset = Some(0);
        std::iter::from_fn(move || {
            loop {
                let step = self.table.record_at(offset?).and_then(|record| {
                    let Some(record) = record else {
                        return Ok(None);
                    };
                    Ok(Some((record.end, self.record(&record)?)))
                });
                offset = None;
                match step {
                    Ok(None) => return None,
                    Ok(Some((end, record))) => {
                        offset = Some(end);
                        if let Some(record) = record {
                            return Some(Ok(record));
                        }
                    }
                    Err(damage) => return Some(Err(damage)),
                }
            }
        })
    }

    /// A record as [`Image::walk`] gives it; nothing for those that are part of another one.
    fn record(&self, record: &RecordAt) -> Result<Option<(String, Record)>, Damage> {
        let key = record.key()?;
        let value = match record.space {
            Space::Node => Record::Node(self.resolve(key, record.decode()?)?),
            Space::Listing | Space::FrozenNames => return Ok(None),
            Space::Module => Record::Module(record.decode()?),
            Space::LeftOut => Record::LeftOut,
            Space::Frozen => Record::Frozen(record.decode()?),
        };
        Ok(Some((key.to_owned(), value)))
    }

    fn value(&self, path: &str) -> Result<Option<NodeValue>, Damage> {
        let record = self.table.find(Space::Node, path.as_bytes())?;
        record.map(|record| record.decode()).transpose()
    }

    fn resolve(&self, path: &str, value: NodeValue) -> Result<Node, Damage> {
        match value {
            NodeValue::File(file) => Ok(Node::File(file)),
            NodeValue::Directory => {
                let listing = self.table.find(Space::Listing, path.as_bytes())?;
                let entries = listing.ok_or_else(index::malformed)?.decode_all()?;
                Ok(Node::Directory(Directory { entries }))
            }
        }
    }
}

/// Keys of modules up to this length are put together without allocation.
const SHORT_KEY: usize = 256;

/// Key of the module `name` in `directory`.
pub(crate) fn module_key(directory: &str, name: &str) -> String {
    format!("{directory}/{name}")
}

/// The same in `buffer`, if it fits there.
fn join_into<'b>(buffer: &'b mut [u8], directory: &str, name: &str) -> Option<&'b [u8]> {
    let mut len = 0;
    for part in [directory, "/", name] {
        buffer
            .get_mut(len..len + part.len())?
            .copy_from_slice(part.as_bytes());
        len += part.len();
    }
    Some(&buffer[..len])
}

/// `len` bytes from `offset`, if they are there.
fn slice(bytes: &[u8], offset: u64, len: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    bytes.get(start..end)
}
