//! What an interpreter has besides the standard library: pip.

use std::path::Path;
use std::sync::Arc;

use crate::Result;
use crate::collect::{Collected, Collection, Owner};
use crate::runtime::{Pack, library_directory};
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
