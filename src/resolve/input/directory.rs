//! `fastice build DIR`, a directory without any project file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::resolve::context::Context;
use crate::resolve::request::Resolved;
use crate::resolve::{Entry, entry, tree};
use crate::ui::format;
use crate::{Code, Error, Result};

/// A directory without any project file: a package, a directory with a `__main__.py`, or a place where `-m` and `-e`
/// find their modules.
pub(super) fn plain(context: &Context, directory: &Path) -> Result<Resolved> {
    let has = |name: &str| directory.join(name).is_file();
    let parent = directory.parent().unwrap_or(directory);
    let chosen = match &context.request.choice {
        Some(choice) => Some(choice.entry()?.ok_or_else(|| {
            Error::new(
                Code::NoSuchScript,
                format!(
                    "`{}` has no console scripts: it has no pyproject.toml",
                    format::path(directory)
                ),
            )
            .hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`")
        })?),
        None => None,
    };
    let (root, entry) = match chosen {
        Some(entry) => (directory, Ok(entry)),
        None if has("__main__.py") && has("__init__.py") => {
            (parent, Ok(Entry::Module(directory_name(directory))))
        }
        None if has("__main__.py") => (directory, Ok(Entry::Directory)),
        None => {
            let error = Error::new(
                Code::NoEntry,
                format!(
                    "`{}` has neither a pyproject.toml nor a __main__.py",
                    format::path(directory)
                ),
            );
            (directory, Err(suggest_modules(error, directory)))
        }
    };
    let entry = context.main(entry)?;
    let dependencies = context.dependencies(Vec::new(), None)?;
    let roots: Vec<&Path> = std::iter::once(root)
        .chain(dependencies.directory())
        .collect();
    if let Some(entry) = &entry {
        entry::check(entry, &roots)?;
    }
    let whose = format!("the directory `{}`", format::path(directory));
    let alternatives = context.alternatives(&BTreeMap::new(), &whose, &roots)?;
    let app = if root == directory {
        tree::project(root)?
    } else {
        tree::package(root, directory)?
    };
    let name = match &entry {
        Some(Entry::Module(module) | Entry::Function { module, .. }) => {
            module.split('.').next().unwrap_or(module).to_owned()
        }
        _ => directory_name(directory),
    };
    let name = context.name(&name);
    Ok(dependencies.resolved(name, entry, alternatives, Some(app), Vec::new()))
}

/// Adds to an error about a missing entry the modules of `root` that could run.
pub(super) fn suggest_modules(error: Error, root: &Path) -> Error {
    if error.code() != Code::NoEntry {
        return error;
    }
    let mut names: Vec<String> = fs_err::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let stem = path.file_stem()?.to_str()?.to_owned();
            let runs = path.join("__main__.py").is_file()
                || (path.extension().is_some_and(|extension| extension == "py")
                    && !matches!(stem.as_str(), "setup" | "conftest" | "noxfile" | "__init__"));
            runs.then_some(stem)
        })
        .collect();
    names.sort();
    match names.as_slice() {
        [] => error.hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"),
        [only] => error.hint(format!("to run the module `{only}` use `-m {only}`")),
        [first, ..] => {
            let first = names.iter().find(|name| *name == "main").unwrap_or(first);
            let list = names
                .iter()
                .take(8)
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>();
            error.hint(format!(
                "choose a module with `-m {first}`; there are {}",
                list.join(", ")
            ))
        }
    }
}

/// The name of a directory.
pub(super) fn directory_name(directory: &Path) -> String {
    directory
        .file_name()
        .unwrap_or(directory.as_os_str())
        .to_string_lossy()
        .into_owned()
}
