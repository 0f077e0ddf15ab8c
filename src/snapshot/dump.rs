//! What a process that makes a snapshot writes down (`runtime/stub/src/snapshot/dump.rs`).

use fastice_image::SnapshotSegment;

/// Static variables, raw memory, arenas.
const SEGMENTS: usize = 3;

/// Bytes of a number.
const NUMBER: usize = 8;

/// The memory of an initialized interpreter.
#[derive(Debug)]
pub(super) struct Dump {
    pub(super) segments: Vec<SnapshotSegment>,
    /// What is in the segments, one after the other.
    pub(super) data: Vec<u8>,
}

impl Dump {
    /// Reads what such a process has written. Nothing if it is not all there.
    pub(super) fn parse(mut bytes: Vec<u8>) -> Option<Self> {
        let head = bytes.get(..SEGMENTS * 3 * NUMBER)?;
        let mut offset = 0;
        let segments: Vec<SnapshotSegment> = head
            .chunks_exact(3 * NUMBER)
            .map(|numbers| {
                let number = |index: usize| {
                    let bytes = numbers[index * NUMBER..].first_chunk();
                    bytes.map(|&bytes| u64::from_le_bytes(bytes))
                };
                let segment = SnapshotSegment {
                    address: number(0)?,
                    offset,
                    len: number(1)?,
                    memory_len: number(2)?,
                };
                offset = offset.checked_add(segment.len)?;
                Some(segment)
            })
            .collect::<Option<_>>()?;
        bytes.drain(..SEGMENTS * 3 * NUMBER);
        (bytes.len() as u64 == offset).then_some(Self {
            segments,
            data: bytes,
        })
    }

    /// Where another snapshot of the same program differs; nothing if it does not.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        const NAMES: [&str; SEGMENTS] = ["static variables", "allocated memory", "objects"];
        if self.segments != other.segments {
            return Some("their sizes".to_owned());
        }
        let at = self
            .data
            .iter()
            .zip(&other.data)
            .position(|(a, b)| a != b)? as u64;
        let index = self
            .segments
            .iter()
            .rposition(|segment| segment.offset <= at)
            .unwrap_or_default();
        let segment = &self.segments[index];
        Some(format!(
            "{} at address {:#x}",
            NAMES[index],
            segment.address + (at - segment.offset)
        ))
    }
}
