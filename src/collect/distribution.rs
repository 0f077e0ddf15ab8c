//! An installed distribution: its metadata and its files.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::metadata::{names, record};
use crate::{Code, Error, Result};

/// An installed distribution.
#[derive(Debug, Clone)]
pub(super) struct Distribution {
    /// Its name, as its metadata spells it.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// Name of its metadata directory: `rich-14.0.0.dist-info`.
    pub(super) metadata: String,
    /// Its files, relative to the tree; empty if it lists none.
    pub(super) files: Vec<String>,
}

impl Distribution {
    /// Reads the distribution whose metadata is in `directory`.
    ///
    /// # Errors
    /// [`Code::Distribution`] when its metadata cannot be read.
    fn read(directory: &Path) -> Result<Self> {
        let damaged = |what: &str, error: std::io::Error| {
            Error::new(
                Code::Distribution,
                format!("{what} of {} cannot be read", directory.display()),
            )
            .hint("install the distribution again")
            .caused_by(error)
        };
        let metadata =
            fs::read(directory.join("METADATA")).map_err(|error| damaged("the metadata", error))?;
        let metadata = String::from_utf8_lossy(&metadata);
        let field = |name: &str| {
            metadata
                .lines()
                .take_while(|line| !line.is_empty())
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        let files = match fs::read(directory.join("RECORD")) {
            Ok(text) => record::paths(&String::from_utf8_lossy(&text)).collect(),
            // Packagers of operating systems leave it out. Then the files count as listed by
            // nobody, and are taken all the same.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(damaged("the file list", error)),
        };
        let name = directory.file_name().unwrap_or_default();
        Ok(Self {
            name: field("Name"),
            version: field("Version"),
            metadata: name.to_string_lossy().into_owned(),
            files,
        })
    }

    /// Its name as comparisons want it: lower case, every run of `-`, `_` and `.` one `-`.
    pub(super) fn normalized_name(&self) -> String {
        names::normalize(&self.name)
    }
}

/// The distributions installed in `site`, by the name of their metadata directory.
///
/// # Errors
/// When `site` or a distribution cannot be read.
pub(super) fn installed(site: &Path) -> Result<Vec<Distribution>> {
    let unreadable = |error: std::io::Error| {
        Error::new(Code::Io, format!("{} cannot be read", site.display())).caused_by(error)
    };
    let mut directories: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(site).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "dist-info")
            && path.is_dir()
        {
            directories.push(path);
        }
    }
    directories.sort();
    directories
        .iter()
        .map(|directory| Distribution::read(directory))
        .collect()
}
