//! Making the index.

use std::io;

use bincode::Encode;

use super::{BUCKET, ENCODING, KeyHash, Layout, PAGE, SUM, Space, Start};
use crate::{Header, hash};

/// Records on their way into a table.
#[derive(Default)]
pub(crate) struct TableBuilder {
    records: Vec<u8>,
    /// Hash of the key, and offset of the record plus one.
    places: Vec<(KeyHash, u32)>,
}

impl TableBuilder {
    /// Adds a record whose value is one after the other of `values`.
    pub(crate) fn record<T: Encode>(
        &mut self,
        space: Space,
        key: &str,
        values: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        let mut body = to_bytes((space as u8, key.as_bytes()))?;
        for value in values {
            body.extend(to_bytes(value)?);
        }
        let too_large = |_| io::Error::new(io::ErrorKind::InvalidInput, "the index is too large");
        let place = u32::try_from(self.records.len() + 1).map_err(too_large)?;
        let len = u32::try_from(body.len()).map_err(too_large)?;
        self.places.push((space.hash(key.as_bytes()), place));
        self.records.extend(len.to_le_bytes());
        self.records.extend(body);
        Ok(())
    }

    /// Buckets and records, and how many buckets there are.
    fn finish(self) -> (Vec<u8>, u64) {
        // At most half full, and never quite full: every search ends at a free bucket.
        let buckets = (self.places.len() * 2).next_power_of_two();
        let mut table = vec![0; buckets * BUCKET];
        for (hash, place) in self.places {
            let mut bucket = hash.home as usize & (buckets - 1);
            let slot = loop {
                let slot = bucket * BUCKET..(bucket + 1) * BUCKET;
                if table[slot.clone()] == [0; BUCKET] {
                    break slot;
                }
                bucket = (bucket + 1) & (buckets - 1);
            };
            let (left, right) = table[slot].split_at_mut(BUCKET / 2);
            left.copy_from_slice(&hash.tag.to_le_bytes());
            right.copy_from_slice(&place.to_le_bytes());
        }
        table.extend(self.records);
        (table, buckets as u64)
    }
}

/// The bytes of an index, and how many of them are the header.
pub(crate) fn encode(header: Header, table: TableBuilder) -> io::Result<(Vec<u8>, usize)> {
    let records_len = table.records.len() as u64;
    let (table, buckets) = table.finish();
    encode_table(header, &table, buckets, records_len)
}

/// The same with a table that is finished: its buckets, and records of so many bytes.
pub(crate) fn encode_table(
    header: Header,
    table: &[u8],
    buckets: u64,
    records_len: u64,
) -> io::Result<(Vec<u8>, usize)> {
    let sums: Vec<u8> = table
        .chunks(PAGE)
        .flat_map(|page| hash::xxh3(page).to_le_bytes())
        .collect();
    debug_assert_eq!(sums.len(), table.len().div_ceil(PAGE) * SUM);
    let roots = sums.chunks(PAGE).map(hash::xxh3).collect();
    let layout = Layout {
        buckets,
        records_len,
        roots,
    };
    let mut index = to_bytes(Start { header, layout })?;
    let header_len = index.len();
    index.extend(sums);
    index.resize(index.len().next_multiple_of(PAGE), 0);
    index.extend(table);
    Ok((index, header_len))
}

fn to_bytes(value: impl Encode) -> io::Result<Vec<u8>> {
    bincode::encode_to_vec(value, ENCODING).map_err(io::Error::other)
}
