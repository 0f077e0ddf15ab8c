//! Looking into a frozen executable without running it.

mod archive;
pub mod diff;
mod distribution;
mod hardening;
mod kinds;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fastice_image::reader::{Node, Record};
use fastice_image::{Damage, Header, Image, Method, Program};
use serde::Serialize;

use crate::analyze::module_name;
use crate::audit::{self, Library, Native};
use crate::bom::{self, Bill};
use crate::collect::API;
use crate::pipeline::{Origin, Part, SNAPSHOT};
use crate::provenance::graph::Graph;
use crate::provenance::{self, Provenance};
use crate::runtime::library_directory;
use crate::snapshot::Contents;
use crate::{Code, Error, Result};

pub use distribution::Distribution;
pub use hardening::Hardening;
pub use kinds::{FileKind, Kind};

/// An executable, open for reading.
pub struct Executable<'a> {
    path: PathBuf,
    bytes: &'a [u8],
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
    /// It may be executed.
    pub executable: bool,
    /// CRC-32 of the contents.
    pub crc32: u32,
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
            bytes,
            image,
        })
    }
    /// Its header.
    pub fn header(&self) -> &Header {
        self.image.header()
    }
    /// Its length, in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
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
                    executable: node.executable,
                    crc32: node.crc32,
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

    /// Is the start snapshot still what it was? Nothing if there is none.
    pub fn snapshot_is_whole(&self) -> Option<bool> {
        let snapshot = self.header().snapshot.as_ref()?;
        Some(
            self.image
                .bytes(&snapshot.data, "the start snapshot")
                .is_ok(),
        )
    }

    /// What is told about the modules of the program in the start snapshot. Nothing if there are none.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn snapshot_contents(&self) -> Result<Option<Contents>> {
        let snapshot = self.header().snapshot.as_ref();
        let Some(report) = snapshot.and_then(|snapshot| snapshot.report.as_ref()) else {
            return Ok(None);
        };
        let bytes = self
            .image
            .bytes(report, "the start snapshot")
            .map_err(|damage| unusable(&self.path, damage))?;
        serde_json::from_slice(bytes).map(Some).map_err(|error| {
            let message = format!(
                "`{}` has no readable record of its start snapshot",
                self.path.display()
            );
            Error::new(Code::Damaged, message).caused_by(error)
        })
    }

    /// Compares the stub and every file with their checksums, and the headers that ZIP tools read with the index: how many entries are
    /// intact, and what is not.
    ///
    /// # Errors
    /// [`Code::Damaged`] when the index is damaged, so that there is no telling.
    pub fn verify(&self) -> Result<(usize, Vec<String>)> {
        let mut damaged = Vec::new();
        let mut intact = 0;
        let mut count = |what: &str, is_intact: bool| {
            if is_intact {
                intact += 1;
            } else {
                damaged.push(what.to_owned());
            }
        };
        count("the stub", self.stub_is_whole());
        if let Some(is_whole) = self.snapshot_is_whole() {
            count("the start snapshot", is_whole);
        }
        for module in &self.header().frozen {
            count(
                &module.name,
                self.image.bytes(&module.code, &module.name).is_ok(),
            );
        }
        for record in self.image.walk() {
            let (path, record) = record.map_err(|damage| unusable(&self.path, damage))?;
            if let Record::Node(Node::File(node)) = record {
                count(&path, self.image.contents(&node, &path).is_ok());
            }
        }
        let footer = self.image.footer();
        damaged.extend(archive::damaged(
            self.bytes,
            footer.index_offset + footer.index_len,
            |path| self.image.file(path).ok().flatten(),
        ));
        Ok((intact, damaged))
    }

    /// The protections of its machine code; nothing if that is damaged.
    pub fn hardening(&self) -> Option<Hardening> {
        Hardening::of(self.image.bytes(&self.header().stub, "the stub").ok()?)
    }

    /// What the executable is made of.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn bill(&self) -> Result<Bill> {
        let header = self.header();
        Bill::read(self, &header.name, &header.built_by, &self.site_packages())
    }

    /// What the native code inside needs, and what is wrong with it.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn native(&self) -> Result<Native> {
        let mut libraries = Vec::new();
        let mut paths = BTreeSet::new();
        for record in self.image.walk() {
            let (path, record) = record.map_err(|damage| unusable(&self.path, damage))?;
            let Record::Node(Node::File(node)) = record else {
                continue;
            };
            // Machine code is stored as it is.
            if node.method == Method::Stored && audit::may_be_library(&path, node.executable) {
                let bytes = self
                    .image
                    .contents(&node, &path)
                    .map_err(|damage| unusable(&self.path, damage))?;
                libraries.extend(Library::read(&path, &*bytes));
            }
            paths.insert(path);
        }
        libraries.sort_by(|a, b| a.path().cmp(b.path()));
        let header = self.header();
        let stub = self
            .image
            .bytes(&header.stub, "the stub")
            .unwrap_or_default();
        let exists = |path: &str| paths.contains(path);
        Ok(audit::of_image(&libraries, stub, &exists, &header.python))
    }

    /// What takes the room, the largest first. The sizes add up to the executable's.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn parts(&self) -> Result<Vec<Part>> {
        let mut parts: BTreeMap<Owner, (usize, u64)> = BTreeMap::new();
        let stub = self.header().stub.len;
        let own = |origin, name: &str| (origin, name.to_owned(), None);
        parts.insert(own(Origin::Runtime, "stub"), (1, stub));
        let mut counted = stub;
        if let Some(snapshot) = &self.header().snapshot {
            let part = own(Origin::Runtime, SNAPSHOT);
            parts.insert(part, (1, snapshot.data.len));
            counted += snapshot.data.len;
        }
        for (file, owner) in self.owned_files()? {
            let part = parts.entry(owner).or_default();
            part.0 += 1;
            part.1 += file.stored;
            counted += file.stored;
        }
        let container = self.size().saturating_sub(counted);
        parts.insert(own(Origin::Container, "index"), (0, container));
        let mut parts: Vec<Part> = parts
            .into_iter()
            .map(|((origin, name, version), (files, size))| Part {
                origin,
                name,
                version,
                files,
                size,
            })
            .collect();
        parts.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
        Ok(parts)
    }

    /// Every file, sorted by path, with the part that it belongs to.
    pub(crate) fn owned_files(&self) -> Result<Vec<(File, Owner)>> {
        let owners = self.owners()?;
        let site_packages = self.site_packages();
        let owned = self.files()?.into_iter().map(|file| {
            let (origin, name, version) = owner_of(&file.path, &site_packages, &owners);
            let owner = (origin, name.to_owned(), version.map(str::to_owned));
            (file, owner)
        });
        Ok(owned.collect())
    }

    /// Which distribution each file of a `RECORD` belongs to: path → (name, version).
    fn owners(&self) -> Result<Owners> {
        let mut owners = Owners::new();
        for distribution in self.distributions()? {
            for path in &distribution.files {
                owners.insert(
                    path.clone(),
                    (distribution.name.clone(), distribution.version.clone()),
                );
            }
        }
        Ok(owners)
    }

    /// The contents of the file at `path`, below the root; `None` if there is no such file.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn contents(&self, path: &str) -> Result<Option<Cow<'a, [u8]>>> {
        match self.node(path)? {
            Some(Node::File(file)) => self
                .image
                .contents(&file, path)
                .map(Some)
                .map_err(|damage| unusable(&self.path, damage)),
            _ => Ok(None),
        }
    }

    /// What is at `path`, below the root.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn node(&self, path: &str) -> Result<Option<Node>> {
        self.image
            .node(path)
            .map_err(|damage| unusable(&self.path, damage))
    }

    /// The import graph that the build recorded. `None` if it recorded none that this version can read.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub fn graph(&self) -> Result<Option<Graph>> {
        let Some(record) = self
            .contents(provenance::PATH)?
            .and_then(|json| Provenance::decode(&json))
        else {
            return Ok(None);
        };
        let modules = self.named_modules()?;
        let start = match &self.header().program {
            Program::File { path } => Some(path.clone()),
            Program::Directory { path } => Some(format!("{path}/__main__.py")),
            _ => None,
        };
        Ok(Some(Graph::new(&record, modules, start.as_deref())))
    }

    /// Every module that can be imported by a name: the name, and its file below the root.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub(crate) fn named_modules(&self) -> Result<Vec<(String, String)>> {
        let roots = &self.header().settings.search_paths;
        let mut modules = Vec::new();
        for found in self.image.walk() {
            let (key, found) = found.map_err(|damage| unusable(&self.path, damage))?;
            if let Record::Module(module) = found {
                let name = module_name(&key, roots);
                if !name.is_empty() {
                    modules.push((name, module.origin));
                }
            }
        }
        Ok(modules)
    }

    /// Where installed distributions lie, below the root.
    fn site_packages(&self) -> String {
        format!("{}/site-packages", library_directory(&self.header().python))
    }

    fn text(&self, path: &str) -> Result<Option<String>> {
        let contents = self.contents(path)?;
        Ok(contents.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl bom::Files for Executable<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.contents(path)?.map(Cow::into_owned))
    }

    fn paths(&self) -> Result<Vec<String>> {
        Ok(self.files()?.into_iter().map(|file| file.path).collect())
    }
}

