//! Libraries that the builder took from the machine it ran on, such as `libstdc++.so.6`: for machines that have none, or an older
//! one.
//!
//! There can be only one of each name in a process. Libraries of the system need it as well as those of the tree (a driver for
//! graphics, say), so the newer of the two is loaded: the system's if it has every version of symbols that the builder's has.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fastice_image::FileNode;
use memmap2::Mmap;

use super::elf::Library;
use super::link_map::Handle;
use super::load::Request;
use super::{search, tier, trace};

/// Their directory, below the root.
const DIRECTORY: &str = "lib";

/// The library that is to be loaded for `name`, if that is one of these. `None` if ld.so shall search as it always does.
pub(super) fn find(name: &str) -> Option<(String, FileNode)> {
    let (path, file) = search::find(&[DIRECTORY.to_owned()], name)?;
    if is_loaded(name) {
        return None;
    }
    let system = system_copy(name);
    let versions = tier::with_bytes(&path, &file, |bytes| Ok(versions(bytes))).unwrap_or_default();
    if let Some((system, of_system)) = &system
        && versions.is_subset(of_system)
    {
        trace::line(format_args!("{name}: {} is new enough", system.display()));
        return None;
    }
    Some((path, file))
}

/// Is this the path of one of these libraries?
pub(super) fn is_one(path: &str) -> bool {
    let parent = Path::new(path).parent();
    parent == Some(Path::new(DIRECTORY))
}

/// Is a library of this name in the process already?
fn is_loaded(name: &str) -> bool {
    let name = CString::new(name).unwrap_or_default();
    let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD;
    match Request::new(flags).open(&name) {
        Ok(handle) => {
            handle.close();
            true
        }
        Err(_) => false,
    }
}

/// The system's library of this name, and the versions of its symbols.
fn system_copy(name: &str) -> Option<(PathBuf, BTreeSet<String>)> {
    let executable = Handle::of_executable()?;
    let directories = executable.search_path();
    executable.close();
    directories.iter().find_map(|directory| {
        let path = Path::new(OsStr::from_bytes(directory.to_bytes())).join(name);
        let file = fs_err::File::open(&path).ok()?;
        // SAFETY: ld.so maps the libraries of the system as well, and relies on nobody changing them meanwhile.
        let bytes = unsafe { Mmap::map(file.file()) }.ok()?;
        Library::parse(&bytes).ok()?;
        Some((path, versions(&bytes)))
    })
}

/// The versions of symbols that a library defines.
fn versions(bytes: &[u8]) -> BTreeSet<String> {
    let names = Library::parse(bytes).ok().and_then(|library| {
        let names = library.version_names()?;
        Some(names.into_iter().map(str::to_owned).collect())
    });
    names.unwrap_or_default()
}

/// Is `name` the name of one of these libraries, to be loaded from the tree? Its path, absolute.
pub(super) fn path_of(name: &CStr) -> Option<CString> {
    let (path, _) = find(name.to_str().ok()?)?;
    CString::new(crate::vfs::tree::absolute(&path)).ok()
}
