//! Raw deflate streams (RFC 1951), the ZIP method 8.

use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};

/// The level of every stream. Part of the format's determinism: same contents, same bytes.
const LEVEL: u32 = 6;

/// No deflate stream expands further: a block of the best kind gives 258 bytes for 2 bits.
const MOST_EXPANSION: u64 = 1032;

/// The stream for `contents`, or nothing if it would not be shorter.
pub(crate) fn deflate(contents: &[u8]) -> Option<Vec<u8>> {
    let mut stream = Vec::with_capacity(contents.len());
    let mut compress = Compress::new(Compression::new(LEVEL), false);
    match compress.compress_vec(contents, &mut stream, FlushCompress::Finish) {
        Ok(Status::StreamEnd) if stream.len() < contents.len() => Some(stream),
        _ => None,
    }
}

/// The `size` bytes that `stream` holds; nothing if it is no stream or one of another length.
pub(crate) fn inflate(stream: &[u8], size: u64) -> Option<Vec<u8>> {
    // Memory for what a lie about the size claims must not be asked for.
    if size > (stream.len() as u64).saturating_mul(MOST_EXPANSION) {
        return None;
    }
    let mut contents = Vec::new();
    // One byte more: into a full buffer no progress is made, and the end of the stream still has to be read.
    contents
        .try_reserve_exact(usize::try_from(size).ok()?.checked_add(1)?)
        .ok()?;
    let mut decompress = Decompress::new(false);
    let status = decompress
        .decompress_vec(stream, &mut contents, FlushDecompress::Finish)
        .ok()?;
    let whole = status == Status::StreamEnd
        && decompress.total_in() == stream.len() as u64
        && contents.len() as u64 == size;
    whole.then_some(contents)
}

/// CRC-32 as ZIP has it (APPNOTE 4.4.7).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
