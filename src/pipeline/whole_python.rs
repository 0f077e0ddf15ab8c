//! What an interpreter has besides the standard modules that imports lead to: pip, and what belongs to no module.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::Result;
use crate::collect::{Collected, Collection, Owner};
use crate::runtime::{Pack, StandardLibrary, library_directory};
use crate::write::Contents;

/// Adds the runtime's pip, unless the program brings its own.
///
/// # Errors
/// When the pack is damaged.
pub(super) fn add_pip(pack: &Pack, collection: &mut Collection) -> Result<()> {
    let site = format!("{}/site-packages", library_directory(&pack.header().python));
    let own = format!("{site}/pip/__init__.py");
    if collection.files.contains_key(&own) {
        return Ok(());
    }
    let mut paths = pack.files_in(&site)?;
    // Compiled anew with everything else.
    paths.retain(|path| !path.split('/').any(|part| part == "__pycache__"));
    let metadata = format!("{site}/pip-");
    let version = paths.iter().find_map(|path| {
        let rest = path.strip_prefix(&metadata)?;
        Some(rest.split_once(".dist-info")?.0.to_owned())
    });
    let owner = Owner::Distribution("pip".to_owned(), version.unwrap_or_default());
    let share = collection.share(owner);
    for path in paths {
        let (node, raw) = pack.stored(&path)?;
        let is_source = Path::new(&path).extension().is_some_and(|end| end == "py");
        let contents = if is_source {
            Contents::Bytes(Arc::from(pack.read(&path)?))
        } else {
            Contents::Packed(raw)
        };
        let file = Collected {
            contents,
            executable: node.executable,
            share,
            own: None,
        };
        collection.files.entry(path).or_insert(file);
    }
    Ok(())
}

/// Adds what else is in the directory of the standard library and belongs to no module of it: extension modules in `lib-dynload`, scripts
/// in directories that are no packages. Of these, most runtimes have none; one with CPython's own tests does.
///
/// # Errors
/// When the pack is damaged.
pub(super) fn add_rest(
    pack: &Pack,
    library: &StandardLibrary,
    collection: &mut Collection,
) -> Result<()> {
    let directory = library_directory(&pack.header().python);
    let mut known = BTreeSet::from([format!("{directory}/LICENSE.txt")]);
    for (name, module) in library.modules() {
        // Imports do not lead into directories that are no packages.
        let is_found = name
            .match_indices('.')
            .all(|(dot, _)| library.modules().contains_key(&name[..dot]));
        if is_found {
            known.extend(module.origin.iter().chain(&module.data).cloned());
        }
    }
    let site = format!("{directory}/site-packages/");
    let mut paths = pack.files_in(&directory)?;
    paths.retain(|path| {
        let is_compiled = path.split('/').any(|part| part == "__pycache__");
        !(is_compiled || known.contains(path) || path.starts_with(&site))
    });
    for path in paths {
        let (node, _) = pack.stored(&path)?;
        let file = Collected {
            contents: Contents::Bytes(Arc::from(pack.read(&path)?)),
            executable: node.executable,
            share: collection.share(Owner::Runtime),
            own: None,
        };
        collection.files.entry(path).or_insert(file);
    }
    Ok(())
}
