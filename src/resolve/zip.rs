//! Reading ZIP archives that somebody else made, and refusing those that cannot be what they claim.

use std::io::{self, Read as _};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::tree;
use crate::interrupt::TempDir;
use crate::ui::format;
use crate::{Code, Error, Result};

/// An archive that is larger than this, unpacked, and more than [`RATIO`] times as large as it is packed, is a bomb. Deflate
/// cannot do more than 1,032 times; sources and machine code become 3 to 10 times as large.
const LARGE: u64 = 64 << 20;

/// See [`LARGE`].
const RATIO: u64 = 100;

/// Where the signature of a ZIP archive may begin: some have a shebang line in front.
const SIGNATURE: &[u8] = b"PK\x03\x04";

/// Is the file at `path`, which begins with `begin`, meant as a ZIP archive, whole or not?
pub(super) fn is_meant(path: &Path, contents: &[u8]) -> bool {
    let named = path.extension().is_some_and(|extension| {
        ["pyz", "pyzw", "zip", "pex", "whl"]
            .iter()
            .any(|known| extension == *known)
    });
    let first_line = contents
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    named
        || contents.starts_with(SIGNATURE)
        || (contents.starts_with(b"#!") && contents[first_line..].starts_with(SIGNATURE))
}

/// Reads all of the archive at `path`. Has it a `__main__`?
///
/// # Errors
/// [`Code::DamagedArchive`], [`Code::EncryptedArchive`], [`Code::UnsafeArchive`].
pub(super) fn check(path: &Path) -> Result<bool> {
    let mut has_main = false;
    each(path, &mut |name, entry| {
        has_main |= matches!(name, "__main__.py" | "__main__.pyc");
        io::copy(entry, &mut io::sink()).map(|_| ())
    })?;
    Ok(has_main)
}

/// Unpacks the archive at `path` into a temporary directory.
///
/// # Errors
/// As [`check`], and when the directory cannot be written.
pub(super) fn unpack(path: &Path) -> Result<TempDir> {
    let directory = tree::temporary()?;
    each(path, &mut |name, entry| {
        let target = directory.path().join(name);
        if entry.is_dir() {
            return fs_err::create_dir_all(target);
        }
        if let Some(parent) = target.parent() {
            fs_err::create_dir_all(parent)?;
        }
        let mut out = fs_err::File::create(&target)?;
        io::copy(entry, &mut out).map(|_| ())
    })?;
    Ok(directory)
}

/// The Python sources and byte code in the archive at `path`, by name.
///
/// # Errors
/// As [`check`].
pub(crate) fn code(path: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    each(path, &mut |name, entry| {
        let is_code = Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "py" || extension == "pyc");
        if is_code {
            let mut contents = Vec::new();
            entry.read_to_end(&mut contents)?;
            found.push((name.to_owned(), contents));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Did pex make the archive at `path`?
pub(crate) fn is_pex(path: &Path) -> bool {
    let archive = fs_err::File::open(path).map(ZipArchive::new);
    matches!(archive, Ok(Ok(archive)) if archive.index_for_name("PEX-INFO").is_some())
}

/// Calls `use_it` for each entry, after the checks.
fn each(
    path: &Path,
    use_it: &mut dyn FnMut(&str, &mut ZipFile<'_, fs_err::File>) -> io::Result<()>,
) -> Result<()> {
    let shown = format::path(path);
    let damaged = |error: ZipError| {
        Error::new(
            Code::DamagedArchive,
            format!("the archive `{shown}` cannot be read"),
        )
        .caused_by(error)
        .hint("make it again, or copy it again")
    };
    let file = fs_err::File::open(path).map_err(Error::io)?;
    let packed = file.metadata().map_err(Error::io)?.len();
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    let mut unpacked = 0_u64;
    for number in 0..archive.len() {
        let raw = archive.by_index_raw(number).map_err(damaged)?;
        let name = raw.name().map_err(damaged)?.into_owned();
        if raw.encrypted() {
            return Err(Error::new(
                Code::EncryptedArchive,
                format!("`{name}` in the archive `{shown}` is encrypted"),
            )
            .hint("make the archive without a password: Python cannot import from it either"));
        }
        if leads_out(&name) {
            return Err(Error::new(
                Code::UnsafeArchive,
                format!(
                    "the archive `{shown}` has a name that leads out of it: `{}`",
                    name.escape_debug()
                ),
            )
            .hint("make the archive with relative names that have no `..` in them"));
        }
        unpacked = unpacked.saturating_add(raw.size());
        if unpacked > LARGE && unpacked / RATIO > packed {
            return Err(Error::new(
                Code::UnsafeArchive,
                format!(
                    "the archive `{shown}` would be more than {RATIO} times as large unpacked: {} of {}",
                    format::size(unpacked),
                    format::size(packed)
                ),
            )
            .hint("no program is packed that well; look at what is in it with `unzip -l`"));
        }
        drop(raw);
        let mut entry = archive.by_index(number).map_err(damaged)?;
        use_it(&name, &mut entry).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::Other => damaged(error.into()),
            _ => Error::io(error),
        })?;
    }
    Ok(())
}

/// Is the name absolute, or does it climb?
fn leads_out(name: &str) -> bool {
    let is_drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with(['/', '\\'])
        || is_drive
        || name.contains('\0')
        || name.split(['/', '\\']).any(|part| part == "..")
}
