//! Memory files that are kept, so that a large file is not copied to memory each time that it is opened.
//!
//! `zipimport` opens its archive for every module that it imports. So the second memory file that is made of a large file stays open
//! under a descriptor of ours, out of the way of the program's own numbers, and whoever opens the file after that gets another open file
//! description of it: with a position of its own, as of every `open`. The first one is kept of the archive that runs alone: most files are
//! opened once.
//!
//! A program may close every descriptor there is, and use the number for something else. So it is looked at before it is
//! used. There is no lock, since a child of `fork` may find one taken.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use fastice_image::FileNode;
use libc::{F_DUPFD_CLOEXEC, O_CLOEXEC, O_RDONLY};

use super::errno::Errno;
use super::memfd::{self, Descriptor};
use super::tree;

/// Copying a smaller file takes hardly longer than opening it again, in bytes.
const LARGE: u64 = 64 << 10;

/// Where descriptors of ours begin, if the limit of the process lets them: an ordinary one is 1024.
const FIRST: [c_int; 2] = [1000, 200];

/// Files that were opened: the number of the node in the upper half; in the lower, the descriptor and 1, or 0 if there
/// is none yet. 0 is a free place.
static FILES: [AtomicU64; 8] = [const { AtomicU64::new(0) }; 8];

/// The place that is taken next when all are.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Opens the file at `path` again, if it is kept.
pub(super) fn open(path: &str, file: &FileNode, flags: c_int) -> Option<c_int> {
    if file.size < LARGE {
        return None;
    }
    let (place, value) = find(number(path)?)?;
    let kept = descriptor(value)?;
    if !memfd::is_open_on(kept, path) {
        // Whoever closed it has the number now.
        let _ = place.compare_exchange(
            value,
            entry(value >> 32, None),
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        return None;
    }
    let again = memfd::open_again(kept, O_RDONLY | flags & O_CLOEXEC).ok()?;
    Some(again.into_raw())
}

/// Takes note of a memory file that was made of the file at `path`, and keeps it if it is not the first one.
pub(super) fn note(path: &str, file: &FileNode, made: &Descriptor) {
    if file.size < LARGE {
        return;
    }
    let Some(number) = number(path) else {
        return;
    };
    match find(number) {
        None => {
            let value = entry(number, None);
            if let Some(place) = replace(value)
                && tree::is_program_archive(path)
            {
                keep(place, value, made);
            }
        }
        Some((place, value)) if descriptor(value).is_none() => {
            keep(place, value, made);
        }
        Some(_) => {}
    }
}

/// A descriptor of the file at `path` that stays open, whatever its size. Nothing if there is no room for it.
pub(super) fn stays(path: &str, file: &FileNode) -> Option<c_int> {
    let number = number(path)?;
    if let Some((_, value)) = find(number)
        && let Some(kept) = descriptor(value)
        && memfd::is_open_on(kept, path)
    {
        return Some(kept);
    }
    let made = memfd::make_file(path, file, O_CLOEXEC).ok()?;
    let place = match find(number) {
        Some((place, _)) => place,
        None => replace(entry(number, None))?,
    };
    keep(place, place.load(Ordering::Acquire), &made)
}

/// Puts a duplicate of `made` into a place that has held `value`, which says of which file it is.
fn keep(place: &AtomicU64, value: u64, made: &Descriptor) -> Option<c_int> {
    let errno = Errno::last();
    let duplicate = FIRST.into_iter().find_map(|first| {
        // SAFETY: an open descriptor.
        let duplicate = unsafe { libc::fcntl(made.number(), F_DUPFD_CLOEXEC, first) };
        (duplicate >= 0).then(|| Descriptor::new(duplicate))
    });
    errno.set();
    let duplicate = duplicate?;
    let new = entry(value >> 32, Some(duplicate.number()));
    place
        .compare_exchange(value, new, Ordering::AcqRel, Ordering::Relaxed)
        .ok()?;
    Some(duplicate.into_raw())
}

/// The place of the file with this number, and what it held.
fn find(number: u64) -> Option<(&'static AtomicU64, u64)> {
    FILES
        .iter()
        .map(|place| (place, place.load(Ordering::Acquire)))
        .find(|(_, value)| value >> 32 == number)
}

/// Puts a file without descriptor into a free place, or that of another file without descriptor.
fn replace(new: u64) -> Option<&'static AtomicU64> {
    let begin = NEXT.fetch_add(1, Ordering::Relaxed);
    let places = || (0..FILES.len()).map(|at| &FILES[(begin + at) % FILES.len()]);
    let take = |place: &&AtomicU64, is_free: fn(u64) -> bool| {
        let value = place.load(Ordering::Acquire);
        is_free(value)
            && place
                .compare_exchange(value, new, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    };
    places()
        .find(|place| take(place, |value| value == 0))
        .or_else(|| places().find(|place| take(place, |value| descriptor(value).is_none())))
}

fn entry(number: u64, descriptor: Option<c_int>) -> u64 {
    number << 32 | u64::from(descriptor.map_or(0, |descriptor| descriptor.unsigned_abs() + 1))
}

fn descriptor(value: u64) -> Option<c_int> {
    let lower = (value & u64::from(u32::MAX)).checked_sub(1)?;
    c_int::try_from(lower).ok()
}

/// The number of the node at `path`, if it has one that fits.
fn number(path: &str) -> Option<u64> {
    let number = tree::inode(path);
    (number > 0 && u32::try_from(number).is_ok()).then_some(number)
}
