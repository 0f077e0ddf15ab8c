//! `fastice build program.pyz`: a ZIP archive that Python can run (the standard library's `zipapp`).

use std::io;
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::interrupt::TempDir;
use crate::resolve::context::Context;
use crate::resolve::request::{Choice, Resolved};
use crate::resolve::{Entry, entry, tree};
use crate::ui::format;
use crate::{Code, Error, Result};

/// An archive: it is unpacked, and runs as `python DIR` with what was in it.
pub(super) fn archive(context: &Context, path: &Path) -> Result<Resolved> {
    let unpacked = unpack(path)?;
    let root = unpacked.path();
    let entry = match &context.request.choice {
        Some(Choice::Entry(text)) => entry::parse(text)?,
        Some(Choice::Module(text)) => entry::parse_module(text)?,
        None if root.join("__main__.py").is_file() => Entry::Directory,
        None | Some(Choice::Script(_)) => {
            return Err(Error::new(
                Code::NoEntry,
                format!(
                    "the archive `{}` has no `__main__.py` at its top",
                    format::path(path)
                ),
            )
            .hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"));
        }
    };
    let mut dependencies = context.dependencies(Vec::new())?;
    let roots: Vec<&Path> = std::iter::once(root)
        .chain(dependencies.directory())
        .collect();
    entry::check(&entry, &roots)?;
    let app = tree::package(root, root)?;
    let stem = path
        .file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    dependencies.keep(unpacked);
    Ok(dependencies.resolved(context.name(&stem), entry, Some(app), Vec::new()))
}

/// Unpacks the archive at `path` into a temporary directory.
fn unpack(path: &Path) -> Result<TempDir> {
    let file = fs_err::File::open(path).map_err(Error::io)?;
    let mut archive = ZipArchive::new(file).map_err(|_| {
        Error::new(
            Code::NotAProgram,
            format!("`{}` is not a Python script", format::path(path)),
        )
        .hint("name a script, or a directory with a pyproject.toml or a __main__.py")
    })?;
    let damaged = |error: ZipError| {
        Error::new(
            Code::NotAProgram,
            format!("the archive `{}` cannot be read", format::path(path)),
        )
        .caused_by(error)
    };
    let directory = tree::temporary()?;
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).map_err(damaged)?;
        // Names that lead out of the archive are no part of a program.
        let Some(name) = entry.enclosed_name().filter(|_| entry.is_file()) else {
            continue;
        };
        let target = directory.path().join(name);
        if let Some(parent) = target.parent() {
            fs_err::create_dir_all(parent).map_err(Error::io)?;
        }
        let mut out = fs_err::File::create(&target).map_err(Error::io)?;
        io::copy(&mut entry, &mut out).map_err(|error| damaged(error.into()))?;
    }
    Ok(directory)
}
