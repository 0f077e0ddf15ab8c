//! Reading an image from the bytes of an executable.

use std::borrow::Cow;

use crate::{Damage, Directory, Extent, FileNode, Footer, Header, ModuleNode};

/// An image, read in place. Cheap to open: footer and header only.
pub struct Image<'a> {
    _file: &'a [u8],
    header: Header,
}

/// A node of the virtual file tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(FileNode),
    /// A directory.
    Directory(Directory),
}

impl<'a> Image<'a> {
    /// Finds and verifies the image in `file`, the whole executable (usually memory-mapped).
    ///
    /// # Errors
    /// When footer or header are missing, damaged or of another format.
    pub fn open(_file: &'a [u8]) -> Result<Self, Damage> {
        todo!()
    }
    /// The footer.
    pub fn footer(&self) -> &Footer {
        todo!()
    }
    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// The file or directory at `path`, below the root, without leading slash, normalized (`""` is the root).
    ///
    /// # Errors
    /// When the index page or record read for it is damaged.
    pub fn node(&self, _path: &str) -> Result<Option<Node>, Damage> {
        todo!()
    }
    /// A number that is the same for the same path in every process and differs for different nodes
    /// (`st_ino`). `None` if there is no such path.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn inode(&self, _path: &str) -> Result<Option<u64>, Damage> {
        todo!()
    }
    /// The module that an import of `name` (no dots) finds in the directory `directory`.
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn module(&self, _directory: &str, _name: &str) -> Result<Option<ModuleNode>, Damage> {
        todo!()
    }
    /// Is `name` a standard module (dotted, full name) that the builder left out?
    ///
    /// # Errors
    /// As [`Image::node`].
    pub fn is_left_out(&self, _name: &str) -> Result<bool, Damage> {
        todo!()
    }
    /// The stored bytes of an extent, verified. `what` names them in the error.
    ///
    /// # Errors
    /// When they lie outside the file or differ from what was written.
    pub fn bytes(&self, _extent: &Extent, _what: &str) -> Result<&'a [u8], Damage> {
        todo!()
    }
    /// The contents of a file, verified and inflated.
    ///
    /// # Errors
    /// As [`Image::bytes`].
    pub fn contents(&self, _file: &FileNode, _what: &str) -> Result<Cow<'a, [u8]>, Damage> {
        todo!()
    }
    /// Every record of the index, in the order of the table: for `list`, `verify` and for builders, never for a start.
    pub fn walk(&self) -> impl Iterator<Item = Result<(String, Record), Damage>> + '_ {
        std::iter::empty()
    }
}

/// A record of the index with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// At a path.
    Node(Node),
    /// Key: `DIRECTORY/NAME`.
    Module(ModuleNode),
    /// A standard module (dotted name) that was left out.
    LeftOut,
}
