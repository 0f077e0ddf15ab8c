//! Reading an image from the bytes of an executable.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::DeflateDecoder;
use xxhash_rust::xxh3::xxh3_64;

use crate::index::{self, Space, Table, Value};
use crate::{Damage, Directory, Extent, FileNode, Footer, Header, Method, ModuleNode};

/// An image, read in place. Cheap to open: footer, header and the checksums of the index pages.
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

/// A record of the index, as [`Image::walk`] gives it with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// At a path.
    Node(Node),
    /// Key: `DIRECTORY/NAME`.
    Module(ModuleNode),
    /// A standard module (dotted name) that was left out.
    LeftOut,
}

impl<'a> Image<'a> {
    /// Finds and verifies the image in `file`, the whole executable (usually memory-mapped).
    ///
    /// # Errors
    /// When footer or header are missing, damaged or of another format.
    pub fn open(file: &'a [u8]) -> Result<Self, Damage> {
        let footer = Footer::read(file)?;
        let malformed = || Damage::Malformed {
            what: "the footer".into(),
        };
        let index = slice(file, footer.index_offset, footer.index_len).ok_or_else(malformed)?;
        let header = slice(index, 0, footer.header_len).ok_or_else(malformed)?;
        if xxh3_64(header) != footer.header_hash {
            return Err(Damage::Checksum {
                what: "the header".into(),
            });
        }
        let (header, table) = index::open(index, header)?;
        Ok(Self {
            file,
            footer,
            header,
            table,
        })
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
    ///
    /// # Errors
    /// When the index page or record read for it is damaged.
    pub fn node(&self, path: &str) -> Result<Option<Node>, Damage> {
        match self.table.get(Space::Path, path)? {
            None => Ok(None),
            Some((_, Value::File(file))) => Ok(Some(Node::File(file))),
            Some((_, Value::Directory(directory))) => Ok(Some(Node::Directory(directory))),
            Some(_) => Err(misplaced()),
        }
    }

    /// A number that is the same for the same path in every process and differs for different nodes
    /// (`st_ino`). `None` if there is no such path.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn inode(&self, path: &str) -> Result<Option<u64>, Damage> {
        Ok(self.table.get(Space::Path, path)?.map(|(offset, _)| offset))
    }

    /// The module that an import of `name` (no dots) finds in the directory `directory`.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn module(&self, directory: &str, name: &str) -> Result<Option<ModuleNode>, Damage> {
        match self
            .table
            .get(Space::Module, &module_key(directory, name))?
        {
            None => Ok(None),
            Some((_, Value::Module(module))) => Ok(Some(module)),
            Some(_) => Err(misplaced()),
        }
    }

    /// Is `name` a standard module (dotted, full name) that the builder left out?
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn is_left_out(&self, name: &str) -> Result<bool, Damage> {
        Ok(self.table.get(Space::LeftOut, name)?.is_some())
    }

    /// The stored bytes of an extent, verified. `what` names them in the error.
    ///
    /// # Errors
    /// When they lie outside the file or differ from what was written.
    pub fn bytes(&self, extent: &Extent, what: &str) -> Result<&'a [u8], Damage> {
        let bytes = slice(self.file, extent.offset, extent.len)
            .ok_or_else(|| Damage::Malformed { what: what.into() })?;
        if xxh3_64(bytes) != extent.hash {
            return Err(Damage::Checksum { what: what.into() });
        }
        Ok(bytes)
    }

    /// The contents of a file, verified and inflated.
    ///
    /// # Errors
    /// As [`Image::bytes`].
    pub fn contents(&self, file: &FileNode, what: &str) -> Result<Cow<'a, [u8]>, Damage> {
        let stored = self.bytes(&file.data, what)?;
        match file.method {
            Method::Stored => Ok(Cow::Borrowed(stored)),
            Method::Deflated => {
                let malformed = || Damage::Malformed { what: what.into() };
                let size = usize::try_from(file.size).map_err(|_| malformed())?;
                // The size is as trustworthy as the index; still, nothing is allocated on its word alone.
                let mut contents = Vec::with_capacity(size.min(stored.len().saturating_mul(1032)));
                DeflateDecoder::new(stored)
                    .take(file.size.saturating_add(1))
                    .read_to_end(&mut contents)
                    .map_err(|_| malformed())?;
                if contents.len() != size {
                    return Err(malformed());
                }
                Ok(Cow::Owned(contents))
            }
        }
    }

    /// Every record of the index, in the order of writing: for `list`, `verify` and for builders, never for a start.
    pub fn walk(&self) -> impl Iterator<Item = Result<(String, Record), Damage>> + '_ {
        self.table.records().map(|record| {
            let (key, value) = record?;
            let record = match value {
                Value::File(file) => Record::Node(Node::File(file)),
                Value::Directory(directory) => Record::Node(Node::Directory(directory)),
                Value::Module(module) => Record::Module(module),
                Value::LeftOut => Record::LeftOut,
            };
            Ok((key, record))
        })
    }
}

/// Key of a module in the index.
pub(crate) fn module_key(directory: &str, name: &str) -> String {
    let mut key = String::with_capacity(directory.len() + 1 + name.len());
    key.push_str(directory);
    key.push('/');
    key.push_str(name);
    key
}

fn misplaced() -> Damage {
    Damage::Malformed {
        what: "the index".into(),
    }
}

fn slice(bytes: &[u8], offset: u64, len: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    bytes.get(start..end)
}
