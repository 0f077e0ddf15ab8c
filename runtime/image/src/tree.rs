//! The file tree of an image that is being written.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, ErrorKind};

use crate::FileType;

/// Longest path, in bytes: Linux's `PATH_MAX` with its terminating zero.
const LONGEST: usize = 4095;

/// Every directory with its entries.
pub(crate) struct Tree {
    directories: BTreeMap<String, BTreeMap<String, FileType>>,
}

impl Tree {
    /// A tree with a root.
    pub(crate) fn new() -> Self {
        Self {
            directories: BTreeMap::from([(String::new(), BTreeMap::new())]),
        }
    }

    /// Adds a file and returns the directories that came into being for it, outermost first.
    pub(crate) fn file(&mut self, path: &str) -> io::Result<Vec<String>> {
        check(path)?;
        if self.directories.contains_key(path) {
            return Err(exists(path));
        }
        let (parent, name) = split(path);
        if self
            .directories
            .get(parent)
            .is_some_and(|entries| entries.contains_key(name))
        {
            return Err(exists(path));
        }
        let made = self.directory(parent)?;
        self.link(path, FileType::File);
        Ok(made)
    }

    /// Adds a directory with its parents, if it is not there, and returns those that came into being, outermost first.
    pub(crate) fn directory(&mut self, path: &str) -> io::Result<Vec<String>> {
        if self.directories.contains_key(path) {
            return Ok(Vec::new());
        }
        check(path)?;
        let mut missing = Vec::new();
        let mut at = path;
        while !self.directories.contains_key(at) {
            missing.push(at.to_owned());
            let (parent, name) = split(at);
            if self
                .directories
                .get(parent)
                .is_some_and(|entries| entries.contains_key(name))
            {
                return Err(invalid(format!("{at:?} is a file, not a directory")));
            }
            at = parent;
        }
        missing.reverse();
        for path in &missing {
            self.directories.insert(path.clone(), BTreeMap::new());
            self.link(path, FileType::Directory);
        }
        Ok(missing)
    }

    /// Every directory and its entries, both sorted.
    pub(crate) fn directories(
        &self,
    ) -> impl Iterator<Item = (&String, &BTreeMap<String, FileType>)> {
        self.directories.iter()
    }

    fn link(&mut self, path: &str, file_type: FileType) {
        let (parent, name) = split(path);
        if let Entry::Occupied(mut directory) = self.directories.entry(parent.to_owned()) {
            directory.get_mut().insert(name.to_owned(), file_type);
        }
    }
}

/// Is the path normalized, and not too long?
pub(crate) fn check(path: &str) -> io::Result<()> {
    let normalized = path
        .split('/')
        .all(|name| !matches!(name, "" | "." | "..") && !name.contains('\0'));
    if !normalized {
        return Err(invalid(format!("{path:?} is not a normalized path")));
    }
    if path.len() > LONGEST {
        return Err(invalid(format!("{path:?} is longer than {LONGEST} bytes")));
    }
    Ok(())
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn exists(path: &str) -> io::Error {
    invalid(format!("{path:?} exists"))
}

pub(crate) fn invalid(message: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, message)
}
