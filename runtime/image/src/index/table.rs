//! Looking up records in the table.

use std::ops::Range;

use bincode::Decode;

use super::pages::Pages;
use super::{
    BUCKET, ENCODING, KeyHash, LENGTH, Layout, PAGE, SUM, SUMS_PER_PAGE, Space, malformed,
};
use crate::Damage;

/// The table of an image, read in place.
pub(crate) struct Table<'a> {
    /// Buckets and records.
    pages: Pages<'a>,
    /// Checksums of `pages`.
    sums: Pages<'a>,
    /// Checksums of `sums`.
    roots: Vec<u64>,
    /// Number of buckets minus one.
    mask: usize,
    /// Where the records begin.
    records: usize,
}

/// A record whose bytes were verified.
pub(crate) struct RecordAt<'a> {
    /// Where it begins, from the first record. Differs from record to record.
    pub(crate) offset: usize,
    /// Where the next one begins.
    pub(crate) end: usize,
    pub(crate) space: Space,
    pub(crate) key: &'a [u8],
    value: &'a [u8],
}

impl<'a> RecordAt<'a> {
    /// Reads the value.
    pub(crate) fn decode<T: Decode<()>>(&self) -> Result<T, Damage> {
        let (value, read) =
            bincode::decode_from_slice(self.value, ENCODING).map_err(|_| malformed())?;
        if read == self.value.len() {
            Ok(value)
        } else {
            Err(malformed())
        }
    }

    /// Reads one value after the other, up to the end of the record.
    pub(crate) fn decode_all<T: Decode<()>>(&self) -> Result<Vec<T>, Damage> {
        let mut values = Vec::new();
        let mut rest = self.value;
        while !rest.is_empty() {
            let (value, read) =
                bincode::decode_from_slice(rest, ENCODING).map_err(|_| malformed())?;
            // A value without bytes would never come to the end.
            rest = rest.get(read.max(1)..).ok_or_else(malformed)?;
            values.push(value);
        }
        Ok(values)
    }

    /// The key as text.
    pub(crate) fn key(&self) -> Result<&'a str, Damage> {
        std::str::from_utf8(self.key).map_err(|_| malformed())
    }
}

impl<'a> Table<'a> {
    /// The table in `index`, whose first `header_len` bytes are the header.
    pub(crate) fn new(index: &'a [u8], header_len: usize, layout: Layout) -> Result<Self, Damage> {
        let buckets = usize::try_from(layout.buckets).map_err(|_| malformed())?;
        let records_len = usize::try_from(layout.records_len).map_err(|_| malformed())?;
        let records = buckets.checked_mul(BUCKET).ok_or_else(malformed)?;
        let len = records.checked_add(records_len).ok_or_else(malformed)?;
        let sums_len = len.div_ceil(PAGE) * SUM;
        let sums = header_len..header_len.checked_add(sums_len).ok_or_else(malformed)?;
        let start = sums
            .end
            .checked_next_multiple_of(PAGE)
            .ok_or_else(malformed)?;
        let table = index.get(start..).ok_or_else(malformed)?;
        let sums = index.get(sums).ok_or_else(malformed)?;
        let fits = table.len() == len
            && buckets.is_power_of_two()
            && layout.roots.len() == sums_len.div_ceil(PAGE);
        if !fits {
            return Err(malformed());
        }
        Ok(Self {
            pages: Pages::new(table),
            sums: Pages::new(sums),
            roots: layout.roots,
            mask: buckets - 1,
            records,
        })
    }

    /// All of it, verified: buckets, then records; and how many buckets there are.
    pub(crate) fn whole(&self) -> Result<(&'a [u8], usize), Damage> {
        let bytes = self.read(0..self.pages.bytes().len())?;
        Ok((bytes, self.mask + 1))
    }

    /// The record of `key`.
    pub(crate) fn find(&self, space: Space, key: &[u8]) -> Result<Option<RecordAt<'a>>, Damage> {
        let KeyHash { home, tag } = space.hash(key);
        for probe in 0..=self.mask {
            let at = ((home as usize + probe) & self.mask) * BUCKET;
            let bucket = self.read(at..at + BUCKET)?;
            let (found, offset) = bucket.split_at(BUCKET / 2);
            let Some(offset) = number(offset)?.checked_sub(1) else {
                return Ok(None);
            };
            if number(found)? == tag {
                let record = self.record(offset as usize)?;
                if record.space == space && record.key == key {
                    return Ok(Some(record));
                }
            }
        }
        Ok(None)
    }

    /// The record at `offset` from the first one, or nothing at their end.
    pub(crate) fn record_at(&self, offset: usize) -> Result<Option<RecordAt<'a>>, Damage> {
        if offset == self.pages.bytes().len() - self.records {
            return Ok(None);
        }
        self.record(offset).map(Some)
    }

    fn record(&self, offset: usize) -> Result<RecordAt<'a>, Damage> {
        let start = self.records.checked_add(offset).ok_or_else(malformed)?;
        let body = start.checked_add(LENGTH).ok_or_else(malformed)?;
        let len = number(self.read(start..body)?)? as usize;
        let end = body.checked_add(len).ok_or_else(malformed)?;
        let body = self.read(body..end)?;
        let ((space, key), read): ((u8, &[u8]), usize) =
            bincode::borrow_decode_from_slice(body, ENCODING).map_err(|_| malformed())?;
        Ok(RecordAt {
            offset,
            end: end - self.records,
            space: Space::from_byte(space).ok_or_else(malformed)?,
            key,
            value: &body[read..],
        })
    }

    /// Bytes of the table, after their pages were verified.
    fn read(&self, range: Range<usize>) -> Result<&'a [u8], Damage> {
        let bytes = self
            .pages
            .bytes()
            .get(range.clone())
            .ok_or_else(malformed)?;
        for page in range.start / PAGE..range.end.div_ceil(PAGE) {
            if !self.pages.is_verified(page) {
                self.verify(page)?;
            }
        }
        Ok(bytes)
    }

    #[cold]
    fn verify(&self, page: usize) -> Result<(), Damage> {
        let sums_page = page / SUMS_PER_PAGE;
        if !self.sums.is_verified(sums_page) {
            self.sums
                .verify(sums_page, *self.roots.get(sums_page).ok_or_else(malformed)?)?;
        }
        let sum = self
            .sums
            .bytes()
            .chunks_exact(SUM)
            .nth(page)
            .ok_or_else(malformed)?;
        let sum = sum.try_into().map_err(|_| malformed())?;
        self.pages.verify(page, u64::from_le_bytes(sum))
    }
}

/// A number of four bytes.
fn number(bytes: &[u8]) -> Result<u32, Damage> {
    bytes
        .try_into()
        .map(u32::from_le_bytes)
        .map_err(|_| malformed())
}
