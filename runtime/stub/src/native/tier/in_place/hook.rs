//! The hook: what ld.so calls between mapping a library and relocating it.

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::os::fd::AsRawFd;

use libc::{MAP_FAILED, MAP_FIXED, MAP_PRIVATE, PROT_EXEC, PROT_READ, PROT_WRITE, off_t};
use object::elf::{PF_R, PF_W, PF_X};

use super::PAGE;
use super::stand_in::{Change, entry_bytes};
use crate::native::elf::Segment;
use crate::native::link_map::LinkMap;

/// A library whose stand-in is to be replaced.
pub(super) struct Remapping<'a> {
    /// The name under which ld.so knows it.
    pub(super) loaded_as: &'a CStr,
    /// Where ld.so's list of libraries begins.
    pub(super) first: *mut LinkMap,
    /// Its own name.
    pub(super) path: &'a str,
    /// The open executable.
    pub(super) executable: &'a fs_err::File,
    /// Where in the executable it lies, in bytes.
    pub(super) offset: u64,
    /// Its mapped segments.
    pub(super) segments: Vec<Segment>,
    /// What the stand-in has changed in its dynamic section.
    pub(super) changes: Vec<Change>,
    /// Length of its dynamic section, in bytes.
    pub(super) dynamic_len: usize,
    /// The library's bytes are mapped.
    pub(super) is_done: Cell<bool>,
}

/// Libraries that are loaded at once.
type Pending<'a> = [Remapping<'a>];

thread_local! {
    /// What the hook is to do in this thread, if anything. It points to something that lives until it is reset.
    static PENDING: Cell<Option<*const Pending<'static>>> = const { Cell::new(None) };
    /// How often the hook was called in this thread.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// The address of the hook, for a probe.
pub(super) fn address() -> usize {
    hook as *const () as usize
}

/// Runs `load`, during which the hook replaces the stand-ins.
pub(super) fn with<T>(remappings: &Pending<'_>, load: impl FnOnce() -> T) -> T {
    let pending = std::ptr::from_ref(remappings) as *const Pending<'static>;
    // A constructor of the library may load another one.
    let outer = PENDING.replace(Some(pending));
    let result = load();
    PENDING.set(outer);
    result
}

/// Runs `load`, and tells whether the hook was called.
pub(super) fn count<T>(load: impl FnOnce() -> T) -> (T, bool) {
    let before = CALLS.get();
    let result = load();
    (result, CALLS.get() != before)
}

/// Ends the process: a library was loaded without its code. The self-test makes this impossible, as far as we know; but if
/// it happens, nothing may go on.
pub(super) fn missed(path: &str) -> ! {
    eprintln!(
        "fastice: {path}: the dynamic loader has not called the hook; set FASTICE_NATIVE=memfd"
    );
    std::process::abort()
}

/// What ld.so calls. The value that it stores is of no use to anybody.
extern "C" fn hook() -> usize {
    CALLS.set(CALLS.get() + 1);
    // SAFETY: set by `with`, which is waiting for ld.so to come back.
    let pending = PENDING.get().map(|pending| unsafe { &*pending });
    // ld.so maps all libraries before it relocates the first.
    for remapping in pending.into_iter().flatten() {
        if remapping.is_done.get() {
            continue;
        }
        // SAFETY: ld.so calls this while it holds its lock, so the list of libraries does not change.
        if let Some(map) = unsafe { LinkMap::find(remapping.first, remapping.loaded_as) } {
            // SAFETY: found under the name of the stand-in, mapped, and not yet relocated.
            if unsafe { remapping.apply(map) }.is_err() {
                missed(remapping.path);
            }
            remapping.is_done.set(true);
        }
    }
    address()
}

/// A mapping failed.
struct Failed;

impl Remapping<'_> {
    /// Maps the library's bytes over those of its stand-in.
    ///
    /// # Safety
    /// `map` is the stand-in, mapped by ld.so and not yet relocated.
    unsafe fn apply(&self, map: &mut LinkMap) -> Result<(), Failed> {
        // ld.so has added the library's address to some entries already.
        // SAFETY: the dynamic section is mapped.
        let mut dynamic = unsafe {
            std::slice::from_raw_parts(map.dynamic.cast::<u8>(), self.dynamic_len).to_vec()
        };
        for segment in self.segments.iter().filter(|segment| segment.file_size > 0) {
            // SAFETY: as the caller promises.
            unsafe { self.map_segment(map.base, segment)? };
        }
        for change in &self.changes {
            dynamic
                .get_mut(change.offset..change.offset + 16)
                .ok_or(Failed)?
                .copy_from_slice(&entry_bytes(change.original));
        }
        if self.dynamic_is_writable(map) {
            // SAFETY: it lies in a segment that was just mapped writable.
            unsafe {
                map.dynamic
                    .cast::<u8>()
                    .copy_from_nonoverlapping(dynamic.as_ptr(), dynamic.len());
            }
        }
        map.rename(&CString::new(self.path).map_err(|_| Failed)?);
        Ok(())
    }

    /// ld.so leaves a read-only dynamic section as it is in the file.
    fn dynamic_is_writable(&self, map: &LinkMap) -> bool {
        let address = (map.dynamic as usize).wrapping_sub(map.base) as u64;
        self.segments.iter().any(|segment| {
            let within =
                address >= segment.address && address - segment.address < segment.file_size;
            within && segment.flags & PF_W.0 != 0
        })
    }

    /// # Safety
    /// ld.so has mapped the same segment of the stand-in, at `base`.
    unsafe fn map_segment(&self, base: usize, segment: &Segment) -> Result<(), Failed> {
        let within_page = segment.address % PAGE;
        let begin = segment.address - within_page;
        let file_end = segment.address + segment.file_size;
        let end = file_end.next_multiple_of(PAGE);
        let offset = self.offset + (segment.offset - within_page);
        let at = base.wrapping_add(usize::try_from(begin).map_err(|_| Failed)?);
        // SAFETY: these pages are the stand-in's, as the caller promises.
        let mapped = unsafe {
            libc::mmap(
                at as *mut _,
                usize::try_from(end - begin).map_err(|_| Failed)?,
                protection(segment.flags),
                MAP_PRIVATE | MAP_FIXED,
                self.executable.as_raw_fd(),
                off_t::try_from(offset).map_err(|_| Failed)?,
            )
        };
        if mapped == MAP_FAILED {
            return Err(Failed);
        }
        if segment.memory_size > segment.file_size && segment.flags & PF_W.0 != 0 {
            let tail = base.wrapping_add(usize::try_from(file_end).map_err(|_| Failed)?);
            // SAFETY: the rest of the last page, which is writable.
            unsafe {
                std::ptr::write_bytes(
                    tail as *mut u8,
                    0,
                    usize::try_from(end - file_end).map_err(|_| Failed)?,
                );
            }
        }
        Ok(())
    }
}

fn protection(flags: u32) -> i32 {
    [(PF_R, PROT_READ), (PF_W, PROT_WRITE), (PF_X, PROT_EXEC)]
        .into_iter()
        .filter(|(flag, _)| flags & flag.0 != 0)
        .fold(0, |all, (_, protection)| all | protection)
}
