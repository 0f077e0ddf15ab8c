//! Data on stdout.

use std::io::{ErrorKind, Write as _};

use serde::Serialize;

use crate::{Code, Error, Result};

/// Prints text. A reader that went away (`fastice list app | head`) is no error.
pub(super) fn text(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::new(Code::Io, "stdout cannot be written").caused_by(error))
        }
        _ => Ok(()),
    }
}

/// Prints one JSON document.
pub(super) fn json(document: &impl Serialize) -> Result<()> {
    let mut out = serde_json::to_string_pretty(document)
        .map_err(|error| Error::new(Code::Io, "stdout cannot be written").caused_by(error))?;
    out.push('\n');
    text(&out)
}
