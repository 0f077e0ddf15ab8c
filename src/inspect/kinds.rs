//! How much room each kind of file takes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Executable;
use crate::{Result, audit};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Compiled Python.
    Code,
    /// Python source.
    Source,
    /// Shared libraries and programs.
    Native,
    /// Metadata and licences of distributions and of the runtime.
    Metadata,
    /// Anything else.
    Data,
}

/// What a kind takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kind {
    /// Which.
    pub kind: FileKind,
    /// Files.
    pub files: usize,
    /// Bytes in the executable.
    pub size: u64,
}

impl Executable<'_> {
    /// What each kind of file takes, the largest first.
    ///
    /// # Errors
    /// When the executable is damaged.
    pub fn kinds(&self) -> Result<Vec<Kind>> {
        let mut kinds: BTreeMap<FileKind, (usize, u64)> = BTreeMap::new();
        for file in self.files()? {
            let slot = kinds
                .entry(FileKind::of(&file.path, file.executable))
                .or_default();
            slot.0 += 1;
            slot.1 += file.stored;
        }
        let mut kinds: Vec<Kind> = kinds
            .into_iter()
            .map(|(kind, (files, size))| Kind { kind, files, size })
            .collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.size));
        Ok(kinds)
    }
}

impl FileKind {
    /// The kind of a file by its path, and whether it may be executed.
    pub(crate) fn of(path: &str, executable: bool) -> Self {
        let ending = path
            .rsplit('/')
            .next()
            .and_then(|name| name.rsplit_once('.'));
        match ending.map(|(_, ending)| ending) {
            Some("pyc") => Self::Code,
            Some("py") => Self::Source,
            _ if path.starts_with("share/") || path.contains(".dist-info/") => Self::Metadata,
            _ if path.contains(".so") && audit::may_be_library(path, executable) => Self::Native,
            _ => Self::Data,
        }
    }
}
