//! Paths inside an executable, as people write them.

use std::path::Path;

use fastice_image::ROOT;
use fastice_image::reader::Node;

use crate::inspect::Executable;
use crate::ui::format;
use crate::{Code, Error, Result};

/// The path below the root that `written` means: with or without `/fastice` in front and a slash at the end.
pub(super) fn path(written: &str) -> &str {
    let below = match written.strip_prefix(ROOT) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => written,
    };
    below.trim_matches('/')
}

/// The error for a path at which there is no file.
///
/// # Errors
/// When the executable is damaged.
pub(super) fn missing(executable: &Executable, file: &Path, path: &str) -> Result<Error> {
    let name = file.display();
    if let Some(Node::Directory(_)) = executable.node(path)? {
        return Ok(Error::new(
            Code::NotInside,
            format!("`{path}` in `{name}` is a directory"),
        )
        .hint(format!("`fastice list {name} {path}` shows what is in it")));
    }
    let files = executable.files()?;
    let error = Error::new(Code::NotInside, format!("there is no `{path}` in `{name}`"));
    // Most often a name is written without the directories before it.
    let ending = format!("/{path}");
    let ends = files.iter().find(|file| file.path.ends_with(&ending));
    let close = ends
        .map(|file| file.path.as_str())
        .or_else(|| format::closest(path, files.iter().map(|file| file.path.as_str())));
    Ok(match close {
        Some(close) => error.hint(format!("did you mean `{close}`?")),
        None => error.hint("`fastice list` shows all files"),
    })
}
