//! The ZIP container, written front to back.
//!
//! Written here and not by a library, because an image needs what those do not offer: data that is
//! already compressed, the offset of each entry's data, alignment, and no seeking. Section numbers are those of
//! PKWARE's APPNOTE.TXT 6.3.10.

use std::io::{self, Write};

use crate::Method;

/// MS-DOS date 1980-01-01, the earliest there is; the time is 00:00 (4.4.6).
const DOS_DATE: u16 = 0x0021;
/// Made by: UNIX, version 4.5 of the specification (4.4.2).
const MADE_BY: u16 = 0x032d;
/// Needed to extract: 2.0, or 4.5 for ZIP64 (4.4.3).
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;
/// Names are UTF-8 (4.4.4, bit 11).
const UTF8: u16 = 1 << 11;
/// Extra field of ZIP64 sizes and offsets (4.5.3).
const EXTRA_ZIP64: u16 = 0x0001;
/// Extra field that only takes room, so that the data behind it is aligned: the one that Android's zipalign uses.
const EXTRA_ALIGNMENT: u16 = 0xd935;
/// A 32-bit field whose value is in the ZIP64 extra field.
const IN_ZIP64: u32 = u32::MAX;

/// An entry as the central directory lists it.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) crc32: u32,
    pub(crate) stored_len: u64,
    pub(crate) size: u64,
    /// External attributes: the UNIX mode in the upper half, those of MS-DOS in the lower (4.4.15).
    pub(crate) attributes: u32,
    /// Offset of the local header from the start of the file.
    pub(crate) offset: u64,
}

impl Entry {
    /// The local file header (4.3.7) for an entry at `offset`, with padding so that the data that follows
    /// begins at a multiple of `alignment`.
    pub(crate) fn local_header(&self, alignment: u64) -> io::Result<Vec<u8>> {
        let zip64 = self.sizes_need_zip64();
        let mut extra = Vec::new();
        if zip64 {
            put16(&mut extra, EXTRA_ZIP64);
            put16(&mut extra, 16);
            put64(&mut extra, self.size);
            put64(&mut extra, self.stored_len);
        }
        if alignment > 1 {
            let end = self.offset + 30 + self.name.len() as u64 + extra.len() as u64 + 4;
            let padding = end.next_multiple_of(alignment) - end;
            put16(&mut extra, EXTRA_ALIGNMENT);
            put16(&mut extra, len16(padding)?);
            extra.extend(std::iter::repeat_n(0, usize::from(len16(padding)?)));
        }
        let mut out = b"PK\x03\x04".to_vec();
        self.common(&mut out, zip64);
        put32(
            &mut out,
            if zip64 {
                IN_ZIP64
            } else {
                clamp(self.stored_len)
            },
        );
        put32(&mut out, if zip64 { IN_ZIP64 } else { clamp(self.size) });
        put16(&mut out, len16(self.name.len() as u64)?);
        put16(&mut out, len16(extra.len() as u64)?);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
        Ok(out)
    }

    /// The entry of the central directory (4.3.12).
    fn central_header(&self) -> io::Result<Vec<u8>> {
        // In the central directory the ZIP64 field holds just those values that need it.
        let mut large = Vec::new();
        for value in [self.size, self.stored_len, self.offset] {
            if value >= u64::from(IN_ZIP64) {
                put64(&mut large, value);
            }
        }
        let mut extra = Vec::new();
        if !large.is_empty() {
            put16(&mut extra, EXTRA_ZIP64);
            put16(&mut extra, len16(large.len() as u64)?);
            extra.append(&mut large);
        }
        let mut out = b"PK\x01\x02".to_vec();
        put16(&mut out, MADE_BY);
        self.common(&mut out, !extra.is_empty());
        put32(&mut out, clamp(self.stored_len));
        put32(&mut out, clamp(self.size));
        put16(&mut out, len16(self.name.len() as u64)?);
        put16(&mut out, len16(extra.len() as u64)?);
        put16(&mut out, 0); // comment
        put16(&mut out, 0); // disk
        put16(&mut out, 0); // internal attributes
        put32(&mut out, self.attributes);
        put32(&mut out, clamp(self.offset));
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
        Ok(out)
    }

    /// Version, flags, method, time and CRC: the fields both headers share, in this order.
    fn common(&self, out: &mut Vec<u8>, zip64: bool) {
        put16(out, if zip64 { VERSION_ZIP64 } else { VERSION });
        put16(out, if self.name.is_ascii() { 0 } else { UTF8 });
        put16(
            out,
            match self.method {
                Method::Stored => 0,
                Method::Deflated => 8,
            },
        );
        put16(out, 0);
        put16(out, DOS_DATE);
        put32(out, self.crc32);
    }

    fn sizes_need_zip64(&self) -> bool {
        self.size.max(self.stored_len) >= u64::from(IN_ZIP64)
    }
}

/// Central directory and end records (4.3.12 to 4.3.16), for a directory that begins at `offset`. The archive's
/// comment of `comment_len` bytes is to follow.
pub(crate) fn directory(entries: &[Entry], offset: u64, comment_len: u16) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for entry in entries {
        out.write_all(&entry.central_header()?)?;
    }
    let len = out.len() as u64;
    let count = entries.len() as u64;
    if count >= 0xffff || len.max(offset) >= u64::from(IN_ZIP64) {
        let record = offset + len;
        out.extend_from_slice(b"PK\x06\x06");
        put64(&mut out, 44);
        put16(&mut out, MADE_BY);
        put16(&mut out, VERSION_ZIP64);
        put32(&mut out, 0);
        put32(&mut out, 0);
        put64(&mut out, count);
        put64(&mut out, count);
        put64(&mut out, len);
        put64(&mut out, offset);
        out.extend_from_slice(b"PK\x06\x07");
        put32(&mut out, 0);
        put64(&mut out, record);
        put32(&mut out, 1);
    }
    let short = u16::try_from(count).unwrap_or(u16::MAX);
    out.extend_from_slice(b"PK\x05\x06");
    put16(&mut out, 0);
    put16(&mut out, 0);
    put16(&mut out, short);
    put16(&mut out, short);
    put32(&mut out, clamp(len));
    put32(&mut out, clamp(offset));
    put16(&mut out, comment_len);
    Ok(out)
}

fn clamp(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(IN_ZIP64)
}

fn len16(len: u64) -> io::Result<u16> {
    u16::try_from(len).map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "a path longer than 65535 bytes",
        )
    })
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}
