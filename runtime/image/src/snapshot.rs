//! Putting a start snapshot into an executable that is already there.
//!
//! The snapshot is the last entry before the index, at a page boundary. Everything before it stays where it is, byte for byte, so
//! only index, central directory and footer are written anew.

use std::io::{self, Write};

use xxhash_rust::xxh3::Xxh3;

use crate::index::{self, BUCKET};
use crate::writer::{INDEX_NAME, MODE_FILE, SNAPSHOT_NAME, close};
use crate::zip::{Archive, Directory};
use crate::{Extent, Guard, Image, Raw, Snapshot, SnapshotSegment, Written, hash};

/// A snapshot to be written.
#[derive(Clone, Debug)]
pub struct NewSnapshot<'a> {
    /// What string hashes are seeded with.
    pub hash_seed: u32,
    /// How its bytes are mapped.
    pub segments: Vec<SnapshotSegment>,
    /// Its bytes.
    pub data: &'a [u8],
    /// What the environment must be for it.
    pub guards: Vec<Guard>,
    /// What is told about it, or nothing.
    pub report: &'a [u8],
}

/// The distance of two samples, and how long each is: a line of the processor's cache.
const STRIDE: usize = 64 << 10;
const SAMPLE: usize = 64;

/// XXH3 of a few bytes out of each 64 KiB of a snapshot's segments. It finds a copy that has holes, is shifted or belongs to another
/// file, and takes microseconds. To find a single wrong bit, all bytes have to be read.
pub fn sample(segments: &[u8]) -> u64 {
    let mut hasher = Xxh3::new();
    for block in segments.chunks(STRIDE) {
        hasher.update(&block[..block.len().min(SAMPLE)]);
    }
    hasher.digest()
}

/// What stays of an executable when its snapshot changes: so many bytes of its beginning, and what the central directory says about
/// them.
fn beginning(image: &Image) -> io::Result<(u64, Directory)> {
    let place = image.footer();
    place
        .index_offset
        .checked_add(place.index_len)
        .and_then(|start| image.whole_file().get(usize::try_from(start).ok()?..))
        .and_then(|bytes| Directory::before(bytes, &[SNAPSHOT_NAME, INDEX_NAME]))
        .map(|(directory, end)| (end, directory))
        .ok_or_else(damaged)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the archive is damaged")
}

/// How many bytes of the executable that `image` was opened in stay when its snapshot changes.
///
/// # Errors
/// When the executable is damaged (`InvalidData`).
pub fn before_snapshot(image: &Image) -> io::Result<u64> {
    beginning(image).map(|(end, _)| end)
}

/// Writes the executable that `image` was opened in to `out`, with `snapshot` in place of the one it may have.
///
/// # Errors
/// When writing fails, or the executable is damaged (`InvalidData`).
pub fn replace_snapshot<W: Write>(
    image: &Image,
    mut out: W,
    snapshot: Option<&NewSnapshot>,
) -> io::Result<Written> {
    let (end, _) = beginning(image)?;
    let kept = usize::try_from(end)
        .ok()
        .and_then(|end| image.whole_file().get(..end))
        .ok_or_else(damaged)?;
    out.write_all(kept)?;
    write_ending(image, out, snapshot)
}

/// Writes what follows the first [`before_snapshot`] bytes of the executable, with `snapshot` in place of the one it may have.
///
/// # Errors
/// When writing fails, or the executable is damaged (`InvalidData`).
pub fn write_ending<W: Write>(
    image: &Image,
    out: W,
    snapshot: Option<&NewSnapshot>,
) -> io::Result<Written> {
    let (table, buckets) = image
        .table()
        .whole()
        .map_err(|damage| io::Error::new(io::ErrorKind::InvalidData, damage))?;
    let (end, directory) = beginning(image)?;
    let mut archive = Archive::resume(out, end, directory);
    let mut header = image.header().clone();
    header.snapshot = match snapshot {
        None => None,
        Some(new) => {
            let name = SNAPSHOT_NAME.to_owned();
            let data = [new.data, new.report].concat();
            let offset = archive.entry(name, MODE_FILE, &Raw::store(&data), true)?;
            Some(Snapshot {
                hash_seed: new.hash_seed,
                data: Extent {
                    offset,
                    len: data.len() as u64,
                    hash: hash::xxh3(&data),
                },
                segments: new.segments.clone(),
                sample: sample(new.data),
                guards: new.guards.clone(),
                report: (!new.report.is_empty()).then(|| Extent {
                    offset: offset + new.data.len() as u64,
                    len: new.report.len() as u64,
                    hash: hash::xxh3(new.report),
                }),
            })
        }
    };
    let records_len = (table.len() - buckets * BUCKET) as u64;
    let (index, header_len) = index::encode_table(header, table, buckets as u64, records_len)?;
    close(archive, &index, header_len)
}
