//! The footer: how an image is found. It is the comment of the ZIP archive, so it is a line of text that a
//! person may see (`unzip -l` prints it), of fixed length, at the very end of the file.

use xxhash_rust::xxh3::xxh3_64;

use crate::{Damage, FORMAT_VERSION};

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

/// What every footer begins with, in any version of the format.
const MAGIC: &str = "fastice image ";

impl Footer {
    /// Length of an encoded footer, in bytes.
    pub const LEN: usize = Self::FIELDS_END + 1 + 16 + 1;

    /// Where the fields end and the checksum's separator follows.
    const FIELDS_END: usize = MAGIC.len() + 4 + 5 * 17;

    /// The footer as it stands in the file: fields of fixed width in hexadecimal, a checksum, a newline.
    pub fn encode(&self) -> String {
        let fields = format!(
            "{MAGIC}{:04x} {:016x} {:016x} {:016x} {:016x} {:016x}",
            self.format,
            self.file_len,
            self.index_offset,
            self.index_len,
            self.header_len,
            self.header_hash
        );
        format!("{fields} {:016x}\n", xxh3_64(fields.as_bytes()))
    }

    /// Reads the footer at the end of `file`.
    ///
    /// # Errors
    /// When there is none, its checksum is wrong, it is of another format, or the file has another length.
    pub fn read(file: &[u8]) -> Result<Self, Damage> {
        let start = file.len().checked_sub(Self::LEN).ok_or(Damage::NoFooter)?;
        let bytes = &file[start..];
        if !bytes.starts_with(MAGIC.as_bytes()) {
            return Err(Damage::NoFooter);
        }
        let wrong = || Damage::Checksum {
            what: "the footer".into(),
        };
        let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
        let fields = &bytes[..Self::FIELDS_END];
        // The format comes first: a later version may have another checksum.
        let format = field(text, MAGIC.len(), 4).ok_or_else(wrong)?;
        let check = field(text, Self::FIELDS_END + 1, 16).ok_or_else(wrong)?;
        if check != xxh3_64(fields) || !text.ends_with('\n') {
            return Err(wrong());
        }
        let format = u16::try_from(format).map_err(|_| wrong())?;
        if format != FORMAT_VERSION {
            return Err(Damage::WrongFormat {
                found: format,
                supported: FORMAT_VERSION,
            });
        }
        let number = |index: usize| field(text, MAGIC.len() + 5 + index * 17, 16).ok_or_else(wrong);
        let footer = Self {
            format,
            file_len: number(0)?,
            index_offset: number(1)?,
            index_len: number(2)?,
            header_len: number(3)?,
            header_hash: number(4)?,
        };
        let actual = file.len() as u64;
        if footer.file_len != actual {
            return Err(Damage::WrongLength {
                expected: footer.file_len,
                actual,
            });
        }
        Ok(footer)
    }
}

/// A hexadecimal field of `text`: lower case, full width.
fn field(text: &str, start: usize, len: usize) -> Option<u64> {
    let digits = text.get(start..start + len)?;
    let canonical = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if canonical {
        u64::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}
