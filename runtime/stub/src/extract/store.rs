//! The cache: `extracted` in the user's cache directory. Each entry is a directory named by its contents' checksum, with the
//! file or directory in it under its own name, so a program that shows the path shows something familiar.
//!
//! An entry comes into being by renaming, so it is there as a whole or not at all, and two processes may make it at once. Nobody but its
//! user may write to the cache: what is in it gets executed.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt;

use super::contents::{Contents, Part};
use crate::vfs::tree;

/// Name of the directory in the cache.
const NAME: &str = "extracted";

/// The path of the entry with these contents. It is made if it is not there, or no longer whole.
pub(super) fn provide(contents: &Contents) -> io::Result<PathBuf> {
    let cache = directory()?;
    make_private(&cache)?;
    let entry = cache.join(contents.key());
    let path = entry.join(&contents.name);
    if is_whole(&path, contents) {
        return Ok(path);
    }
    let workshop = Workshop::new(&cache)?;
    write(&workshop.0.join(&contents.name), contents)?;
    if fs::rename(&workshop.0, &entry).is_err() {
        // Another process was faster, or what is there is damaged.
        if is_whole(&path, contents) {
            return Ok(path);
        }
        fs::remove_dir_all(&entry)?;
        fs::rename(&workshop.0, &entry)?;
    }
    Ok(path)
}

/// Where entries are: below `$FASTICE_CACHE_DIR`, `$XDG_CACHE_HOME/fastice` or `~/.cache/fastice`, as the builder's cache.
fn directory() -> io::Result<PathBuf> {
    let variable = |name| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    variable("FASTICE_CACHE_DIR")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("fastice")))
        .or_else(|| Some(variable("HOME")?.join(".cache/fastice")))
        .map(|cache| cache.join(NAME))
        .ok_or_else(|| {
            io::Error::other("there is no place for the cache: set HOME or FASTICE_CACHE_DIR")
        })
}

/// Makes the directory, and makes sure that it belongs to the user and nobody else can write there.
fn make_private(directory: &Path) -> io::Result<()> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    let made = std::fs::DirBuilder::new().mode(0o700).create(directory);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let name = directory.display();
            return Err(io::Error::new(
                error.kind(),
                format!("failed to make the directory `{name}`: {error}"),
            ));
        }
        _ => {}
    }
    let metadata = fs::symlink_metadata(directory)?;
    // SAFETY: geteuid has no preconditions.
    let is_own = metadata.uid() == unsafe { libc::geteuid() };
    if metadata.is_dir() && is_own && metadata.mode() & 0o022 == 0 {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "`{}` is not a directory that only its user can write to",
            directory.display()
        )))
    }
}

/// Is everything there, in its full length?
fn is_whole(path: &Path, contents: &Contents) -> bool {
    let is_file = |part: &Part| {
        let metadata = fs::symlink_metadata(place(path, &part.relative));
        metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() == part.file.size)
    };
    contents.files.iter().all(is_file)
        && (contents.directories.iter()).all(|directory| place(path, directory).is_dir())
}

/// Where a part lies.
fn place(path: &Path, relative: &str) -> PathBuf {
    if relative.is_empty() {
        path.to_owned()
    } else {
        path.join(relative)
    }
}

fn write(path: &Path, contents: &Contents) -> io::Result<()> {
    for directory in &contents.directories {
        fs::create_dir(place(path, directory))?;
    }
    for Part {
        relative,
        path: inside,
        file,
    } in &contents.files
    {
        let mode = if file.executable { 0o555 } else { 0o444 };
        let mut out = fs::OpenOptions::new();
        out.write(true).create_new(true).mode(mode);
        let mut out = out.open(place(path, relative))?;
        let written = tree::with_contents(file, inside, |bytes| {
            Ok(io::Write::write_all(&mut out, bytes))
        });
        written.map_err(|errno| io::Error::from_raw_os_error(errno.0))??;
    }
    Ok(())
}

/// A directory of this process's own in the cache, which is gone when it is done, unless it was renamed.
struct Workshop(PathBuf);

impl Workshop {
    fn new(cache: &Path) -> io::Result<Self> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = cache.join(format!(".new-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let _ = fs::remove_dir_all(&path);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
