//! Terminal descriptions for machines that have none: the last place where ncurses looks.

use std::path::Path;

use super::create::{Files, read};
use crate::{Code, Error, Result};

/// Where they lie, below the root; the stub names the same directory to ncurses.
const DIRECTORY: &str = "share/terminfo";

/// The modules that need one.
pub(super) const USERS: [&str; 2] = ["_curses", "readline"];

/// The descriptions in `source`.
///
/// # Errors
/// [`Code::Io`], and [`Code::DamagedRuntime`] when there are none.
pub(super) fn files(source: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in walkdir::WalkDir::new(source).follow_links(true) {
        let entry = entry.map_err(|error| {
            Error::new(Code::Io, "the terminal descriptions cannot be read").caused_by(error)
        })?;
        let path = entry.path().strip_prefix(source).ok();
        if let Some(path) = path
            .and_then(Path::to_str)
            .filter(|_| entry.file_type().is_file())
        {
            files.insert(format!("{DIRECTORY}/{path}"), read(entry.path())?);
        }
    }
    if files.is_empty() {
        let name = source.display();
        return Err(Error::new(
            Code::DamagedRuntime,
            format!("{name} holds no terminal descriptions"),
        ));
    }
    Ok(files)
}
