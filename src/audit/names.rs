//! Libraries that Python code loads by name, with `ctypes` or cffi: no ELF file says so, but the source does.
//!
//! In sources that load libraries at all, every text that looks like the name of one counts (`"libmagic.so.1"`), and what is
//! given to `find_library`. Programs often name libraries of several systems or versions; those that this machine has are taken.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;

use super::glibc;
use super::system::Machine;
use crate::collect::Collection;
use crate::write::Contents;

/// What a source calls to load a library.
const LOADERS: [&str; 4] = ["CDLL", "LoadLibrary", "dlopen", "find_library"];

/// A text that is the name of a library.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"["'](lib[\w.+-]+\.so(?:\.\d+)*)["']"#).ok());

/// The argument of `find_library`.
static SEARCHED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"find_library\(\s*["']([\w.+-]+)["']\s*\)"#).ok());

/// The libraries that sources in `collection` name, `machine` has and no file in the collection provides.
pub(super) fn loaded_by_name(collection: &Collection, machine: &Machine) -> BTreeSet<String> {
    let named: BTreeSet<String> = collection
        .files
        .par_iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|name| name == "py"))
        .filter_map(|(_, file)| match &file.contents {
            Contents::Bytes(source) => Some(names(&String::from_utf8_lossy(source), machine)),
            _ => None,
        })
        .flatten()
        .collect();
    let provided: BTreeSet<&str> = collection
        .files
        .keys()
        .filter_map(|path| path.rsplit('/').next())
        .collect();
    named
        .into_iter()
        .filter(|name| !glibc::provides(name) && !provided.contains(name.as_str()))
        .filter(|name| machine.find(name, None).is_some())
        .collect()
}

/// The names in one source.
fn names(source: &str, machine: &Machine) -> Vec<String> {
    if !LOADERS.iter().any(|loader| source.contains(loader)) {
        return Vec::new();
    }
    let all = |pattern: &Option<Regex>| -> Vec<String> {
        let matches = pattern.iter().flat_map(|regex| regex.captures_iter(source));
        matches.map(|found| found[1].to_owned()).collect()
    };
    let mut names = all(&NAME);
    names.extend(
        all(&SEARCHED)
            .iter()
            .filter_map(|name| machine.search(name)),
    );
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_libraries_are_loaded() {
        let machine = Machine::new();
        let source = "lib = ctypes.CDLL('libnothing.so.7')\nother = \"libelse.so\"\n";
        assert_eq!(names(source, &machine), ["libnothing.so.7", "libelse.so"]);
        assert!(names("name = 'libnothing.so.7'", &machine).is_empty());
    }
}
