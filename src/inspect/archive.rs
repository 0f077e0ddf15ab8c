//! The executable as a ZIP archive: do local headers, central directory and index say the same? fastice itself reads only the index.
//!
//! References are to sections of PKWARE's APPNOTE.TXT, version 6.3.10.

use fastice_image::{FileNode, Method};

/// 4.3.7 and 4.3.12: signatures of the two kinds of headers, and their bytes before the name.
const LOCAL: (&[u8], usize) = (b"PK\x03\x04", 30);
const CENTRAL: (&[u8], usize) = (b"PK\x01\x02", 46);

/// 4.3.16: signature of the end record, and the place of the number of entries in it.
const END: &[u8] = b"PK\x05\x06";
const END_LEN: usize = 22;

/// 4.5.3: number of the extra field with 64-bit values.
const ZIP64: u64 = 1;

/// What a header says.
#[derive(Debug, PartialEq, Eq)]
struct Entry<'a> {
    name: &'a [u8],
    /// Flags, method, time and date as they are stored, and the checksum.
    fields: &'a [u8],
    size: u64,
    stored: u64,
}

/// A number of `len` bytes at `at`.
fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let mut number = [0; 8];
    number
        .get_mut(..len)?
        .copy_from_slice(bytes.get(at..at.checked_add(len)?)?);
    Some(u64::from_le_bytes(number))
}

fn length(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(number(bytes, at, 2)?).ok()
}

/// Values of 32 bits, and in place of those with all bits set the ones in the extra field (4.5.3).
fn values<const N: usize>(short: [u64; N], extra: &[u8]) -> Option<[u64; N]> {
    let mut at = 0;
    while at + 4 <= extra.len() && number(extra, at, 2)? != ZIP64 {
        at += 4 + length(extra, at + 2)?;
    }
    at += 4;
    let mut values = short;
    for value in &mut values {
        if *value == u64::from(u32::MAX) {
            *value = number(extra, at, 8)?;
            at += 8;
        }
    }
    Some(values)
}

/// The local header at `offset`, and where the data begins.
fn local(file: &[u8], offset: u64) -> Option<(Entry<'_>, u64)> {
    let at = usize::try_from(offset).ok()?;
    let header = file.get(at..)?;
    if !header.starts_with(LOCAL.0) {
        return None;
    }
    let name_end = LOCAL.1 + length(header, 26)?;
    let end = name_end + length(header, 28)?;
    let extra = header.get(name_end..end)?;
    let [size, stored] = values([number(header, 22, 4)?, number(header, 18, 4)?], extra)?;
    let entry = Entry {
        name: header.get(LOCAL.1..name_end)?,
        fields: header.get(6..18)?,
        size,
        stored,
    };
    Some((entry, offset.checked_add(end as u64)?))
}

/// The header of the central directory at the start of `bytes`, where its local header is, and its own length.
fn central(bytes: &[u8]) -> Option<(Entry<'_>, u64, usize)> {
    let name_end = CENTRAL.1 + length(bytes, 28)?;
    let extra_end = name_end + length(bytes, 30)?;
    let short = [
        number(bytes, 24, 4)?,
        number(bytes, 20, 4)?,
        number(bytes, 42, 4)?,
    ];
    let [size, stored, offset] = values(short, bytes.get(name_end..extra_end)?)?;
    let entry = Entry {
        name: bytes.get(CENTRAL.1..name_end)?,
        fields: bytes.get(8..20)?,
        size,
        stored,
    };
    Some((entry, offset, extra_end + length(bytes, 32)?))
}

/// What is wrong with the headers of the archive in `file`, whose central directory is at `directory`: names of entries, or of the
/// directory itself. `node` says what the index knows of a file.
pub(super) fn damaged(
    file: &[u8],
    directory: u64,
    node: impl Fn(&str) -> Option<FileNode>,
) -> Vec<String> {
    const DIRECTORY: &str = "the central directory";
    let mut damaged = Vec::new();
    let mut entries = 0;
    let mut rest = usize::try_from(directory)
        .ok()
        .and_then(|start| file.get(start..))
        .unwrap_or_default();
    while rest.starts_with(CENTRAL.0) {
        let Some((entry, offset, len)) = central(rest) else {
            damaged.push(DIRECTORY.to_owned());
            return damaged;
        };
        entries += 1;
        let name = String::from_utf8_lossy(entry.name);
        let fits = local(file, offset).is_some_and(|(local, data)| {
            local == entry && node(&name).is_none_or(|node| is_same(&entry, data, &node))
        });
        if !fits {
            damaged.push(format!("the headers of {name}"));
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    // 4.4.1.4: a number that does not fit is in the zip64 record, right here.
    let end = rest
        .windows(END_LEN)
        .position(|window| window.starts_with(END));
    let count = end.and_then(|end| number(rest, end + 10, 2));
    let begins = end == Some(0) || rest.starts_with(b"PK\x06\x06");
    if !begins || count.is_none_or(|count| count != entries && count != u64::from(u16::MAX)) {
        damaged.push(DIRECTORY.to_owned());
    }
    damaged
}

/// Do headers say the same as the index? `data` is where their data begins.
fn is_same(entry: &Entry, data: u64, node: &FileNode) -> bool {
    let method = match node.method {
        Method::Stored => 0,
        Method::Deflated => 8,
    };
    number(entry.fields, 2, 2) == Some(method)
        && number(entry.fields, 8, 4) == Some(node.crc32.into())
        && (entry.size, entry.stored, data) == (node.size, node.data.len, node.data.offset)
}
