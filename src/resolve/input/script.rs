//! `fastice build script.py`.

use std::path::{Path, PathBuf};

use super::{archive, siblings};
use crate::resolve::context::Context;
use crate::resolve::request::{Choice, Resolved};
use crate::resolve::{Entry, inline_metadata};
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
    if source.contains(&0) {
        return archive::archive(context, path);
    }
    if let Some(choice) = &context.request.choice {
        let flag = match choice {
            Choice::Script(_) => "--script",
            Choice::Entry(_) => "--entry",
            Choice::Module(_) => "--module",
        };
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
    let dependencies = context.dependencies(metadata.dependencies)?;
    // As `python` does: what lies beside the file itself counts, not beside a link to it.
    let (root, file) = split(&fs_err::canonicalize(path).map_err(Error::io)?)?;
    let app = siblings::collect(&root, &file)?;
    let stem = path
        .file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let name = context.name(&stem);
    Ok(dependencies.resolved(name, Entry::Script(file), Some(app), Vec::new()))
}

/// Directory and name of a file.
fn split(path: &Path) -> Result<(PathBuf, PathBuf)> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Ok((parent.to_owned(), PathBuf::from(name))),
        _ => Err(Error::new(
            Code::NotAProgram,
            format!("`{}` is no file", format::path(path)),
        )),
    }
}
