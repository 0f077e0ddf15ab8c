//! An image without sources: modules are their code objects, in the places where `python -m compileall -b` puts them and where
//! Python finds them without a source.

use std::collections::BTreeMap;
use std::path::Path;

use fastice_image::{ModuleKind, Program};

use super::shares::STANDARD_LIBRARY;
use crate::collect::startup;
use crate::write::{Contents, Entry, Layout};
use crate::{Code, Error, Result};

/// Takes the sources of all modules that have a code object out of `layout`, and names the code objects in their place, also
/// in `programs`. What
/// is no module stays: data, and sources that are not valid Python.
///
/// Modules of the standard library keep the names of their sources: parts of it compare `__file__` with `co_filename`.
///
/// # Errors
/// [`Code::Conflict`] when a file is in the way, [`Code::Io`] when a file list cannot be read.
pub(super) fn leave_out_sources<'a>(
    layout: &mut Layout,
    programs: impl Iterator<Item = &'a mut Program>,
) -> Result<()> {
    let mut moved: BTreeMap<String, String> = BTreeMap::new();
    let sources = layout
        .modules
        .values_mut()
        .filter(|module| module.kind == ModuleKind::Source && module.origin != startup::PATH);
    for module in sources {
        let Some(code) = &module.code else {
            continue;
        };
        let is_standard = |entry: &Entry| match entry {
            Entry::File(file) => file.share == STANDARD_LIBRARY,
            Entry::Code(code) => code.share == STANDARD_LIBRARY,
        };
        if layout.entries.get(code).is_some_and(is_standard) {
            layout.entries.remove(&module.origin);
            continue;
        }
        let place = format!("{}c", module.origin);
        let Some(entry) = layout.entries.remove(code) else {
            continue;
        };
        layout.entries.remove(&module.origin);
        if layout.entries.insert(place.clone(), entry).is_some() {
            let message = format!("two parts of the program claim /fastice/{place}");
            return Err(Error::new(Code::Conflict, message));
        }
        moved.insert(module.origin.clone(), place.clone());
        module.kind = ModuleKind::Bytecode;
        module.origin.clone_from(&place);
        module.code = Some(place);
    }
    // Sources behind a package or an extension module of their name, which no import finds.
    for ((directory, name), module) in &layout.modules {
        let hidden = format!("{directory}/{name}.py");
        if module.origin != hidden && module.origin != startup::PATH {
            layout.entries.remove(&hidden);
        }
    }
    for program in programs {
        if let Program::File { path } = program
            && let Some(place) = moved.get(path)
        {
            path.clone_from(place);
        }
    }
    for (path, entry) in &mut layout.entries {
        if let Some(site) = site_of_record(path)
            && let Entry::File(file) = entry
        {
            let text = match &file.contents {
                Contents::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Contents::Disk(disk) => fs_err::read_to_string(disk).map_err(Error::io)?,
                Contents::Packed(_) => continue,
            };
            file.contents = Contents::Bytes(relist(&text, site, &moved).into_bytes().into());
        }
    }
    Ok(())
}

/// The directory that the paths in the `RECORD` at `path` begin in.
fn site_of_record(path: &str) -> Option<&str> {
    let metadata = path.strip_suffix("/RECORD")?;
    let (site, name) = metadata.rsplit_once('/')?;
    let is_metadata = Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "dist-info");
    is_metadata.then_some(site)
}

/// A `RECORD` that lists what has taken the place of the sources. Hash and size of compiled files are left out, as the
/// specification "Recording installed projects" allows.
fn relist(text: &str, site: &str, moved: &BTreeMap<String, String>) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        let listed = line.split(',').next().unwrap_or_default();
        if moved.contains_key(&format!("{site}/{listed}")) {
            lines.push_str(listed);
            lines.push_str("c,,\n");
        } else {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    lines
}
