//! `fastice build program.pyz`: a ZIP archive that Python can run, as `zipapp`, shiv and pex make it.
//!
//! It goes in byte for byte and runs as `python FILE`. Where another entry is chosen, or `--mode directory`, it is unpacked
//! and its files are taken as they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::configure::Mode;
use crate::resolve::context::Context;
use crate::resolve::request::Resolved;
use crate::resolve::{AppTree, Entry, entry, tree, zip};
use crate::ui::format;
use crate::{Code, Error, Result};

/// An archive of a program.
pub(super) fn archive(context: &Context, path: &Path) -> Result<Resolved> {
    let has_main = zip::check(path)?;
    let whose = format!("the archive `{}`", format::path(path));
    let chosen = match &context.request.choice {
        Some(choice) => choice.entry()?,
        None => None,
    };
    let name = file_stem(path);
    if chosen.is_none() && context.request.choice.is_some() {
        return Err(Error::new(
            Code::NoSuchScript,
            format!("{whose} has no console scripts"),
        )
        .hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"));
    }
    if chosen.is_none() && !has_main && context.request.bins.is_empty() {
        return Err(Error::new(
            Code::NoEntry,
            format!("{whose} has no `__main__.py` at its top"),
        )
        .hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"));
    }
    let is_unpacked = chosen.is_some()
        || !context.request.bins.is_empty()
        || context.request.mode == Some(Mode::Directory);
    if !is_unpacked {
        let dependencies = context.dependencies(Vec::new(), None)?;
        let real = fs_err::canonicalize(path).map_err(Error::io)?;
        let file = PathBuf::from(real.file_name().unwrap_or(real.as_os_str()));
        let app = AppTree {
            root: real.parent().unwrap_or(Path::new("/")).to_owned(),
            files: vec![file.clone()],
        };
        let entry = Some(Entry::Archive(file));
        let name = context.name(&name);
        return Ok(dependencies.resolved(name, entry, Vec::new(), Some(app), Vec::new()));
    }
    let unpacked = zip::unpack(path)?;
    let root = unpacked.path();
    let entry = chosen.or_else(|| has_main.then_some(Entry::Directory));
    let mut dependencies = context.dependencies(Vec::new(), None)?;
    let roots: Vec<&Path> = std::iter::once(root)
        .chain(dependencies.directory())
        .collect();
    if let Some(entry) = &entry {
        entry::check(entry, &roots)?;
    }
    let alternatives = context.alternatives(&BTreeMap::new(), &whose, &roots)?;
    let app = tree::package(root, root)?;
    dependencies.keep(unpacked);
    let name = context.name(&name);
    Ok(dependencies.resolved(name, entry, alternatives, Some(app), Vec::new()))
}

/// The name of a file without its last ending.
fn file_stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}
