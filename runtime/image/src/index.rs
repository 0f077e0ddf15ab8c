//! The index: how a path or a module is found without reading the others.
//!
//! ```text
//! header (bincode)          verified by the footer
//! checksums of the pages    XXH3 per page of the table; verified by the header
//! table: buckets            u32 each: offset of a record from the start of the table, 0 for none
//! table: records            length, key, value (bincode)
//! ```
//!
//! Each part begins at a page boundary of the file. A page of the table is verified when it is first
//! read, so opening an image reads 8 bytes for every 4096 of its table and nothing more.

use std::sync::atomic::{AtomicU64, Ordering};

use bincode::{Decode, Encode};
use xxhash_rust::xxh3::xxh3_64;

use crate::node::{Directory, FileNode, ModuleNode};
use crate::{Damage, Header};

/// Size of a page of the table, and alignment of what is mapped, in bytes.
pub(crate) const PAGE: usize = 4096;

/// Upper limit for anything that is decoded, in bytes: damaged lengths must not make us allocate.
const DECODE_LIMIT: usize = 16 << 20;

/// What a key names. Part of the key, so that a path and a module of the same spelling differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Space {
    /// A path below the root.
    Path = b'p',
    /// `DIRECTORY/NAME` of a module.
    Module = b'm',
    /// Dotted name of a standard module that was left out.
    LeftOut = b'x',
}

/// A record's value.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Value {
    /// In [`Space::Path`].
    File(FileNode),
    /// In [`Space::Path`].
    Directory(Directory),
    /// In [`Space::Module`].
    Module(ModuleNode),
    /// In [`Space::LeftOut`].
    LeftOut,
}

/// Where the parts of the index are; encoded behind the public header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Geometry {
    /// Offset of the page checksums from the start of the index, in bytes.
    sums: u64,
    /// XXH3 of the page checksums.
    sums_hash: u64,
    /// Offset of the table from the start of the index, in bytes.
    table: u64,
    /// Length of the table, in bytes.
    table_len: u64,
    /// Buckets, a power of two.
    buckets: u64,
    /// Records.
    records: u64,
}

fn config() -> impl bincode::config::Config {
    bincode::config::standard()
        .with_little_endian()
        .with_limit::<DECODE_LIMIT>()
}

/// Encodes a value that this crate defines.
fn encode<T: Encode>(value: &T) -> std::io::Result<Vec<u8>> {
    bincode::encode_to_vec(value, config()).map_err(std::io::Error::other)
}

fn decode<T: Decode<()>>(bytes: &[u8], what: &str) -> Result<T, Damage> {
    match bincode::decode_from_slice(bytes, config()) {
        Ok((value, read)) if read == bytes.len() => Ok(value),
        _ => Err(Damage::Malformed { what: what.into() }),
    }
}

fn hash(space: Space, key: &str) -> u64 {
    // The space seeds the hash: no copy of the key is needed.
    xxhash_rust::xxh3::xxh3_64_with_seed(key.as_bytes(), space as u64)
}

/// Collects records and lays the index out.
#[derive(Default)]
pub(crate) struct Builder {
    records: Vec<(u64, Vec<u8>)>,
}

impl Builder {
    /// Adds a record. Keys are unique; the writer sees to it.
    pub(crate) fn add(&mut self, space: Space, key: &str, value: &Value) -> std::io::Result<()> {
        let value = encode(value)?;
        let body = 1 + 4 + key.len() + value.len();
        let mut record = Vec::with_capacity(4 + body);
        record.extend_from_slice(&len32(body)?);
        record.push(space as u8);
        record.extend_from_slice(&len32(key.len())?);
        record.extend_from_slice(key.as_bytes());
        record.extend_from_slice(&value);
        self.records.push((hash(space, key), record));
        Ok(())
    }

    /// The encoded index, and the length of the header at its start.
    pub(crate) fn finish(self, header: &Header) -> std::io::Result<(Vec<u8>, usize)> {
        let buckets = (self.records.len() * 2).next_power_of_two().max(8);
        let mut table = vec![0; buckets * 4];
        for (hash, record) in &self.records {
            let mut bucket = home(*hash, buckets);
            while table[bucket * 4..bucket * 4 + 4] != [0; 4] {
                bucket = (bucket + 1) & (buckets - 1);
            }
            let offset = len32(table.len())?;
            table[bucket * 4..bucket * 4 + 4].copy_from_slice(&offset);
            table.extend_from_slice(record);
        }
        let sums: Vec<u8> = table
            .chunks(PAGE)
            .flat_map(|page| xxh3_64(page).to_le_bytes())
            .collect();

        let mut geometry = Geometry {
            sums: 0,
            sums_hash: xxh3_64(&sums),
            table: 0,
            table_len: table.len() as u64,
            buckets: buckets as u64,
            records: self.records.len() as u64,
        };
        // The encoding has no fixed length, and the offsets depend on it: they grow until they fit.
        let header_len = loop {
            let len = encode(&(header, geometry))?.len();
            let sums_at = len.next_multiple_of(PAGE) as u64;
            let table_at = sums_at + sums.len().next_multiple_of(PAGE) as u64;
            if (geometry.sums, geometry.table) == (sums_at, table_at) {
                break len;
            }
            (geometry.sums, geometry.table) = (sums_at, table_at);
        };
        let mut index = encode(&(header, geometry))?;
        index.resize(header_len.next_multiple_of(PAGE), 0);
        index.extend_from_slice(&sums);
        index.resize(index.len().next_multiple_of(PAGE), 0);
        index.extend_from_slice(&table);
        Ok((index, header_len))
    }
}

