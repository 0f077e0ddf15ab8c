//! Maps a snapshot out of the executable.

use std::os::fd::AsRawFd;

use fastice_image::snapshot::sample;
use fastice_image::{Snapshot, SnapshotSegment};

use super::zones::{ARENAS, PAGE, RAW};
use super::{keys, warm};
use crate::executable;
use crate::failure::{self, Failure};
use crate::image::Mapped;

/// Makes the snapshot the memory of CPython in this process, which did not use any of it before. If the kernel refuses, or the
/// snapshot is not one for this executable, nothing has happened. `is_program`: this process runs the program, whose modules may
/// be in the snapshot, and not something else in its place.
pub(super) fn thaw(mapped: &Mapped, snapshot: &Snapshot, is_program: bool) -> bool {
    let Some(segments) = Segments::of(mapped, snapshot) else {
        return false;
    };
    let (Some(words), Ok(file)) = (warm::own(), executable::open()) else {
        return false;
    };
    let variables = segments.warm.bytes(mapped.bytes());
    if !segments.are_sound(mapped.bytes(), snapshot) || !is_program && warm::wants_end(variables) {
        return false;
    }
    let descriptor = file.as_raw_fd();
    let mut done = Vec::new();
    for segment in &segments.zones {
        if !map(descriptor, segment, libc::MAP_FIXED_NOREPLACE) {
            done.iter().for_each(unmap);
            return false;
        }
        done.push(*segment);
    }
    if !keys::create(variables) {
        done.iter().for_each(unmap);
        return false;
    }
    // SAFETY: variables of this process, which can be read; they are written again with what they held.
    unsafe {
        let values: Vec<usize> = words.iter().map(|word| word.read()).collect();
        if !map(descriptor, &segments.warm, libc::MAP_FIXED) {
            // The kernel may have taken away what was there.
            failure::end(&Failure::Memory);
        }
        for (word, value) in words.iter().zip(values) {
            word.write(value);
        }
    }
    true
}

/// A part of a snapshot, checked.
#[derive(Clone, Copy)]
struct Part {
    address: usize,
    /// In the executable.
    offset: libc::off_t,
    len: usize,
    memory_len: usize,
}

impl Part {
    /// What is in the executable, whose bytes are `file`.
    fn bytes<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        let from = usize::try_from(self.offset).unwrap_or(usize::MAX);
        file.get(from..)
            .and_then(|bytes| bytes.get(..self.len))
            .unwrap_or_default()
    }
}

struct Segments {
    warm: Part,
    zones: [Part; 2],
}

impl Segments {
    /// The parts of `snapshot`, if it is one that this executable can have made.
    fn of(mapped: &Mapped, snapshot: &Snapshot) -> Option<Self> {
        let [warm, raw, arenas] = &snapshot.segments[..] else {
            return None;
        };
        let part = |segment: &SnapshotSegment, (address, size): (usize, usize)| {
            let in_data = segment.offset.checked_add(segment.len)? <= snapshot.data.len;
            let offset = snapshot.data.offset.checked_add(segment.offset)?;
            let in_file = offset.checked_add(segment.len)? <= mapped.bytes().len() as u64;
            let part = Part {
                address: usize::try_from(segment.address).ok()?,
                offset: offset.cast_signed(),
                len: usize::try_from(segment.len).ok()?,
                memory_len: usize::try_from(segment.memory_len).ok()?,
            };
            let is_aligned = offset.is_multiple_of(PAGE as u64)
                && part.len.is_multiple_of(PAGE)
                && part.memory_len.is_multiple_of(PAGE);
            let fits =
                part.address == address && part.len <= part.memory_len && part.memory_len <= size;
            (in_data && in_file && is_aligned && fits && part.len > 0).then_some(part)
        };
        let warm = part(warm, warm::range())?;
        if warm.len != warm::range().1 {
            return None;
        }
        Some(Self {
            warm,
            zones: [
                part(raw, (RAW.base, RAW.size))?,
                part(arenas, (ARENAS.base, ARENAS.size))?,
            ],
        })
    }

    /// Are samples of them what was written? A snapshot with holes is not used.
    fn are_sound(&self, file: &[u8], snapshot: &Snapshot) -> bool {
        let [raw, arenas] = &self.zones;
        let whole = Part {
            len: self.warm.len + raw.len + arenas.len,
            ..self.warm
        };
        sample(whole.bytes(file)) == snapshot.sample
    }
}

/// Maps a part at its address: what is in the file, and zeros behind it.
fn map(descriptor: libc::c_int, part: &Part, placement: libc::c_int) -> bool {
    let private = libc::MAP_PRIVATE | placement;
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let begin = warm::pointer(part.address);
    // SAFETY: nothing is at these addresses, or it is what is to be replaced: variables of CPython, which did not run yet.
    let mapped = unsafe {
        libc::mmap(
            begin,
            part.len,
            protection,
            private,
            descriptor,
            part.offset,
        )
    };
    if mapped != begin {
        // A kernel older than 4.17 does not know MAP_FIXED_NOREPLACE and maps elsewhere.
        if mapped != libc::MAP_FAILED {
            // SAFETY: the mapping is new, and ours.
            unsafe { libc::munmap(mapped, part.len) };
        }
        return false;
    }
    if part.memory_len == part.len {
        return true;
    }
    let begin = warm::pointer(part.address + part.len);
    let len = part.memory_len - part.len;
    // SAFETY: as above.
    let mapped =
        unsafe { libc::mmap(begin, len, protection, private | libc::MAP_ANONYMOUS, -1, 0) };
    if mapped == begin {
        return true;
    }
    if mapped != libc::MAP_FAILED {
        // SAFETY: the mapping is new, and ours.
        unsafe { libc::munmap(mapped, len) };
    }
    // SAFETY: mapped above, and nobody uses it.
    unsafe { libc::munmap(warm::pointer(part.address), part.len) };
    false
}

fn unmap(part: &Part) {
    // SAFETY: mapped above, and nobody uses it.
    unsafe { libc::munmap(warm::pointer(part.address), part.memory_len) };
}
