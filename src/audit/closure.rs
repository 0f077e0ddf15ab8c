//! Who provides the libraries that others need.

use std::collections::{BTreeMap, BTreeSet};

use super::elf::Library;
use super::glibc;

/// The libraries of an image, and those that may be added to it.
pub(super) struct Closure<'a> {
    /// By path below the root.
    by_path: BTreeMap<&'a str, &'a Library>,
    /// Names of files and `DT_SONAME`s.
    names: BTreeSet<&'a str>,
}

/// What becomes of a needed library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    /// The one who needs it finds it in the image, or glibc has it.
    Found,
    /// It is somewhere in the image: found if it was loaded before, as packages do it that load their own libraries by path.
    Elsewhere,
    /// The machine, if it has it.
    Machine,
}

impl<'a> Closure<'a> {
    /// Looks over the libraries of an image.
    pub(super) fn new(libraries: &'a [Library]) -> Self {
        let usable = || {
            libraries
                .iter()
                .filter(|library| library.foreign.is_none() && !library.is_program)
        };
        Self {
            by_path: usable()
                .map(|library| (library.path.as_str(), library))
                .collect(),
            names: usable()
                .flat_map(|library| [Some(library.file_name()), library.soname.as_deref()])
                .flatten()
                .collect(),
        }
    }

    /// Who provides `name` to `library`.
    pub(super) fn provider(&self, library: &Library, name: &str) -> Provider {
        let bundled = format!("{}/{name}", super::BUNDLED);
        let is_found = glibc::provides(name)
            || self.by_path.contains_key(bundled.as_str())
            || library.directories().any(|directory| {
                self.by_path
                    .contains_key(format!("{directory}/{name}").as_str())
            });
        if is_found {
            Provider::Found
        } else if self.names.contains(name) {
            Provider::Elsewhere
        } else {
            Provider::Machine
        }
    }
}

/// What `libraries` need and nothing in the image provides: the names, and who needs each.
pub(super) fn missing(libraries: &[Library]) -> BTreeMap<String, Vec<String>> {
    let closure = Closure::new(libraries);
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for library in needing(libraries) {
        for name in &library.needed {
            if closure.provider(library, name) == Provider::Machine {
                let needing = missing.entry(name.clone()).or_default();
                needing.push(library.path.clone());
            }
        }
    }
    missing
}

/// Those libraries that are loaded into the process. Programs that the program starts, and libraries for other machines, are not.
pub(super) fn needing(libraries: &[Library]) -> impl Iterator<Item = &Library> {
    libraries.iter().filter(|library| {
        library.foreign.is_none() && !library.is_program && !library.is_for_musl()
    })
}
