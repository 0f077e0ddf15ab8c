//! Opening the runtime pack that this builder carries, or the one it is pointed at.

use std::env;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fastice_image::{FileNode, Header, Image, Node, Raw};
use fs_err as fs;

use super::stdlib::{GRAPH, StandardLibrary};
use crate::interrupt::TempFile;
use crate::{Code, Error, Result, cache};

include!(concat!(env!("OUT_DIR"), "/pack.rs"));

/// Environment variable that names a pack file to use instead of the builder's own.
pub const PACK_VARIABLE: &str = "FASTICE_RUNTIME";

/// Path of the manifest in a pack, below the root.
pub(crate) const MANIFEST: &str = "share/fastice/manifest.json";

/// A runtime pack, open for reading and lying on the disk as a program that can be run.
///
/// A process opens one pack and uses it to its end, so its bytes live as long as the process.
pub struct Pack {
    path: PathBuf,
    bytes: &'static [u8],
    image: Image<'static>,
}

impl Pack {
    /// The pack that `FASTICE_RUNTIME` names, else the one this builder carries, which is unpacked
    /// into the cache the first time so that it can be run.
    ///
    /// # Errors
    /// [`Code::NoRuntime`] when there is none, [`Code::DamagedRuntime`] when it cannot be used,
    /// [`Code::Io`] when the cache cannot be written.
    pub fn locate() -> Result<Self> {
        if let Some(path) = env::var_os(PACK_VARIABLE).filter(|value| !value.is_empty()) {
            return Self::open(Path::new(&path));
        }
        if EMBEDDED.is_empty() {
            return Err(
                Error::new(Code::NoRuntime, "this fastice was built without a runtime").hint(
                    format!(
                        "build one that has it with `cargo xtask build`, or name a runtime pack with {PACK_VARIABLE}"
                    ),
                ),
            );
        }
        let path = unpack(&cache::directory()?)?;
        Self::from_bytes(path, EMBEDDED)
    }

    /// Opens the pack at `path`.
    ///
    /// # Errors
    /// [`Code::NoRuntime`] when it cannot be read, [`Code::DamagedRuntime`] when it is not a whole
    /// pack.
    pub fn open(path: &Path) -> Result<Self> {
        let unreadable = |error| {
            Error::new(
                Code::NoRuntime,
                format!("the runtime pack {} cannot be read", path.display()),
            )
            .caused_by(error)
        };
        let bytes = fs::read(path).map_err(unreadable)?;
        let path = std::path::absolute(path).map_err(unreadable)?;
        Self::from_bytes(path, Vec::leak(bytes))
    }

    fn from_bytes(path: PathBuf, bytes: &'static [u8]) -> Result<Self> {
        let image = Image::open(bytes).map_err(|damage| {
            Error::new(
                Code::DamagedRuntime,
                format!(
                    "the runtime pack {} cannot be used: {damage}",
                    path.display()
                ),
            )
            .hint("build it again with `cargo xtask runtime`")
        })?;
        if image.header().program != fastice_image::Program::Interpreter {
            return Err(Error::new(
                Code::DamagedRuntime,
                format!("{} is a frozen program, not a runtime pack", path.display()),
            ));
        }
        Ok(Self { path, bytes, image })
    }

    /// The pack as a program: a complete `python`.
    pub fn python(&self) -> &Path {
        &self.path
    }

