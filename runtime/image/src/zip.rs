//! Writing a ZIP archive front to back, with entries that are already compressed and at chosen places.
//!
//! References are to sections of PKWARE's APPNOTE.TXT, version 6.3.10.

use std::io::{self, Write};

use crate::{Method, Raw};

/// Alignment of mapped entries and of the archive, in bytes.
pub(crate) const PAGE: u16 = 4096;

/// 4.4.1.4: a field of 16 or 32 bits with all bits set says that the value is in the zip64 record.
const IN_ZIP64_16: u16 = u16::MAX;
const IN_ZIP64_32: u32 = u32::MAX;

/// 4.4.3: version needed to extract. 2.0 for deflate and directories, 4.5 for zip64.
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;

/// 4.4.2: the upper byte of "version made by". External attributes hold a Unix mode.
const MADE_BY_UNIX: u16 = 3 << 8;

/// 4.4.4: the name is UTF-8.
const FLAG_UTF8: u16 = 1 << 11;

/// 4.4.6: 1980-01-01 00:00:00, the earliest that the format can say.
const DOS_TIME: u16 = 0;
const DOS_DATE: u16 = (1 << 5) | 1;

/// 4.5.3: extra field with 64-bit values.
const EXTRA_ZIP64: u16 = 0x0001;

/// Extra field that moves the data of an entry to a multiple of an alignment: two bytes of alignment, then zeros.
/// Not in APPNOTE; Android's `zipalign` uses this number for this purpose.
const EXTRA_ALIGNMENT: u16 = 0xd935;

/// Bytes of an alignment field before its zeros: number, size, alignment.
const EXTRA_ALIGNMENT_LEN: u64 = 6;

/// 4.3.7: bytes of a local file header before name and extra field.
const LOCAL_HEADER_LEN: u64 = 30;

/// 4.3.12: what a header of the central directory begins with, and its bytes before name and extra field.
const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
const CENTRAL_HEADER_LEN: usize = 46;

/// Unix mode of a directory, and the MS-DOS attribute that says the same.
pub(crate) const MODE_DIRECTORY: u32 = 0o040_755;
const DOS_DIRECTORY: u32 = 0x10;

/// What the central directory says about an entry.
struct Entry {
    name: String,
    mode: u32,
    method: Method,
    crc32: u32,
    stored_len: u64,
    size: u64,
    header_offset: u64,
}

/// An archive that is being written.
pub(crate) struct Archive<W: Write> {
    out: W,
    position: u64,
    /// What comes first in the central directory.
    before: Directory,
    entries: Vec<Entry>,
}

/// A part of a central directory, as it is stored.
#[derive(Default)]
pub(crate) struct Directory {
    bytes: Vec<u8>,
    entries: usize,
}

impl Directory {
    /// The entries at the start of the central directory `bytes`, up to the first with one of the names `ends`; and where the local
    /// header of that one is. Nothing if there is none.
    pub(crate) fn before(bytes: &[u8], ends: &[&str]) -> Option<(Self, u64)> {
        let mut entries = 0;
        let mut at = 0;
        loop {
            let header = bytes.get(at..at + CENTRAL_HEADER_LEN)?;
            if !header.starts_with(&CENTRAL_SIGNATURE.to_le_bytes()) {
                return None;
            }
            let len = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
            let name_end = at + CENTRAL_HEADER_LEN + len(28);
            let extra_end = name_end + len(30);
            let name = bytes.get(at + CENTRAL_HEADER_LEN..name_end)?;
            if ends.iter().any(|end| end.as_bytes() == name) {
                let offset = u32::from_le_bytes([header[42], header[43], header[44], header[45]]);
                let header_offset = if offset == IN_ZIP64_32 {
                    // The last of the values that did not fit.
                    u64::from_le_bytes(*bytes.get(name_end..extra_end)?.last_chunk()?)
                } else {
                    offset.into()
                };
                let before = Self {
                    bytes: bytes[..at].to_vec(),
                    entries,
                };
                return Some((before, header_offset));
            }
            entries += 1;
            at = extra_end + len(32);
        }
    }
}

impl<W: Write> Archive<W> {
    /// An archive behind the `position` bytes that `out` was given before.
    pub(crate) fn new(out: W, position: u64) -> Self {
        Self {
            out,
            position,
            before: Directory::default(),
            entries: Vec::new(),
        }
    }

    /// An archive of which everything up to `position` is written already. `directory` is what its central directory says about that.
    pub(crate) fn resume(out: W, position: u64, directory: Directory) -> Self {
        Self {
            out,
            position,
            before: directory,
            entries: Vec::new(),
        }
    }

    /// Entries so far.
    pub(crate) fn len(&self) -> usize {
        self.before.entries + self.entries.len()
    }

