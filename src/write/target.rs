//! The file that is written: all of it or nothing.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use fastice_image::{Damage, Image};
use fs_err as fs;

use crate::interrupt::{NewDirectories, TempFile};
use crate::ui::format;
use crate::{Code, Error, Result};

/// Where an executable will be.
#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
}

impl Target {
    /// Checks that `path` may be written: it is free, or holds a file that fastice made, or `force`
    /// is set.
    ///
    /// # Errors
    /// [`Code::OutputIsDirectory`], [`Code::OutputExists`], or why it cannot be looked at.
    pub(crate) fn new(path: &Path, force: bool) -> Result<Self> {
        let target = Self {
            path: path.to_owned(),
        };
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(Error::new(
                Code::OutputIsDirectory,
                format!("the output `{}` is a directory", format::path(path)),
            )
            .hint("name a file with `-o`")),
            Ok(metadata) if !(force || (metadata.is_file() && is_ours(path))) => Err(Error::new(
                Code::OutputExists,
                format!(
                    "the output `{}` exists, and fastice did not make it",
                    format::path(path)
                ),
            )
            .hint("name another file with `-o`, or overwrite it with `--force`")),
            Ok(_) => Ok(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(target),
            Err(error) => Err(target.failed(error)),
        }
    }

    /// Lets `write` fill a temporary file, and gives it its name if `accept` has nothing against it. When anything
    /// fails, nothing is left behind.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub(crate) fn write<T>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
        accept: impl FnOnce(&T) -> Result<()>,
    ) -> Result<T> {
        let directory = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let made = NewDirectories::make(directory).map_err(|error| self.failed(error))?;
        let (file, result) =
            Self::write_in(directory, write).map_err(|error| self.failed(error))?;
        accept(&result)?;
        file.persist(&self.path)
            .map_err(|error| self.failed(error))?;
        made.keep();
        Ok(result)
    }

    fn write_in<T>(
        directory: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> io::Result<(TempFile, T)> {
        let file = TempFile::new_in(directory)?;
        let mut out = BufWriter::with_capacity(1 << 20, file.writer());
        let result = write(&mut out)?;
        out.flush()?;
        drop(out);
        file.seal_executable()?;
        Ok((file, result))
    }

    fn failed(&self, error: io::Error) -> Error {
        let path = format!("`{}`", format::path(&self.path));
        let error_for =
            |code, message: String| Error::new(code, message).hint("name another file with `-o`");
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                error_for(Code::DiskFull, format!("there is no room for {path}"))
            }
            io::ErrorKind::PermissionDenied => {
                error_for(Code::NoPermission, format!("{path} may not be written"))
            }
            io::ErrorKind::ReadOnlyFilesystem => error_for(
                Code::ReadOnly,
                format!("{path} is on a read-only file system"),
            ),
            _ => error_for(Code::Io, format!("{path} cannot be written")),
        }
        .caused_by(error)
    }
}

/// Does the file at `path` end as what fastice writes does, damaged or not?
fn is_ours(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| !matches!(Image::open(&bytes), Err(Damage::NoFooter)))
}