fn len32(len: usize) -> std::io::Result<[u8; 4]> {
    u32::try_from(len).map(u32::to_le_bytes).map_err(|_| {
        std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "the index would exceed 4 GiB",
        )
    })
}

/// The bucket that a search begins at.
#[expect(
    clippy::cast_possible_truncation,
    reason = "only the low bits are wanted"
)]
fn home(hash: u64, buckets: usize) -> usize {
    hash as usize & (buckets - 1)
}

/// The table of an image, read in place.
pub(crate) struct Table<'a> {
    bytes: &'a [u8],
    sums: &'a [u8],
    buckets: usize,
    /// One bit per page that was verified.
    verified: Box<[AtomicU64]>,
}

/// Decodes the verified header bytes and finds the table.
pub(crate) fn open<'a>(index: &'a [u8], header: &[u8]) -> Result<(Header, Table<'a>), Damage> {
    let (header, geometry): (Header, Geometry) = decode(header, "the header")?;
    let malformed = || Damage::Malformed {
        what: "the header".into(),
    };
    let part = |offset: u64, len: u64| {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        index.get(start..end)
    };
    let bytes = part(geometry.table, geometry.table_len).ok_or_else(malformed)?;
    let pages = bytes.len().div_ceil(PAGE);
    let sums = part(geometry.sums, pages as u64 * 8).ok_or_else(malformed)?;
    if xxh3_64(sums) != geometry.sums_hash {
        return Err(Damage::Checksum {
            what: "the index".into(),
        });
    }
    let buckets = usize::try_from(geometry.buckets).map_err(|_| malformed())?;
    if !buckets.is_power_of_two() || buckets.checked_mul(4).is_none_or(|len| len > bytes.len()) {
        return Err(malformed());
    }
    let verified = (0..pages.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
    Ok((
        header,
        Table {
            bytes,
            sums,
            buckets,
            verified,
        },
    ))
}

/// A record as it lies in the table.
struct Raw<'a> {
    space: u8,
    key: &'a [u8],
    value: &'a [u8],
    /// Bytes of the whole record.
    len: usize,
}

impl<'a> Table<'a> {
    /// The value at a key with the offset of its record, or `None`.
    pub(crate) fn get(&self, space: Space, key: &str) -> Result<Option<(u64, Value)>, Damage> {
        let mut bucket = home(hash(space, key), self.buckets);
        for _ in 0..self.buckets {
            let offset = self.u32(bucket * 4)?;
            if offset == 0 {
                return Ok(None);
            }
            let record = self.record(offset as usize)?;
            if record.space == space as u8 && record.key == key.as_bytes() {
                let value = decode(record.value, "the index")?;
                return Ok(Some((u64::from(offset), value)));
            }
            bucket = (bucket + 1) & (self.buckets - 1);
        }
        Ok(None)
    }

    /// All records in the order they were added.
    pub(crate) fn records(&self) -> impl Iterator<Item = Result<(String, Value), Damage>> + '_ {
        let mut offset = self.buckets * 4;
        std::iter::from_fn(move || {
            if offset >= self.bytes.len() {
                return None;
            }
            let record = match self.record(offset) {
                Ok(record) => record,
                Err(damage) => {
                    offset = self.bytes.len();
                    return Some(Err(damage));
                }
            };
            offset += record.len;
            let key = std::str::from_utf8(record.key).map(str::to_owned);
            let key = key.map_err(|_| malformed());
            Some(key.and_then(|key| Ok((key, decode(record.value, "the index")?))))
        })
    }

    fn record(&self, offset: usize) -> Result<Raw<'a>, Damage> {
        let len = self.u32(offset)? as usize;
        let body = self.read(offset + 4, len)?;
        let (&space, rest) = body.split_first().ok_or_else(malformed)?;
        let (key_len, rest) = rest.split_first_chunk().ok_or_else(malformed)?;
        let key_len = u32::from_le_bytes(*key_len) as usize;
        let (key, value) = rest.split_at_checked(key_len).ok_or_else(malformed)?;
        Ok(Raw {
            space,
            key,
            value,
            len: 4 + len,
        })
    }

    fn u32(&self, offset: usize) -> Result<u32, Damage> {
        let bytes = self.read(offset, 4)?;
        bytes
            .try_into()
            .map(u32::from_le_bytes)
            .map_err(|_| malformed())
    }

    /// Verified bytes of the table.
    fn read(&self, offset: usize, len: usize) -> Result<&'a [u8], Damage> {
        let end = offset.checked_add(len).ok_or_else(malformed)?;
        let bytes = self.bytes.get(offset..end).ok_or_else(malformed)?;
        for page in offset / PAGE..end.div_ceil(PAGE) {
            self.verify(page)?;
        }
        Ok(bytes)
    }

    fn verify(&self, page: usize) -> Result<(), Damage> {
        let word = &self.verified[page / 64];
        let bit = 1 << (page % 64);
        if word.load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        let end = self.bytes.len().min((page + 1) * PAGE);
        let sum = xxh3_64(&self.bytes[page * PAGE..end]).to_le_bytes();
        if self.sums[page * 8..page * 8 + 8] != sum {
            return Err(Damage::Checksum {
                what: "the index".into(),
            });
        }
        // Verifying a page twice does no harm, so no order is needed.
        word.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }
}

fn malformed() -> Damage {
    Damage::Malformed {
        what: "the index".into(),
    }
}
