//! Looking into a frozen executable without running it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fastice_image::reader::{Node, Record};
use fastice_image::{Damage, Header, Image, Method};
use serde::Serialize;

use crate::metadata::{names, record};
use crate::pipeline::{Origin, Part};
use crate::{Code, Error, Result};

/// Where installed distributions lie, below the root.
const SITE: &str = "lib/python3.13/site-packages/";

/// An executable, open for reading.
pub struct Executable<'a> {
    path: PathBuf,
    len: u64,
    image: Image<'a>,
}

/// A file inside an executable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// Path below the root.
    pub path: String,
    /// Length of the contents, in bytes.
    pub size: u64,
    /// Bytes in the executable.
    pub stored: u64,
    /// How they are stored.
    pub method: Method,
}

/// Reads the whole of a file that may be an executable of ours.
///
/// # Errors
/// [`Code::NoSuchPath`], [`Code::Empty`], [`Code::NotFastice`] for a directory, [`Code::Io`].
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    let metadata = fs_err::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(Code::NoSuchPath, format!("`{name}` does not exist"))
        }
        _ => Error::io(error),
    })?;
    if metadata.is_dir() {
        return Err(Error::new(
            Code::NotFastice,
            format!("`{name}` is a directory"),
        ));
    }
    if metadata.len() == 0 {
        return Err(Error::new(Code::Empty, format!("`{name}` is empty"))
            .hint("build it again, or copy it again"));
    }
    fs_err::read(path).map_err(Error::io)
}

impl<'a> Executable<'a> {
    /// Opens the executable whose bytes are `bytes`; `path` names it in errors.
    ///
    /// # Errors
    /// When it is none, or damaged, or made by another version.
    pub fn open(path: &Path, bytes: &'a [u8]) -> Result<Self> {
        let image = Image::open(bytes).map_err(|damage| unusable(path, damage))?;
        Ok(Self {
            path: path.to_owned(),
            len: bytes.len() as u64,
            image,
        })
    }
    /// Its header.
    pub fn header(&self) -> &Header {
        self.image.header()
    }
    /// Its length, in bytes.
    pub fn size(&self) -> u64 {
        self.len
    }

    /// Every file inside, sorted by path.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn files(&self) -> Result<Vec<File>> {
        let mut files = Vec::new();
        for record in self.image.walk() {
            let (path, record) = record.map_err(|damage| unusable(&self.path, damage))?;
            if let Record::Node(Node::File(node)) = record {
                files.push(File {
                    path,
                    size: node.size,
                    stored: node.data.len,
                    method: node.method,
                });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Modules that have a code object or machine code.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn modules(&self) -> Result<usize> {
        let mut modules = 0;
        for record in self.image.walk() {
            let (_, record) = record.map_err(|damage| unusable(&self.path, damage))?;
            modules += usize::from(matches!(record, Record::Module(_)));
        }
        Ok(modules)
    }

    /// Is the stub still what it was? (Headers and index are checked when the image is opened and read.)
    pub fn stub_is_whole(&self) -> bool {
        self.image.bytes(&self.header().stub, "the stub").is_ok()
    }

    /// Reads every file and compares it with its checksum.
    ///
    /// # Errors
    /// [`Code::Damaged`], naming the first file that differs.
    pub fn verify(&self) -> Result<()> {
        for record in self.image.walk() {
            let (path, record) = record.map_err(|damage| unusable(&self.path, damage))?;
            if let Record::Node(Node::File(node)) = record {
                self.image
                    .contents(&node, &path)
                    .map_err(|damage| unusable(&self.path, damage))?;
            }
        }
        Ok(())
    }

    /// What takes the room, the largest first. The sizes add up to the executable's.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn parts(&self) -> Result<Vec<Part>> {
        let files = self.files()?;
        let owners = self.owners(&files)?;
        let mut parts: BTreeMap<(Origin, &str, Option<&str>), (usize, u64)> = BTreeMap::new();
        let stub = self.header().stub.len;
        parts.insert((Origin::Runtime, "stub", None), (1, stub));
        let mut counted = stub;
        for file in &files {
            let part = parts.entry(owner_of(&file.path, &owners)).or_default();
            part.0 += 1;
            part.1 += file.stored;
            counted += file.stored;
        }
        let container = self.len.saturating_sub(counted);
        parts.insert((Origin::Container, "index", None), (0, container));
        let mut parts: Vec<Part> = parts
            .into_iter()
            .map(|((origin, name, version), (files, size))| Part {
                origin,
                name: name.to_owned(),
                version: version.map(str::to_owned),
                files,
                size,
            })
            .collect();
        parts.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
        Ok(parts)
    }

    /// Which distribution each file of a `RECORD` belongs to: path → (name, version).
    fn owners(&self, files: &[File]) -> Result<BTreeMap<String, (String, String)>> {
        let mut owners = BTreeMap::new();
        for file in files {
            let Some(directory) = file
                .path
                .strip_prefix(SITE)
                .and_then(|path| path.strip_suffix("/RECORD"))
                .and_then(|directory| directory.strip_suffix(".dist-info"))
            else {
                continue;
            };
            let Some((name, version)) = directory.split_once('-') else {
                continue;
            };
            let record = self.text(&file.path)?;
            for path in record::paths(&record) {
                let path = normalize(&format!("{SITE}{path}"));
                owners.insert(path, (names::normalize(name), version.to_owned()));
            }
        }
        Ok(owners)
    }

    fn text(&self, path: &str) -> Result<String> {
        let damaged = |damage| unusable(&self.path, damage);
        match self.image.node(path).map_err(damaged)? {
            Some(Node::File(file)) => {
                let bytes = self.image.contents(&file, path).map_err(damaged)?;
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => Ok(String::new()),
        }
    }
}

/// Resolves `..` in a path below the root.
fn normalize(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whose a file is.
fn owner_of<'a>(
    path: &str,
    owners: &'a BTreeMap<String, (String, String)>,
) -> (Origin, &'a str, Option<&'a str>) {
    let owner = owners.get(path).or_else(|| owners.get(&source_of(path)?));
    if let Some((name, version)) = owner {
        (Origin::Distribution, name, Some(version))
    } else if path.starts_with("app/") || path.starts_with("bin/") {
        (Origin::Program, "app", None)
    } else if path.starts_with(SITE) {
        (Origin::Distribution, "files without a distribution", None)
    } else {
        (Origin::Runtime, "standard library", None)
    }
}

/// `a/b.py` for `a/__pycache__/b.cpython-313.pyc`.
fn source_of(path: &str) -> Option<String> {
    let (directory, name) = path.rsplit_once("/__pycache__/")?;
    Some(format!("{directory}/{}.py", name.split('.').next()?))
}

/// Tells what is wrong with an executable.
fn unusable(path: &Path, damage: Damage) -> Error {
    let code = match &damage {
        Damage::NoFooter => Code::NotFastice,
        Damage::WrongLength { .. } => Code::Truncated,
        Damage::WrongFormat { .. } => Code::OtherFormat,
        _ => Code::Damaged,
    };
    let hint = match code {
        Code::OtherFormat => "use the fastice that made it, or build it again",
        Code::NotFastice => "`fastice build` makes executables that can be inspected",
        _ => "build it again, or copy it again",
    };
    Error::new(code, format!("`{}` cannot be used", path.display()))
        .caused_by(damage)
        .hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_a_distribution_lie_beside_site_packages() {
        assert_eq!(
            normalize("lib/python3.13/site-packages/../../../bin/http"),
            "bin/http"
        );
    }
}
