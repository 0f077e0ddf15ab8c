//! What takes the room, as a tree of names.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeTuple as _, Serializer};

use crate::Result;
use crate::inspect::{Executable, FileKind};
use crate::pipeline::Origin;
use crate::runtime::library_directory;

/// A part of the executable. The sizes of all parts add up to its length.
#[derive(Serialize)]
pub(super) struct Group {
    origin: Origin,
    name: String,
    version: Option<String>,
    /// Bytes in the executable.
    size: u64,
    /// The directory below the root that its files lie in, with the slash at its end.
    base: String,
    /// What is in it, the largest first; nothing if it consists of no files. What lies elsewhere is in directories whose name begins
    /// with a slash.
    tree: Vec<Entry>,
}

/// A directory, or a file.
struct Entry {
    name: String,
    /// Bytes in the executable.
    size: u64,
    contents: Contents,
}

enum Contents {
    Directory(Vec<Entry>),
    /// Of a module, its source and its code object are one file here, and that many bytes of it are source.
    File(FileKind, u64),
}

impl Serialize for Entry {
    /// `[name, entries]` or `[name, size, kind, source]`, where kind is a number: 0 code, 1 source, 2 native, 3 metadata, 4 data.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.contents {
            Contents::Directory(entries) => (&self.name, entries).serialize(serializer),
            Contents::File(kind, source) => {
                let mut tuple = serializer.serialize_tuple(4)?;
                tuple.serialize_element(&self.name)?;
                tuple.serialize_element(&self.size)?;
                tuple.serialize_element(&(*kind as u8))?;
                tuple.serialize_element(source)?;
                tuple.end()
            }
        }
    }
}

/// A file while the tree is made: bytes, kind, bytes of source.
type Leaf = (u64, FileKind, u64);

/// The parts, the largest first.
pub(super) fn groups(executable: &Executable) -> Result<Vec<Group>> {
    let mut files: BTreeMap<(Origin, String, Option<String>), BTreeMap<String, Leaf>> =
        BTreeMap::new();
    for (file, (origin, name, version)) in executable.owned_files()? {
        let leaves = files.entry((origin, name, version)).or_default();
        let kind = FileKind::of(&file.path, file.executable);
        let path = crate::inspect::source_of(&file.path).unwrap_or(file.path);
        let leaf = leaves.entry(path).or_insert((0, kind, 0));
        leaf.0 += file.stored;
        match kind {
            FileKind::Code => leaf.1 = kind,
            FileKind::Source => leaf.2 += file.stored,
            _ => {}
        }
    }
    let library = library_directory(&executable.header().python);
    let usual = [format!("{library}/site-packages/"), format!("{library}/")];
    let groups = executable.parts()?.into_iter().map(|part| {
        let key = (part.origin, part.name, part.version);
        let leaves = files.remove(&key).unwrap_or_default();
        let (origin, name, version) = key;
        let base = base(leaves.keys().map(String::as_str), &usual);
        Group {
            origin,
            name,
            version,
            size: part.size,
            tree: tree(&leaves, &base),
            base,
        }
    });
    Ok(groups.collect())
}

/// The one of the `usual` directories that one of the paths lies in, or else the deepest that all lie in; with the slash at its end.
fn base<'a>(paths: impl Iterator<Item = &'a str> + Clone, usual: &[String]) -> String {
    let found = usual
        .iter()
        .find(|directory| paths.clone().any(|path| path.starts_with(&**directory)));
    found.map_or_else(|| common_directory(paths), String::clone)
}

fn common_directory<'a>(mut paths: impl Iterator<Item = &'a str>) -> String {
    let Some(first) = paths.next() else {
        return String::new();
    };
    let mut common = &first[..first.rfind('/').map_or(0, |slash| slash + 1)];
    for path in paths {
        while !path.starts_with(common) {
            let shorter = common.trim_end_matches('/');
            common = &common[..shorter.rfind('/').map_or(0, |slash| slash + 1)];
        }
    }
    common.to_owned()
}

fn tree(leaves: &BTreeMap<String, Leaf>, base: &str) -> Vec<Entry> {
    let mut inside = Vec::new();
    let mut elsewhere: BTreeMap<&str, Vec<(&str, Leaf)>> = BTreeMap::new();
    for (path, leaf) in leaves {
        match (path.strip_prefix(base), path.split_once('/')) {
            (Some(below), _) => inside.push((below, *leaf)),
            (None, Some((top, below))) => elsewhere.entry(top).or_default().push((below, *leaf)),
            (None, None) => elsewhere.entry("").or_default().push((path, *leaf)),
        }
    }
    let mut found = entries(&inside);
    for (top, files) in elsewhere {
        found.push(directory(format!("/{top}"), entries(&files)));
    }
    sort(&mut found);
    found
}

fn directory(name: String, entries: Vec<Entry>) -> Entry {
    Entry {
        name,
        size: entries.iter().map(|entry| entry.size).sum(),
        contents: Contents::Directory(entries),
    }
}

/// The largest first.
fn sort(entries: &mut [Entry]) {
    entries.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
}

/// The entries of a directory whose files have these paths within it.
fn entries(files: &[(&str, Leaf)]) -> Vec<Entry> {
    let mut directories: BTreeMap<&str, Vec<(&str, Leaf)>> = BTreeMap::new();
    let mut found = Vec::new();
    for &(path, leaf) in files {
        match path.split_once('/') {
            Some((directory, rest)) => directories.entry(directory).or_default().push((rest, leaf)),
            None => found.push(Entry {
                name: path.to_owned(),
                size: leaf.0,
                contents: Contents::File(leaf.1, leaf.2),
            }),
        }
    }
    for (name, files) in directories {
        found.push(directory(name.to_owned(), entries(&files)));
    }
    sort(&mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_directory_ends_where_paths_part() {
        let of = |paths: &[&str]| common_directory(paths.iter().copied());
        assert_eq!(of(&["lib/a/x.py", "lib/ab/y.py"]), "lib/");
        assert_eq!(of(&["app/x.py"]), "app/");
        assert_eq!(of(&["bin/x", "lib/y"]), "");
        assert_eq!(of(&[]), "");
    }
}
