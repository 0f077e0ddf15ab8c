//! The native code of an image: what it needs of the machine it will run on, and what is wrong with it.
//!
//! [`prepare`] looks over the libraries of a collection, takes in those of this machine that they need, and reports;
//! [`of_image`] reports on an image that exists.

mod bundle;
mod closure;
mod elf;
mod glibc;
mod names;
mod platform;
mod report;
mod system;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fastice_image::PythonIdentity;
use rayon::prelude::*;
use serde::Serialize;

use crate::Result;
use crate::collect::{Collected, Collection, Owner};
use crate::write::Contents;

pub(crate) use bundle::is_bundled;
pub(crate) use elf::Library;
pub use glibc::Version;

/// Directory of the libraries that were taken from the machine that builds, below the root.
const BUNDLED: &str = "lib";

/// What a report calls the machine code of the executable itself.
const RUNTIME: &str = "the runtime";

/// The native code of an executable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Native {
    /// Libraries and programs in the executable.
    pub libraries: usize,
    /// The lowest glibc that all of it runs with, those in `bundled` excepted.
    pub glibc: Option<Floor>,
    /// Libraries taken from the machine that built it, for machines that have none, or older ones.
    pub bundled: Vec<Bundled>,
    /// Libraries that are needed and neither in the executable nor part of glibc.
    pub missing: Vec<Missing>,
    /// Libraries of which several copies are there.
    pub duplicates: Vec<Duplicates>,
    /// Extension modules that cannot be imported.
    pub unfit: Vec<Unfit>,
}

/// A lowest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Floor {
    /// The version.
    pub version: Version,
    /// A file that needs it, below the root; or `the runtime`.
    pub set_by: String,
}

/// A library of the machine that built an executable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bundled {
    /// The name others need it by.
    pub name: String,
    /// The lowest glibc that it runs with.
    pub glibc: Option<Version>,
    /// Its file on the machine that built the executable; only known there and then.
    pub source: Option<PathBuf>,
}

/// A library that is needed and not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// The files that need it, below the root.
    pub needed_by: Vec<String>,
}

/// Copies of one library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// The name without version and checksum: `libgomp`.
    pub name: String,
    /// The files, below the root.
    pub paths: Vec<String>,
}

/// An extension module for something else than this executable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfit {
    /// Its file, below the root.
    pub path: String,
    /// What it is for: `CPython 3.12`, `64-bit ARM`, `Linux with musl`.
    pub made_for: String,
}

/// What the user decides about libraries of this machine.
#[derive(Debug, Clone)]
pub(crate) struct Wishes<'a> {
    /// Take what is needed and not in the collection.
    pub(crate) needed: bool,
    /// Names or paths of further ones.
    pub(crate) wanted: &'a [String],
}

/// Looks over `collection` and adds the libraries of this machine that it needs. `stub` is the machine code of the executable itself.
///
/// # Errors
/// When a library that the user named cannot be found.
pub(crate) fn prepare(
    collection: &mut Collection,
    stub: &[u8],
    identity: &PythonIdentity,
    wishes: &Wishes<'_>,
) -> Result<Native> {
    let mut libraries: Vec<Library> = collection
        .files
        .par_iter()
        .filter(|(path, file)| may_be_library(path, file.executable))
        .filter_map(|(path, file)| match &file.contents {
            Contents::Bytes(bytes) => Library::read(path, &**bytes),
            Contents::Disk(disk) => system::read(path, disk),
            Contents::Packed(_) => None,
        })
        .collect();
    let machine = system::Machine::new();
    let mut wanted = wishes.wanted.to_vec();
    if wishes.needed {
        let named = names::loaded_by_name(collection, &machine);
        wanted.extend(
            named
                .into_iter()
                .filter(|name| !wishes.wanted.contains(name)),
        );
    }
    let taken = bundle::take(&mut libraries, &machine, &wanted, wishes.needed)?;
    let exists = |path: &str| collection.files.contains_key(path);
    let mut native = report(&libraries, stub, &exists, identity);
    native.bundled = bundle::report(&taken);
    if !taken.is_empty() {
        let share = collection.share(Owner::Machine);
        for taken in taken {
            let file = Collected {
                contents: Contents::Disk(taken.file),
                executable: false,
                share,
                own: None,
            };
            collection.files.insert(taken.library.path, file);
        }
    }
    Ok(native)
}

/// Looks over the libraries of an image. `stub` is the machine code before it.
pub(crate) fn of_image(
    libraries: &[Library],
    stub: &[u8],
    exists: &dyn Fn(&str) -> bool,
    identity: &PythonIdentity,
) -> Native {
    Native {
        bundled: bundle::recognize(libraries),
        ..report(libraries, stub, exists, identity)
    }
}

/// Can the file be a shared object or a program, by its name?
pub(crate) fn may_be_library(path: &str, executable: bool) -> bool {
    let name = Path::new(path).file_name().unwrap_or_default();
    executable || name.to_string_lossy().contains(".so")
}

fn report(
    libraries: &[Library],
    stub: &[u8],
    exists: &dyn Fn(&str) -> bool,
    identity: &PythonIdentity,
) -> Native {
    let missing = closure::missing(libraries)
        .into_iter()
        .map(|(name, needed_by)| Missing { name, needed_by })
        .collect();
    Native {
        libraries: libraries.len(),
        glibc: floor(libraries, stub),
        bundled: Vec::new(),
        missing,
        duplicates: duplicates(libraries),
        unfit: platform::unfit(libraries, exists, identity),
    }
}

/// The lowest glibc for all of them; for the same, the first of those that need it, the runtime before all.
fn floor(libraries: &[Library], stub: &[u8]) -> Option<Floor> {
    let runtime = Library::read(RUNTIME, stub);
    let mut floor: Option<Floor> = None;
    for library in runtime.iter().chain(libraries) {
        if is_bundled(&library.path) {
            continue;
        }
        if let Some(version) = library.glibc
            && floor.as_ref().is_none_or(|floor| version > floor.version)
        {
            floor = Some(Floor {
                version,
                set_by: library.path.clone(),
            });
        }
    }
    floor
}

/// Libraries that are there several times, as when several wheels bring their own.
fn duplicates(libraries: &[Library]) -> Vec<Duplicates> {
    let mut families: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for library in libraries {
        if let Some(family) = family(library.file_name()) {
            let paths = families.entry(family).or_default();
            paths.push(library.path.clone());
        }
    }
    families
        .into_iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|(name, paths)| Duplicates {
            name: name.to_owned(),
            paths,
        })
        .collect()
}

/// The name of a library without version and without the checksum that auditwheel adds: `libgomp` for
/// `libgomp-a34b3233.so.1.0.0`.
fn family(file_name: &str) -> Option<&str> {
    let (stem, _) = file_name.split_once(".so")?;
    let stem = match stem.rsplit_once('-') {
        Some((name, sum)) if sum.len() == 8 && sum.bytes().all(|b| b.is_ascii_hexdigit()) => name,
        _ => stem,
    };
    stem.starts_with("lib").then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_have_neither_version_nor_checksum() {
        assert_eq!(family("libgomp-a34b3233.so.1.0.0"), Some("libgomp"));
        assert_eq!(family("libgomp.so.1"), Some("libgomp"));
        assert_eq!(family("libglib-2.0.so.0"), Some("libglib-2.0"));
        assert_eq!(family("_speedups.cpython-313-x86_64-linux-gnu.so"), None);
    }
}
