//! The footer: how an image is found. It is the comment of the ZIP archive, so it must be text that a
//! person may see (`unzip -l` prints it).

use crate::hash;
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

/// What every footer of every format begins with.
const MAGIC: &[u8] = b"fastice-image ";

/// Between the fields and their checksum.
const CHECK: &[u8] = b" check=";

/// Digits of a field.
const DIGITS: usize = 16;

/// How far from the end of the file a footer is looked for that is not at the end: the longest ZIP comment.
const SEARCHED: usize = 65_535;

impl Footer {
    /// Length of every footer of every format, in bytes.
    pub const LEN: usize = 150;

    /// The footer as it stands in the file: one line of fields of fixed width in hexadecimal.
    pub fn encode(&self) -> String {
        let fields = format!(
            "fastice-image {:04x} file={:016x} index={:016x}+{:016x} header={:016x} hash={:016x}",
            self.format,
            self.file_len,
            self.index_offset,
            self.index_len,
            self.header_len,
            self.header_hash,
        );
        let check = hash::xxh3(fields.as_bytes());
        format!("{fields} check={check:016x}\n")
    }

    /// Reads the footer at the end of `file`.
    ///
    /// # Errors
    /// When there is none, it is damaged, or it belongs to another file or format.
    pub fn read(file: &[u8]) -> Result<Self, Damage> {
        let Some(start) = file.len().checked_sub(Self::LEN) else {
            return Err(Damage::NoFooter);
        };
        let footer = match Self::parse(&file[start..]) {
            Err(Damage::NoFooter) => return Err(Self::missing(file)),
            parsed => parsed?,
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

    /// Tells why `file` does not end with a footer: an executable to which something was appended has one
    /// further up.
    fn missing(file: &[u8]) -> Damage {
        let tail = &file[file.len().saturating_sub(SEARCHED + Self::LEN)..];
        tail.windows(Self::LEN)
            .rev()
            .filter(|window| window.starts_with(MAGIC))
            .find_map(|window| Self::parse(window).ok())
            .map_or(Damage::NoFooter, |footer| Damage::WrongLength {
                expected: footer.file_len,
                actual: file.len() as u64,
            })
    }

    /// Reads a footer from exactly its bytes.
    fn parse(bytes: &[u8]) -> Result<Self, Damage> {
        let damaged = || Damage::Checksum {
            what: "the footer".to_owned(),
        };
        if !bytes.starts_with(MAGIC) {
            return Err(Damage::NoFooter);
        }
        // The length, the version's place and the checksum are the same in every format.
        let (fields, check) = bytes
            .split_at_checked(Self::LEN - CHECK.len() - DIGITS - 1)
            .ok_or_else(damaged)?;
        let mut check = Scanner(check);
        let expected = check.field(CHECK, DIGITS).ok_or_else(damaged)?;
        if check.0 != b"\n" || !hash::is_intact(fields, expected) {
            return Err(damaged());
        }
        let malformed = || Damage::Malformed {
            what: "the footer".to_owned(),
        };
        let mut scanner = Scanner(fields);
        let format = scanner.field(MAGIC, 4).ok_or_else(malformed)?;
        let format = u16::try_from(format).map_err(|_| malformed())?;
        if format != FORMAT_VERSION {
            return Err(Damage::WrongFormat {
                found: format,
                supported: FORMAT_VERSION,
            });
        }
        let mut field = |label: &str| {
            scanner
                .field(label.as_bytes(), DIGITS)
                .ok_or_else(malformed)
        };
        Ok(Self {
            format,
            file_len: field(" file=")?,
            index_offset: field(" index=")?,
            index_len: field("+")?,
            header_len: field(" header=")?,
            header_hash: field(" hash=")?,
        })
    }
}

/// The part of a footer that was not read yet.
struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    /// Reads `label` and the hexadecimal number behind it, which has exactly `digits` lower-case digits.
    fn field(&mut self, label: &[u8], digits: usize) -> Option<u64> {
        let (number, rest) = self.0.strip_prefix(label)?.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |value: u64, &digit| {
            let digit = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            Some(value << 4 | u64::from(digit))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOOTER: Footer = Footer {
        format: FORMAT_VERSION,
        file_len: Footer::LEN as u64,
        index_offset: 4096,
        index_len: 8192,
        header_len: 123,
        header_hash: 0xfedc_ba98_7654_3210,
    };

    #[test]
    fn reads_what_it_writes() {
        assert_eq!(Footer::read(FOOTER.encode().as_bytes()), Ok(FOOTER));
    }

    #[test]
    fn tells_another_format() {
        let footer = Footer {
            format: FORMAT_VERSION + 1,
            ..FOOTER
        };
        let expected = Damage::WrongFormat {
            found: FORMAT_VERSION + 1,
            supported: FORMAT_VERSION,
        };
        assert_eq!(Footer::read(footer.encode().as_bytes()), Err(expected));
    }

    #[test]
    fn tells_what_was_appended() {
        let expected = Footer::LEN as u64;
        for appended in [1, 1000, SEARCHED] {
            let mut file = FOOTER.encode().into_bytes();
            file.resize(file.len() + appended, 0);
            let actual = file.len() as u64;
            assert_eq!(
                Footer::read(&file),
                Err(Damage::WrongLength { expected, actual })
            );
        }
    }

    #[test]
    fn notices_every_flipped_bit() {
        let intact = FOOTER.encode().into_bytes();
        for bit in 0..intact.len() * 8 {
            let mut bytes = intact.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Footer::read(&bytes).is_err(), "bit {bit}");
        }
    }
}
