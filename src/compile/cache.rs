//! Code objects on the disk, by everything they depend on.

use std::io::Write;
use std::path::{Path, PathBuf};

use fs_err as fs;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{Code, Job, marshal};
use crate::interrupt::TempFile;

/// A directory of code objects. Safe to share between builds that run at the same time: files
/// appear whole or not at all, and one that is not what was written counts as absent.
pub(crate) struct Cache {
    directory: PathBuf,
    magic: u32,
}

impl Cache {
    /// The cache below `directory` for the CPython with this magic number.
    pub(crate) fn new(directory: &Path, magic: u32) -> Self {
        Self {
            directory: directory.join("code"),
            magic,
        }
    }

    fn path(&self, job: &Job) -> PathBuf {
        let mut hasher = Xxh3::new();
        hasher.update(&[marshal::VERSION, job.optimize]);
        hasher.update(&self.magic.to_le_bytes());
        hasher.update(&(job.filename.len() as u64).to_le_bytes());
        hasher.update(job.filename.as_bytes());
        hasher.update(&job.source);
        let key = format!("{:032x}", hasher.digest128());
        self.directory.join(&key[..2]).join(&key[2..])
    }

    /// What was stored for `job`.
    pub(crate) fn get(&self, job: &Job) -> Option<Code> {
        let bytes = fs::read(self.path(job)).ok()?;
        let (checksum, payload) = bytes.split_first_chunk()?;
        if xxh3_64(payload) != u64::from_le_bytes(*checksum) {
            return None;
        }
        let (source_hash, marshaled) = payload.split_first_chunk()?;
        Some(Code {
            source_hash: *source_hash,
            marshaled: marshaled.to_vec(),
        })
    }

    /// Stores what `job` compiled to. A cache that cannot be written makes builds slower, not
    /// wrong, so this cannot fail.
    pub(crate) fn put(&self, job: &Job, code: &Code) {
        let path = self.path(job);
        let Some(directory) = path.parent() else {
            return;
        };
        let payload = [&code.source_hash[..], &code.marshaled].concat();
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(directory)?;
            let file = TempFile::new_in(directory)?;
            let mut out = file.writer();
            out.write_all(&xxh3_64(&payload).to_le_bytes())?;
            out.write_all(&payload)?;
            drop(out);
            file.persist(&path)
        };
        // See above: the code object is at hand, only the next build pays.
        let _ = write();
    }
}
