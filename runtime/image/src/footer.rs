//! The footer: how an image is found. It is the comment of the ZIP archive, so it must be text that a
//! person may see (`unzip -l` prints it).

/// The last bytes of an executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Format of the image.
    pub format: u16,
    /// Length of the whole file, in bytes.
    pub file_len: u64,
    /// Offset of the index, in bytes.
    pub index_offset: u64,
    /// Length of the index, in bytes.
    pub index_len: u64,
    /// Length of the encoded header at the start of the index, in bytes.
    pub header_len: u64,
    /// XXH3 of the encoded header.
    pub header_hash: u64,
}
