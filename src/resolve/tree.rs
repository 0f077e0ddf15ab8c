//! Directories taken as they lie.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ignore::WalkBuilder;

use super::AppTree;
use crate::interrupt::TempDir;
use crate::ui::format;
use crate::{Code, Error, Result, cache};

/// Directories that are never part of a program: caches, environments, what builds leave behind.
const NEVER: [&str; 9] = [
    "__pycache__",
    "node_modules",
    ".git",
    ".hg",
    ".svn",
    ".tox",
    ".nox",
    ".venv",
    ".eggs",
];

/// The files of the project in `root` that belong to the program: all but version control, virtual environments, caches,
/// what builds leave behind (`dist`, `build` beside a `pyproject.toml`), and what `.gitignore` files name. Sorted.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn project(root: &Path) -> Result<AppTree> {
    list(root, root, true)
}

/// The files of the package `package`, a directory in `root`: as [`project`], and also what `.gitignore` names, for generated
/// modules are often not in version control and yet imported.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn package(root: &Path, package: &Path) -> Result<AppTree> {
    list(root, package, false)
}

fn list(root: &Path, directory: &Path, ignore: bool) -> Result<AppTree> {
    let mut files = Vec::new();
    let walk = WalkBuilder::new(directory)
        .hidden(false)
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .git_ignore(ignore)
        .parents(ignore)
        .follow_links(true)
        .filter_entry(|entry| !entry.path().is_dir() || is_program_directory(entry.path()))
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            // Links that lead nowhere or back up, and patterns of a `.gitignore` that mean nothing, are no part of a program.
            Err(error) if is_harmless(&error) => continue,
            Err(error) => {
                let message = format!("`{}` cannot be listed", format::path(directory));
                return Err(Error::new(Code::Io, message).caused_by(error));
            }
        };
        if entry.path().is_file()
            && let Ok(relative) = entry.path().strip_prefix(root)
        {
            files.push(relative.to_owned());
        }
    }
    files.sort();
    Ok(AppTree {
        root: root.to_owned(),
        files,
    })
}

fn is_harmless(error: &ignore::Error) -> bool {
    error
        .io_error()
        .is_none_or(|error| error.kind() == io::ErrorKind::NotFound)
}

fn is_program_directory(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return true;
    };
    let built = matches!(name, "dist" | "build")
        && path.parent().is_some_and(|parent| {
            parent.join("pyproject.toml").exists() || parent.join("setup.py").exists()
        });
    !(NEVER.contains(&name)
        || built
        || (name.starts_with('.') && name.ends_with("_cache"))
        || name.ends_with(".egg-info")
        || path.join("pyvenv.cfg").exists())
}

/// How long a temporary tree is taken for one that a build still needs.
const STALE: Duration = Duration::from_hours(24);

/// A temporary directory in the cache. Those that killed builds left there go on this occasion.
///
/// # Errors
/// When the cache cannot be written.
pub(super) fn temporary() -> Result<TempDir> {
    let parent = cache::directory()?.join("trees");
    fs_err::create_dir_all(&parent).map_err(Error::io)?;
    for entry in fs_err::read_dir(&parent).map_err(Error::io)?.flatten() {
        let age = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok();
        if age
            .and_then(|time| time.elapsed().ok())
            .is_some_and(|age| age > STALE)
        {
            // Another build may be doing the same.
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }
    TempDir::new_in(&parent).map_err(Error::io)
}

/// The absolute form of a path the user gave, without touching symbolic links.
///
/// # Errors
/// When the working directory is gone.
pub(super) fn absolute(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(Error::io)?;
    // `.` and `..` at the end would leave the path without a name.
    match absolute.file_name() {
        Some(_) if !absolute.ends_with("..") => Ok(absolute),
        _ => fs_err::canonicalize(&absolute).map_err(Error::io),
    }
}