    /// Writes an entry and returns where its stored bytes lie: at a page boundary if `aligned`.
    pub(crate) fn entry(
        &mut self,
        name: String,
        mode: u32,
        data: &Raw,
        aligned: bool,
    ) -> io::Result<u64> {
        let entry = Entry {
            name,
            mode,
            method: data.method,
            crc32: data.crc32,
            stored_len: data.stored.len() as u64,
            size: data.size,
            header_offset: self.position,
        };
        let header = entry.local_header(aligned);
        self.write(&header)?;
        let offset = self.position;
        self.write(&data.stored)?;
        self.entries.push(entry);
        Ok(offset)
    }

    /// Writes the central directory and the end records. `comment` makes the archive's comment, of `comment_len`
    /// bytes, from the length of the whole file. Returns that length.
    pub(crate) fn finish(
        mut self,
        comment_len: u16,
        comment: impl FnOnce(u64) -> String,
    ) -> io::Result<u64> {
        let start = self.position;
        let count = self.len() as u64;
        let before = std::mem::take(&mut self.before);
        self.write(&before.bytes)?;
        for entry in std::mem::take(&mut self.entries) {
            self.write(&entry.central_header())?;
        }
        let mut end = end_records(count, start, self.position);
        end.extend(comment_len.to_le_bytes());
        let len = self.position + end.len() as u64 + u64::from(comment_len);
        end.extend(comment(len).as_bytes());
        self.write(&end)?;
        self.out.flush()?;
        Ok(len)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}

impl Entry {
    /// 4.3.7: the local file header, at `self.header_offset`.
    fn local_header(&self, aligned: bool) -> Vec<u8> {
        let mut extra = Vec::new();
        let has_zip64 = exceeds_32(self.stored_len) || exceeds_32(self.size);
        if has_zip64 {
            // 4.5.3: in a local header both sizes must be there.
            extra.extend(EXTRA_ZIP64.to_le_bytes());
            extra.extend(16_u16.to_le_bytes());
            extra.extend(self.size.to_le_bytes());
            extra.extend(self.stored_len.to_le_bytes());
        }
        if aligned {
            let before = self.header_offset
                + LOCAL_HEADER_LEN
                + (self.name.len() + extra.len()) as u64
                + EXTRA_ALIGNMENT_LEN;
            let zeros = padding(before);
            extra.extend(EXTRA_ALIGNMENT.to_le_bytes());
            extra.extend((zeros + 2).to_le_bytes());
            extra.extend(PAGE.to_le_bytes());
            extra.resize(extra.len() + usize::from(zeros), 0);
        }
        let mut bytes = 0x0403_4b50_u32.to_le_bytes().to_vec();
        bytes.extend(version(has_zip64).to_le_bytes());
        self.common(&mut bytes, has_zip64);
        bytes.extend(len_16(self.name.len()).to_le_bytes());
        bytes.extend(len_16(extra.len()).to_le_bytes());
        bytes.extend(self.name.as_bytes());
        bytes.extend(extra);
        bytes
    }

    /// 4.3.12: the header in the central directory.
    fn central_header(&self) -> Vec<u8> {
        // 4.5.3: only values that do not fit, in this order.
        let large: Vec<u8> = [self.size, self.stored_len, self.header_offset]
            .into_iter()
            .filter(|&value| exceeds_32(value))
            .flat_map(u64::to_le_bytes)
            .collect();
        let has_zip64 = !large.is_empty();
        let mut extra = Vec::new();
        if has_zip64 {
            extra.extend(EXTRA_ZIP64.to_le_bytes());
            extra.extend(len_16(large.len()).to_le_bytes());
            extra.extend(large);
        }
        let mut attributes = self.mode << 16;
        if self.mode == MODE_DIRECTORY {
            attributes |= DOS_DIRECTORY;
        }
        let needed = version(has_zip64);
        let mut bytes = CENTRAL_SIGNATURE.to_le_bytes().to_vec();
        bytes.extend((MADE_BY_UNIX | needed).to_le_bytes());
        bytes.extend(needed.to_le_bytes());
        self.common(&mut bytes, false);
        bytes.extend(len_16(self.name.len()).to_le_bytes());
        bytes.extend(len_16(extra.len()).to_le_bytes());
        // No comment, first disk, no internal attributes (4.4.12, 4.4.13, 4.4.14).
        bytes.extend([0; 6]);
        bytes.extend(attributes.to_le_bytes());
        bytes.extend(saturated_32(self.header_offset).to_le_bytes());
        bytes.extend(self.name.as_bytes());
        bytes.extend(extra);
        bytes
    }

