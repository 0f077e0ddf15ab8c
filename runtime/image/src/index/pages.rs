//! Bytes that are verified page by page, each page when it is first read.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{PAGE, damaged, malformed};
use crate::{Damage, hash};

/// Bytes with a note of which of their pages were verified.
pub(crate) struct Pages<'a> {
    bytes: &'a [u8],
    /// A bit for each page. Threads may verify a page twice, to the same end: no order is needed between them.
    verified: Box<[AtomicU64]>,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let words = bytes.len().div_ceil(PAGE).div_ceil(64);
        Self {
            bytes,
            verified: (0..words).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// All bytes, verified or not.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Was the page verified before?
    #[inline]
    pub(crate) fn is_verified(&self, page: usize) -> bool {
        self.verified
            .get(page / 64)
            .is_some_and(|word| word.load(Ordering::Relaxed) & (1 << (page % 64)) != 0)
    }

    /// Verifies a page.
    pub(crate) fn verify(&self, page: usize, expected: u64) -> Result<(), Damage> {
        let bytes = self.bytes.chunks(PAGE).nth(page).ok_or_else(malformed)?;
        if !hash::is_intact(bytes, expected) {
            return Err(damaged());
        }
        self.verified[page / 64].fetch_or(1 << (page % 64), Ordering::Relaxed);
        Ok(())
    }
}