/// Origin, name and version of a [`Part`].
pub(crate) type Owner = (Origin, String, Option<String>);

/// Name and version of the distribution that a path belongs to.
type Owners = BTreeMap<String, (String, String)>;

/// Whose a file is.
fn owner_of<'a>(
    path: &str,
    site_packages: &str,
    owners: &'a Owners,
) -> (Origin, &'a str, Option<&'a str>) {
    let owner = owners.get(path).or_else(|| owners.get(&source_of(path)?));
    if let Some((name, version)) = owner {
        (Origin::Distribution, name, Some(version))
    } else if path.starts_with("app/") || path.starts_with("bin/") {
        (Origin::Program, "app", None)
    } else if audit::is_bundled(path) {
        (
            Origin::System,
            "libraries of the machine that built it",
            None,
        )
    } else if path.starts_with(site_packages) {
        (Origin::Distribution, "files without a distribution", None)
    } else if is_api(path) {
        (Origin::Runtime, "fastice", None)
    } else {
        (Origin::Runtime, "standard library", None)
    }
}

/// Is it the module by which a program talks to its executable, or its code object?
fn is_api(path: &str) -> bool {
    let source = source_of(path);
    let path = source.as_deref().unwrap_or(path);
    path.strip_prefix("lib/python")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(_, file)| file.strip_suffix(".py") == Some(API))
}

/// `a/b.py` for `a/__pycache__/b.cpython-313.pyc`.
pub(crate) fn source_of(path: &str) -> Option<String> {
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
