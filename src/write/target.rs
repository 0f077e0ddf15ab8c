//! The file that is written: all of it or nothing.

use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fastice_image::{Damage, Footer};
use fs_err as fs;

use crate::interrupt::{NewDirectories, TempFile};
use crate::ui::format;
use crate::{Code, Error, Result};

/// How much of a file's end is read to see whether fastice made it: more than the longest ZIP comment, which the footer is.
const TAIL: u64 = 128 << 10;

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

    /// Lets `write` fill a temporary file, and gives it its name. When anything fails, nothing is left behind.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub(crate) fn write<T>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> Result<T> {
        let mut draft = self.draft()?;
        let result = draft.write(write)?;
        draft.place()?;
        Ok(result)
    }

    /// A file beside it that nobody knows yet, and with it the directories that are missing. It goes away unless it is
    /// placed.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub(crate) fn draft(&self) -> Result<Draft<'_>> {
        let directory = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let made = NewDirectories::make(directory).map_err(|error| self.failed(error))?;
        let file = TempFile::new_in(directory).map_err(|error| self.failed(error))?;
        Ok(Draft {
            target: self,
            file,
            made,
        })
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

/// An executable that is being made.
pub(crate) struct Draft<'a> {
    target: &'a Target,
    file: TempFile,
    made: NewDirectories,
}

impl Draft<'_> {
    /// Where it is. It can be run.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Lets `write` write behind what is there.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub(crate) fn write<T>(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> Result<T> {
        let file = &mut self.file;
        let fill = || {
            let mut out = BufWriter::with_capacity(1 << 20, file.writer()?);
            let result = write(&mut out)?;
            out.flush()?;
            drop(out);
            file.close();
            file.make_executable()?;
            Ok(result)
        };
        fill().map_err(|error| self.target.failed(error))
    }

    /// Throws away what lies behind the first `len` bytes.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub(crate) fn truncate(&mut self, len: u64) -> Result<()> {
        let target = self.target;
        self.file
            .truncate(len)
            .map_err(|error| target.failed(error))
    }

    /// Gives it its name. As with any linker, when it reaches the disk is the kernel's business.
    ///
    /// # Errors
    /// Why it cannot be done; nothing is left behind then.
    pub(crate) fn place(self) -> Result<()> {
        let target = self.target;
        self.file
            .persist(&target.path)
            .map_err(|error| target.failed(error))?;
        self.made.keep();
        Ok(())
    }
}

/// Does the file at `path` end as what fastice writes does, damaged or not?
fn is_ours(path: &Path) -> bool {
    tail(path).is_ok_and(|bytes| !matches!(Footer::read(&bytes), Err(Damage::NoFooter)))
}

/// The end of a file, as much of it as a footer is looked for in.
fn tail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
