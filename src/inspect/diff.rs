//! What changed from one executable to another.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Executable;
use crate::Result;
use crate::bom::{Component, Kind};

/// What was and what is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    /// In the old executable.
    pub old: T,
    /// In the new one.
    pub new: T,
}

/// What changed. A fact that did not is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Version of CPython.
    pub python: Option<Change<Option<String>>>,
    /// The builder.
    pub built_by: Option<Change<Option<String>>>,
    /// The lowest glibc.
    pub glibc: Option<Change<Option<String>>>,
    /// Length, in bytes.
    pub size: Change<u64>,
    /// Distributions, libraries and crates that came, went or changed.
    pub components: Vec<Changed>,
    /// Modules that came or went.
    pub modules: Modules,
    /// What takes more or less room, the largest change first.
    pub parts: Vec<Part>,
}

/// A component that came, went or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The old executable has it.
    pub was_there: bool,
    /// The new one has it.
    pub is_there: bool,
    /// Its versions.
    pub version: Change<Option<String>>,
    /// Its licences.
    pub license: Change<Option<String>>,
}

/// Dotted names of modules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Modules {
    /// In the new executable alone.
    pub added: Vec<String>,
    /// In the old one alone.
    pub removed: Vec<String>,
}

/// A part that takes more or less room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its name, without a version.
    pub name: String,
    /// Bytes in the old executable.
    pub old: u64,
    /// Bytes in the new one.
    pub new: u64,
}

/// Compares two executables.
///
/// # Errors
/// When one of them is damaged.
pub fn compare(old: &Executable, new: &Executable) -> Result<Difference> {
    let glibc = |executable: &Executable| -> Result<Option<String>> {
        let floor = executable.native()?.glibc;
        Ok(floor.map(|floor| floor.version.to_string()))
    };
    let python = |executable: &Executable| Some(executable.header().python.version.clone());
    let built_by = |executable: &Executable| Some(executable.header().built_by.clone());
    let names = |executable: &Executable| -> Result<BTreeSet<String>> {
        let modules = executable.named_modules()?;
        Ok(modules.into_iter().map(|(name, _)| name).collect())
    };
    let (old_names, new_names) = (names(old)?, names(new)?);
    Ok(Difference {
        python: change(python(old), python(new)),
        built_by: change(built_by(old), built_by(new)),
        glibc: change(glibc(old)?, glibc(new)?),
        size: Change {
            old: old.size(),
            new: new.size(),
        },
        components: components(&old.bill()?.components, &new.bill()?.components),
        modules: Modules {
            added: new_names.difference(&old_names).cloned().collect(),
            removed: old_names.difference(&new_names).cloned().collect(),
        },
        parts: parts(old, new)?,
    })
}

/// Paths below the root that are not the same in both.
///
/// # Errors
/// When one of them is damaged.
pub fn entries(old: &Executable, new: &Executable) -> Result<Vec<String>> {
    let files = |executable: &Executable| -> Result<BTreeMap<String, _>> {
        let files = executable.files()?;
        Ok(files
            .into_iter()
            .map(|file| (file.path, (file.size, file.crc32, file.executable)))
            .collect())
    };
    let (old, new) = (files(old)?, files(new)?);
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    Ok(paths
        .into_iter()
        .filter(|path| old.get(*path) != new.get(*path))
        .cloned()
        .collect())
}

fn change<T: PartialEq>(old: T, new: T) -> Option<Change<T>> {
    (old != new).then_some(Change { old, new })
}

fn components(old: &[Component], new: &[Component]) -> Vec<Changed> {
    let by_name = |components: &[Component]| -> BTreeMap<(Kind, String), Component> {
        let named = |one: &Component| ((one.kind, one.name.clone()), one.clone());
        components.iter().map(named).collect()
    };
    let (old, new) = (by_name(old), by_name(new));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .map(|key| {
            let (before, after) = (old.get(key), new.get(key));
            let version = |one: Option<&Component>| one.and_then(|one| one.version.clone());
            let license = |one: Option<&Component>| one.and_then(|one| one.license.clone());
            Changed {
                kind: key.0,
                name: key.1.clone(),
                was_there: before.is_some(),
                is_there: after.is_some(),
                version: Change {
                    old: version(before),
                    new: version(after),
                },
                license: Change {
                    old: license(before),
                    new: license(after),
                },
            }
        })
        .filter(|one| {
            one.was_there != one.is_there
                || one.version.old != one.version.new
                || one.license.old != one.license.new
        })
        .collect()
}

fn parts(old: &Executable, new: &Executable) -> Result<Vec<Part>> {
    let mut parts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for part in old.parts()? {
        parts.entry(part.name).or_default().0 += part.size;
    }
    for part in new.parts()? {
        parts.entry(part.name).or_default().1 += part.size;
    }
    let mut parts: Vec<Part> = parts
        .into_iter()
        .filter(|(_, (old, new))| old != new)
        .map(|(name, (old, new))| Part { name, old, new })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.new.abs_diff(part.old)));
    Ok(parts)
}
