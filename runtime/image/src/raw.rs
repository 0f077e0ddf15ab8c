//! Contents in stored form.

use std::borrow::Cow;

use crate::{Method, deflate};

/// Contents in the form they are stored in. Lets a builder compress on many threads, and copy from image to image.
#[derive(Clone, Debug)]
pub struct Raw<'a> {
    /// The stored bytes.
    pub stored: Cow<'a, [u8]>,
    /// How they are stored.
    pub method: Method,
    /// Size of the contents, in bytes.
    pub size: u64,
    /// CRC-32 of the contents, as ZIP wants it.
    pub crc32: u32,
}

impl<'a> Raw<'a> {
    /// Contents to be stored as they are.
    pub fn store(contents: impl Into<Cow<'a, [u8]>>) -> Self {
        let stored = contents.into();
        Self {
            method: Method::Stored,
            size: stored.len() as u64,
            crc32: deflate::crc32(&stored),
            stored,
        }
    }

    /// Deflates `contents`, or stores them where that would not make them smaller.
    pub fn deflate(contents: impl Into<Cow<'a, [u8]>>) -> Self {
        let contents = contents.into();
        match deflate::deflate(&contents) {
            Some(stream) => Self {
                stored: Cow::Owned(stream),
                method: Method::Deflated,
                size: contents.len() as u64,
                crc32: deflate::crc32(&contents),
            },
            None => Self::store(contents),
        }
    }

    /// The same, without owning the stored bytes.
    #[must_use]
    pub fn borrowed(&self) -> Raw<'_> {
        Raw {
            stored: Cow::Borrowed(&self.stored),
            ..*self
        }
    }
}
