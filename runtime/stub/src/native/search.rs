//! Where in the tree a needed library is: what ld.so does with `DT_RPATH` and `DT_RUNPATH`.

use fastice_image::{FileNode, ROOT};

use super::elf::Library;
use super::tier;
use crate::path::below_root;
use crate::vfs::place::Virtual;
use crate::vfs::tree::{self, Node};

/// The directories of the tree that a library wants to be searched, below the root, in order.
pub(crate) fn directories(library: &Library<'_>, path: &str) -> Vec<String> {
    let origin = match path.rsplit_once('/') {
        Some((parent, _)) => [ROOT, parent].join("/"),
        None => ROOT.to_owned(),
    };
    library
        .search_path()
        .into_iter()
        .flat_map(|paths| paths.split(':'))
        .map(|directory| {
            directory
                .replace("${ORIGIN}", &origin)
                .replace("$ORIGIN", &origin)
        })
        .filter_map(|directory| below_root(directory.as_bytes()))
        .collect()
}

/// The library that ld.so would find under `name` in these directories.
pub(crate) fn find(directories: &[String], name: &str) -> Option<(String, FileNode)> {
    directories.iter().find_map(|directory| {
        let path = [directory.as_str(), name].join("/");
        match tree::find(&Virtual::at(&path)) {
            Ok(Node::File(file)) => Some((path, file)),
            _ => None,
        }
    })
}

/// Does the library at `path` call itself `name`?
pub(crate) fn is_called(path: &str, file: &FileNode, name: &str) -> bool {
    tier::with_bytes(path, file, |bytes| {
        Ok(Library::parse(bytes).is_ok_and(|library| library.soname() == Some(name)))
    })
    .unwrap_or(false)
}