    /// The pack's image: the whole standard library and pip.
    pub fn image(&self) -> &Image<'static> {
        &self.image
    }

    /// The header of its image: which CPython it is.
    pub fn header(&self) -> &Header {
        self.image.header()
    }

    /// The stub, the ELF file in front of the image.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`].
    pub fn stub(&self) -> Result<&'static [u8]> {
        self.image
            .bytes(&self.header().stub, "the stub")
            .map_err(|damage| self.damaged(&damage))
    }

    /// All bytes of the pack.
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// The manifest, JSON.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`].
    pub fn manifest(&self) -> Result<String> {
        String::from_utf8(self.read(MANIFEST)?).map_err(|error| {
            Error::new(Code::DamagedRuntime, "the runtime's manifest is not text").caused_by(error)
        })
    }

    /// The standard library it holds.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`].
    pub fn standard_library(&self) -> Result<StandardLibrary> {
        StandardLibrary::from_json(&self.read(GRAPH)?)
    }

    /// The file at `path`, below the root, as it is stored.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`] when it is not there or damaged.
    pub(crate) fn stored(&self, path: &str) -> Result<(FileNode, Raw<'static>)> {
        match self.image.node(path) {
            Ok(Some(Node::File(file))) => match self.image.raw(&file, path) {
                Ok(raw) => Ok((file, raw)),
                Err(damage) => Err(self.damaged(&damage)),
            },
            Ok(_) => Err(self.missing(path)),
            Err(damage) => Err(self.damaged(&damage)),
        }
    }

    /// Paths of all files in the directory `path`, below the root, at any depth.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`].
    pub(crate) fn files_in(&self, path: &str) -> Result<Vec<String>> {
        let mut files = Vec::new();
        let mut pending = vec![path.to_owned()];
        while let Some(path) = pending.pop() {
            match self
                .image
                .node(&path)
                .map_err(|damage| self.damaged(&damage))?
            {
                Some(Node::Directory(directory)) => {
                    pending.extend(
                        directory
                            .entries
                            .iter()
                            .map(|entry| format!("{path}/{}", entry.name)),
                    );
                }
                Some(Node::File(_)) => files.push(path),
                None => {}
            }
        }
        Ok(files)
    }

    /// Contents of the file at `path`, below the root.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`] when it is not there or damaged.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        match self.image.node(path) {
            Ok(Some(Node::File(file))) => self
                .image
                .contents(&file, path)
                .map(std::borrow::Cow::into_owned)
                .map_err(|damage| self.damaged(&damage)),
            Ok(_) => Err(self.missing(path)),
            Err(damage) => Err(self.damaged(&damage)),
        }
    }

    fn missing(&self, path: &str) -> Error {
        Error::new(
            Code::DamagedRuntime,
            format!("the runtime pack {} has no {path}", self.path.display()),
        )
    }

    /// The error for damage found while reading.
    pub(crate) fn damaged(&self, damage: &fastice_image::Damage) -> Error {
        Error::new(
            Code::DamagedRuntime,
            format!(
                "the runtime pack {} cannot be used: {damage}",
                self.path.display()
            ),
        )
    }
}

/// Puts the embedded pack into the cache under its hash, unless it is there. A cached file of the
/// right length that ends in the right footer is taken for whole: it got its name only after it was
/// written and synced.
fn unpack(cache: &Path) -> Result<PathBuf> {
    let directory = cache.join("runtime").join(EMBEDDED_HASH);
    let path = directory.join("python");
    if is_unpacked(&path) {
        return Ok(path);
    }
    let failed = |error: std::io::Error| {
        Error::new(
            Code::Io,
            format!("the runtime cannot be unpacked to {}", directory.display()),
        )
        .hint(format!(
            "name another cache directory with {}",
            cache::CACHE_VARIABLE
        ))
        .caused_by(error)
    };
    fs::create_dir_all(&directory).map_err(failed)?;
    let mut file = TempFile::new_in(&directory).map_err(failed)?;
    let mut write = || {
        file.writer()?.write_all(EMBEDDED)?;
        file.make_executable()?;
        // Later it is recognized by its end alone.
        file.sync()
    };
    write().map_err(failed)?;
    file.persist(&path).map_err(failed)?;
    Ok(path)
}

/// Bytes at the end that are compared; the footer and the end of the central directory.
const TAIL: usize = 4096;

fn is_unpacked(path: &Path) -> bool {
    use std::os::unix::fs::FileExt;
    let Ok(file) = fs::File::open(path) else {
        return false;
    };
    let Ok(metadata) = file.metadata() else {
        return false;
    };
    if metadata.len() != EMBEDDED.len() as u64 || metadata.permissions().mode() & 0o100 == 0 {
        return false;
    }
    let start = EMBEDDED.len().saturating_sub(TAIL);
    let mut tail = vec![0; EMBEDDED.len() - start];
    file.file().read_exact_at(&mut tail, start as u64).is_ok() && tail == EMBEDDED[start..]
}
