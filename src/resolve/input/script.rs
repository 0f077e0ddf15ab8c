//! `fastice build script.py`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{archive, bytecode, siblings};
use crate::resolve::context::Context;
use crate::resolve::installer::Home;
use crate::resolve::request::Resolved;
use crate::resolve::{Entry, inline_metadata, zip};
use crate::ui::format;
use crate::{Code, Error, Result};

/// A script, with the modules beside it that it imports. A file that is no text may be an archive of a program.
pub(super) fn script(context: &Context, path: &Path) -> Result<Resolved> {
    if !path.is_file() {
        // Reading a pipe or a device may never end.
        return Err(Error::new(
            Code::NotAProgram,
            format!("`{}` is neither a file nor a directory", format::path(path)),
        ));
    }
    let source = fs_err::read(path).map_err(Error::io)?;
    if zip::is_meant(path, &source) {
        return archive::archive(context, path);
    }
    if path.extension().is_some_and(|extension| extension == "pyc") {
        return bytecode::bytecode(context, path, &source);
    }
    if source.contains(&0) {
        return Err(Error::new(
            Code::NotAProgram,
            format!("`{}` is not a Python script", format::path(path)),
        )
        .hint("name a script, or a directory with a pyproject.toml or a __main__.py"));
    }
    if let Some(choice) = &context.request.choice {
        let flag = choice.flag();
        return Err(Error::new(
            Code::InvalidEntry,
            format!(
                "`{flag}` chooses within a project, and `{}` is a script",
                format::path(path)
            ),
        )
        .hint("leave the flag away, or name the project's directory"));
    }
    let text = String::from_utf8_lossy(&source);
    let metadata = inline_metadata::read(path, &text)?;
    context.check_python(metadata.requires_python.as_deref(), path)?;
    let dependencies =
        context.dependencies(metadata.dependencies, Some(Home::Script(path.to_owned())))?;
    // As `python` does: what lies beside the file itself counts, not beside a link to it.
    let (root, file) = split(&fs_err::canonicalize(path).map_err(Error::io)?)?;
    let mut app = siblings::collect(&root, &file)?;
    siblings::add_traced(&mut app, &context.request.traced);
    let stem = path
        .file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let name = context.name(&stem);
    let mut roots = vec![root.as_path()];
    let site = dependencies.directory().map(Path::to_owned);
    roots.extend(site.as_deref());
    let whose = format!("the script `{}`", format::path(path));
    let alternatives = context.alternatives(&BTreeMap::new(), &whose, &roots)?;
    let entry = Some(Entry::Script(file));
    Ok(dependencies.resolved(name, entry, alternatives, Some(app), Vec::new()))
}

/// Directory and name of a file.
pub(super) fn split(path: &Path) -> Result<(PathBuf, PathBuf)> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Ok((parent.to_owned(), PathBuf::from(name))),
        _ => Err(Error::new(
            Code::NotAProgram,
            format!("`{}` is no file", format::path(path)),
        )),
    }
}
