//! Code objects on the disk, by everything they depend on.

use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::{Code, Job, marshal};
use crate::cache::{self, Store};

/// Code objects by their sources.
pub(crate) struct Cache {
    store: Store,
    magic: u32,
}

impl Cache {
    /// The cache below `directory` for the CPython with this magic number.
    pub(crate) fn new(directory: &Path, magic: u32) -> Self {
        Self {
            store: Store::new(directory, cache::CODE),
            magic,
        }
    }

    fn key(&self, job: &Job) -> u128 {
        let mut hasher = Xxh3::new();
        hasher.update(&[marshal::VERSION, job.optimize]);
        hasher.update(&self.magic.to_le_bytes());
        hasher.update(&(job.filename.len() as u64).to_le_bytes());
        hasher.update(job.filename.as_bytes());
        hasher.update(&job.source);
        hasher.digest128()
    }

    /// What was stored for `job`.
    pub(crate) fn get(&self, job: &Job) -> Option<Code> {
        let bytes = self.store.get(self.key(job))?;
        let (source_hash, bytes) = bytes.split_first_chunk()?;
        let (warns, marshaled) = bytes.split_first()?;
        Some(Code {
            source_hash: *source_hash,
            warns: *warns != 0,
            marshaled: marshaled.to_vec(),
        })
    }

    /// Stores what `job` compiled to.
    pub(crate) fn put(&self, job: &Job, code: &Code) {
        let bytes = [&code.source_hash[..], &[code.warns.into()], &code.marshaled].concat();
        self.store.put(self.key(job), &bytes);
    }
}
