//! Extension modules of another Python or another platform.

use std::collections::BTreeSet;

use fastice_image::PythonIdentity;

use super::Unfit;
use super::elf::Library;

/// The extension modules among `libraries` that the executable's Python cannot import, although no other file provides
/// the module. `exists` tells whether there is a file at a path below the root.
pub(super) fn unfit(
    libraries: &[Library],
    exists: &dyn Fn(&str) -> bool,
    identity: &PythonIdentity,
) -> Vec<Unfit> {
    let own_tag = format!("{}-{}", identity.cache_tag, identity.platform);
    let suffixes = [
        format!(".{own_tag}.so"),
        String::from(".abi3.so"),
        String::from(".so"),
    ];
    let sound: BTreeSet<&str> = libraries
        .iter()
        .filter(|library| other_platform(library).is_none())
        .map(|library| library.path.as_str())
        .collect();
    let is_provided = |stem: &str| {
        let has = |suffix: &String| sound.contains(format!("{stem}{suffix}").as_str());
        suffixes.iter().any(has)
            || exists(&format!("{stem}.py"))
            || exists(&format!("{stem}/__init__.py"))
    };
    libraries
        .iter()
        .filter_map(|library| {
            let (stem, tag) = module_of(library)?;
            let other_python = tag.filter(|tag| *tag != own_tag).and_then(python_of);
            let made_for = other_platform(library).or(other_python)?;
            (!is_provided(&stem)).then(|| Unfit {
                path: library.path.clone(),
                made_for,
            })
        })
        .collect()
}

/// What a library was made for, if that is no Linux with glibc on this machine.
fn other_platform(library: &Library) -> Option<String> {
    if let Some(machine) = library.foreign {
        return Some(machine.to_owned());
    }
    library
        .is_for_musl()
        .then(|| String::from("Linux with musl"))
}

/// The path of the module that an extension module is, without what follows its name, and the tag there:
/// `cpython-313-x86_64-linux-gnu`. `None` for a library that is no module: `libfoo.so.1`, `libfoo.so`.
fn module_of(library: &Library) -> Option<(String, Option<&str>)> {
    let name = library.file_name().strip_suffix(".so")?;
    let (stem, tag) = match name.split_once('.') {
        Some((stem, tag)) => (stem, Some(tag)),
        None => (name, None),
    };
    if tag.is_none() && (stem.starts_with("lib") || library.foreign.is_some()) {
        // Libraries for several machines lie side by side in packages that choose one of them at run time.
        return None;
    }
    let parent = &library.path[..library.path.len() - library.file_name().len()];
    Some((format!("{parent}{stem}"), tag))
}

/// `CPython 3.12` for `cpython-312-x86_64-linux-gnu`.
fn python_of(tag: &str) -> Option<String> {
    let number = tag.strip_prefix("cpython-")?.split('-').next()?;
    let (major, minor) = number.split_at_checked(1)?;
    Some(format!("CPython {major}.{minor}"))
}
