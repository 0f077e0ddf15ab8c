//! A part of the cache in which bytes lie by the checksum of everything they depend on.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use xxhash_rust::xxh3::xxh3_64;

use crate::interrupt::TempFile;

/// Bytes by key. Safe to share between builds that run at the same time: files appear whole or not at all, and one that
/// is not what was written counts as absent.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    directory: PathBuf,
}

impl Store {
    /// The part `name` of the cache at `cache`.
    pub(crate) fn new(cache: &Path, name: &str) -> Self {
        Self {
            directory: cache.join(name),
        }
    }

    fn path(&self, key: u128) -> PathBuf {
        let key = format!("{key:032x}");
        self.directory.join(&key[..2]).join(&key[2..])
    }

    /// What was put under `key`.
    pub(crate) fn get(&self, key: u128) -> Option<Vec<u8>> {
        let mut bytes = fs::read(self.path(key)).ok()?;
        let end = bytes.len().checked_sub(size_of::<u64>())?;
        let checksum = u64::from_le_bytes(*bytes[end..].first_chunk()?);
        bytes.truncate(end);
        (xxh3_64(&bytes) == checksum).then_some(bytes)
    }

    /// Puts `bytes` under `key`. A cache that cannot be written makes builds slower, not wrong, so this cannot fail.
    pub(crate) fn put(&self, key: u128, bytes: &[u8]) {
        let path = self.path(key);
        let Some(directory) = path.parent() else {
            return;
        };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(directory)?;
            let mut file = TempFile::new_in(directory)?;
            let mut out = file.writer()?;
            out.write_all(bytes)?;
            out.write_all(&xxh3_64(bytes).to_le_bytes())?;
            drop(out);
            file.persist(&path)
        };
        // See above: what was to be kept is at hand, only the next build pays.
        let _ = write();
    }
}
