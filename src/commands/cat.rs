//! `fastice cat`.

use std::io::{ErrorKind, Write as _};

use super::inside;
use crate::cli;
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};
use crate::{Code, Error, Result};

/// Prints the contents of a file inside an executable, byte for byte.
pub(super) fn cat(arguments: &cli::Cat) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let path = inside::path(&arguments.path);
    let Some(contents) = executable.contents(path)? else {
        return Err(inside::missing(&executable, &arguments.file, path)?);
    };
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(&contents).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::new(Code::Io, "stdout cannot be written").caused_by(error))
        }
        _ => Ok(ExitStatus::Success),
    }
}