    /// The fields that both headers have in the same order, from the flags to the sizes.
    fn common(&self, bytes: &mut Vec<u8>, both_in_zip64: bool) {
        let flags = if self.name.is_ascii() { 0 } else { FLAG_UTF8 };
        let method: u16 = match self.method {
            Method::Stored => 0,
            Method::Deflated => 8,
        };
        for field in [flags, method, DOS_TIME, DOS_DATE] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend(self.crc32.to_le_bytes());
        for len in [self.stored_len, self.size] {
            let field = if both_in_zip64 {
                IN_ZIP64_32
            } else {
                saturated_32(len)
            };
            bytes.extend(field.to_le_bytes());
        }
    }
}

fn version(has_zip64: bool) -> u16 {
    if has_zip64 { VERSION_ZIP64 } else { VERSION }
}

/// The records behind a central directory that reaches from `start` to `end`, without the length of the comment.
fn end_records(entries: u64, start: u64, end: u64) -> Vec<u8> {
    let len = end - start;
    let entries_16 = u16::try_from(entries).unwrap_or(IN_ZIP64_16);
    let mut bytes = Vec::new();
    if entries_16 == IN_ZIP64_16 || exceeds_32(len) || exceeds_32(start) {
        // 4.3.14: the zip64 end record, 44 bytes after its length.
        bytes.extend(0x0606_4b50_u32.to_le_bytes());
        bytes.extend(44_u64.to_le_bytes());
        bytes.extend((MADE_BY_UNIX | VERSION_ZIP64).to_le_bytes());
        bytes.extend(VERSION_ZIP64.to_le_bytes());
        bytes.extend([0; 8]);
        for field in [entries, entries, len, start] {
            bytes.extend(field.to_le_bytes());
        }
        // 4.3.15: its locator; there is one disk.
        bytes.extend(0x0706_4b50_u32.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(end.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
    }
    // 4.3.16: the end record.
    bytes.extend(0x0605_4b50_u32.to_le_bytes());
    bytes.extend([0; 4]);
    for field in [entries_16, entries_16] {
        bytes.extend(field.to_le_bytes());
    }
    for field in [len, start] {
        bytes.extend(saturated_32(field).to_le_bytes());
    }
    bytes
}

/// Must the value stand in a zip64 record? All bits set does not mean the value itself.
fn exceeds_32(value: u64) -> bool {
    value >= u64::from(IN_ZIP64_32)
}

fn saturated_32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(IN_ZIP64_32)
}

/// A length of 16 bits: names are checked before they come here, extra fields are shorter than two pages.
fn len_16(len: usize) -> u16 {
    u16::try_from(len).expect("names and extra fields are short")
}

/// Bytes from `position` to the next page boundary.
pub(crate) fn padding(position: u64) -> u16 {
    const IN_PAGE: u64 = PAGE as u64 - 1;
    (position.wrapping_neg() & IN_PAGE) as u16
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom};
    use std::path::Path;
    use std::process::Command;

    use super::*;

    fn said(program: &str, arguments: &[&str], file: &Path) -> String {
        let output = Command::new(program)
            .args(arguments)
            .arg(file)
            .output()
            .unwrap_or_else(|error| panic!("this test needs {program}: {error}"));
        assert!(output.status.success(), "{program} {arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{program}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A file that claims to be long and takes no room, with an archive whose first entry lies below 4 GiB and whose
    /// second one does not.
    #[test]
    fn offsets_of_more_than_32_bits() {
        const GAP: u64 = 5 << 30;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let raw = |text: &'static str| Raw::store(text.as_bytes());
        let mut archive = Archive::new(file.as_file_mut(), 0);
        archive
            .entry("near".to_owned(), 0o100_644, &raw("first"), false)
            .unwrap();
        archive.out.seek(SeekFrom::Start(GAP)).unwrap();
        archive.position = GAP;
        let offset = archive
            .entry("far".to_owned(), 0o100_644, &raw("second"), true)
            .unwrap();
        assert_eq!(offset, GAP + u64::from(PAGE));
        archive.finish(0, |_| String::new()).unwrap();

        let unzip = said("unzip", &["-t"], file.path());
        assert!(unzip.contains("No errors detected"), "{unzip}");
        let script = "import sys, zipfile\n\
            archive = zipfile.ZipFile(sys.argv[1])\n\
            print([(i.header_offset, archive.read(i)) for i in archive.infolist()])";
        let python = said("python3", &["-I", "-W", "error", "-c", script], file.path());
        assert_eq!(python, format!("[(0, b'first'), ({GAP}, b'second')]\n"));
    }

    #[test]
    fn sizes_of_more_than_32_bits() {
        let entry = Entry {
            name: "big".to_owned(),
            mode: 0o100_644,
            method: Method::Deflated,
            crc32: 0,
            stored_len: 7,
            size: 5 << 30,
            header_offset: 0,
        };
        let local = entry.local_header(false);
        // Both sizes say that they are in the extra field, and there the larger one comes first.
        assert_eq!(local[18..26], [0xff; 8]);
        let extra = [
            &[1, 0, 16, 0][..],
            &(5_u64 << 30).to_le_bytes(),
            &7_u64.to_le_bytes(),
        ];
        assert_eq!(local[33..], extra.concat());
        // In the central directory only what does not fit moves there.
        let central = entry.central_header();
        assert_eq!(central[20..28], [7, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(
            central[49..],
            [&[1, 0, 8, 0][..], &(5_u64 << 30).to_le_bytes()].concat()
        );
    }
}
