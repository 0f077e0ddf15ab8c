//! What a file or a directory of the tree consists of.

use std::fmt::Write as _;
use std::io;

use fastice_image::{FileNode, FileType, ROOT};
use xxhash_rust::xxh3::xxh3_128;

use crate::vfs::errno::Errno;
use crate::vfs::place::Virtual;
use crate::vfs::tree::{self, Node};

/// A file, or a directory with all that is in it.
pub(super) struct Contents {
    /// Its name.
    pub(super) name: String,
    /// Directories by their paths relative to it, each after the one that it is in; `""` is itself.
    pub(super) directories: Vec<String>,
    /// Files.
    pub(super) files: Vec<Part>,
}

/// A file.
pub(super) struct Part {
    /// Its path relative to what is extracted; `""` if it is itself that.
    pub(super) relative: String,
    /// Its path below the root.
    pub(super) path: String,
    /// What the index says of it.
    pub(super) file: FileNode,
}

impl Contents {
    /// Looks at what is at a place.
    ///
    /// # Errors
    /// When there is nothing.
    pub(super) fn of(place: &Virtual) -> io::Result<Self> {
        let path = place.path();
        let mut contents = Self {
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            directories: Vec::new(),
            files: Vec::new(),
        };
        if contents.name.is_empty() {
            ROOT.trim_start_matches('/').clone_into(&mut contents.name);
        }
        match tree::find(place).map_err(of_errno)? {
            Node::File(file) => contents.files.push(Part {
                relative: String::new(),
                path: path.to_owned(),
                file,
            }),
            Node::Directory => contents.add("", path)?,
        }
        Ok(contents)
    }

    /// Adds the directory at `path`, which is at `relative` from the one that is extracted.
    fn add(&mut self, relative: &str, path: &str) -> io::Result<()> {
        self.directories.push(relative.to_owned());
        for entry in tree::entries(path).map_err(of_errno)?.entries {
            let relative = join(relative, &entry.name);
            let path = join(path, &entry.name);
            match entry.file_type {
                FileType::Directory => self.add(&relative, &path)?,
                FileType::File => {
                    let found = tree::find(&Virtual::at(&path)).map_err(of_errno)?;
                    if let Node::File(file) = found {
                        self.files.push(Part {
                            relative,
                            path,
                            file,
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// Tells contents from others, wherever they come from: a checksum of all names, modes and checksums.
    pub(super) fn key(&self) -> String {
        let mut text = format!("{}\n", self.name);
        for directory in &self.directories {
            let _ = writeln!(text, "{directory}/");
        }
        for Part { relative, file, .. } in &self.files {
            let FileNode {
                size,
                crc32,
                executable,
                data,
                ..
            } = file;
            let _ = writeln!(
                text,
                "{relative} {executable} {size} {crc32:08x} {:016x}",
                data.hash
            );
        }
        format!("{:032x}", xxh3_128(text.as_bytes()))
    }
}

/// A path in a directory.
fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        [directory, name].join("/")
    }
}

fn of_errno(errno: Errno) -> io::Error {
    io::Error::from_raw_os_error(errno.0)
}
