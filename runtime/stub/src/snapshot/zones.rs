//! The two zones of memory at fixed addresses from which everything is allocated while a snapshot is made.
//!
//! *Raw memory* is what CPython and the libraries behind it get from `malloc`: their calls are redirected here by the linker
//! (`--wrap`, see build.rs). *Arenas* are what CPython's own allocator of small objects gets.
//!
//! In a process that started from a snapshot, new memory comes from the C library as ever, blocks of the snapshot are never
//! given back, and one that grows moves out. In any other process these functions cost one comparison.
//!
//! The zones lie far from everything: the kernel places the heap behind the executable, at up to 1 GiB from its end, and
//! mappings and stack near the end of the address space.

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use libc::wchar_t;

use crate::memory;

/// A range of addresses.
pub(super) struct Zone {
    pub(super) base: usize,
    pub(super) size: usize,
    /// Where the free part begins, while a snapshot is made.
    top: AtomicUsize,
}

impl Zone {
    const fn at(base: usize) -> Self {
        Self {
            base,
            size: 1 << 32,
            top: AtomicUsize::new(base),
        }
    }

    fn contains(&self, block: *const c_void) -> bool {
        (block as usize).wrapping_sub(self.base) < self.size
    }

    /// The number of bytes in use, whole pages.
    pub(super) fn used(&self) -> usize {
        (self.top.load(Ordering::Relaxed) - self.base).next_multiple_of(PAGE)
    }

    /// Takes `size` bytes at a multiple of `alignment`, filled with zeros. Null if the zone is full.
    fn take(&self, size: usize, alignment: usize) -> *mut u8 {
        let begin = self.top.load(Ordering::Relaxed).next_multiple_of(alignment);
        let Some(end) = begin
            .checked_add(size)
            .filter(|&end| end <= self.base + self.size)
        else {
            return ptr::null_mut();
        };
        self.top.store(end, Ordering::Relaxed);
        begin as *mut u8
    }

    /// Reserves the addresses.
    fn map(&self) -> bool {
        // SAFETY: the kernel maps nothing over anything else.
        let address = unsafe {
            libc::mmap(
                self.base as *mut c_void,
                self.size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE
                    | libc::MAP_ANONYMOUS
                    | libc::MAP_NORESERVE
                    | libc::MAP_FIXED_NOREPLACE,
                -1,
                0,
            )
        };
        address as usize == self.base
    }
}

pub(super) static RAW: Zone = Zone::at(0x10_0000_0000);
pub(super) static ARENAS: Zone = Zone::at(0x20_0000_0000);

pub(super) const PAGE: usize = 4096;

/// Size and alignment of CPython's arenas (`Include/internal/pycore_obmalloc.h`, `ARENA_SIZE`).
const ARENA: usize = 1 << 20;

/// A snapshot is being made: memory comes from the zones.
static RECORDING: AtomicBool = AtomicBool::new(false);

/// Begins to allocate from the zones.
pub(super) fn record() -> bool {
    let mapped = RAW.map() && ARENAS.map();
    RECORDING.store(mapped, Ordering::Relaxed);
    mapped
}

/// Goes back to the C library.
pub(super) fn stop() {
    RECORDING.store(false, Ordering::Relaxed);
}

/// Is a snapshot being made?
pub(crate) fn is_recording() -> bool {
    RECORDING.load(Ordering::Relaxed)
}

/// What stands before each block of raw memory.
#[repr(C)]
struct Head {
    /// Bytes that the block has room for.
    room: usize,
    /// The next free block of its class, while it is free.
    next: *mut Head,
}

/// Free blocks by the logarithm of their room.
static mut FREE: [*mut Head; usize::BITS as usize] = [ptr::null_mut(); usize::BITS as usize];

/// Whoever holds it may change the raw zone. Programs that are imported may start threads, although no snapshot can be made of them then.
static LOCK: AtomicBool = AtomicBool::new(false);

fn locked<T>(work: impl FnOnce() -> T) -> T {
    while LOCK.swap(true, Ordering::Acquire) {
        std::hint::spin_loop();
    }
    let result = work();
    LOCK.store(false, Ordering::Release);
    result
}

/// The least room that blocks get: three classes between powers of two, so that little is wasted.
fn room_for(size: usize) -> usize {
    let size = size.max(16).next_multiple_of(16);
    let step = (size.next_power_of_two() / 8).max(16);
    size.next_multiple_of(step)
}

/// A block of the raw zone, filled with zeros.
fn allocate(size: usize) -> *mut c_void {
    if size > RAW.size {
        return ptr::null_mut();
    }
    let room = room_for(size);
    locked(|| {
        // SAFETY: the lock is held. Heads are in the raw zone, which is mapped, and free ones are written by `release` alone.
        unsafe {
            let mut link: *mut *mut Head = &raw mut FREE[room.ilog2() as usize];
            while !(*link).is_null() {
                let head = *link;
                if (*head).room == room {
                    *link = (*head).next;
                    (*head).next = ptr::null_mut();
                    return head.add(1).cast();
                }
                link = &raw mut (*head).next;
            }
            let head: *mut Head = RAW.take(size_of::<Head>() + room, 16).cast();
            if head.is_null() {
                return ptr::null_mut();
            }
            (*head).room = room;
            head.add(1).cast()
        }
    })
}

/// Gives a block back while a snapshot is made. What was in it is not to be in the snapshot.
///
/// # Safety
/// The block is one of [`allocate`]'s, and nobody uses it any more.
unsafe fn release(block: *mut c_void) {
    locked(|| {
        // SAFETY: as the caller promises; the lock is held.
        unsafe {
            let head = block.cast::<Head>().sub(1);
            ptr::write_bytes(block.cast::<u8>(), 0, (*head).room);
            let list = &raw mut FREE[(*head).room.ilog2() as usize];
            (*head).next = *list;
            *list = head;
        }
    });
}

unsafe extern "C" {
    // The C library's functions, by the names that the linker's `--wrap` gives them.
    fn __real_malloc(size: usize) -> *mut c_void;
    fn __real_calloc(count: usize, size: usize) -> *mut c_void;
    fn __real_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn __real_free(block: *mut c_void);
    fn __real_strdup(text: *const c_char) -> *mut c_char;
    fn __real_wcsdup(text: *const wchar_t) -> *mut wchar_t;
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_malloc(size: usize) -> *mut c_void {
    if is_recording() {
        return allocate(size);
    }
    // SAFETY: no preconditions.
    unsafe { __real_malloc(size) }
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_calloc(count: usize, size: usize) -> *mut c_void {
    if is_recording() {
        return count.checked_mul(size).map_or(ptr::null_mut(), allocate);
    }
    // SAFETY: no preconditions.
    unsafe { __real_calloc(count, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_free(block: *mut c_void) {
    if !RAW.contains(block) {
        // SAFETY: as the caller of the C function promises.
        unsafe { __real_free(block) };
    } else if is_recording() {
        // SAFETY: as the caller of the C function promises.
        unsafe { release(block) };
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_realloc(block: *mut c_void, size: usize) -> *mut c_void {
    if block.is_null() {
        return __wrap_malloc(size);
    }
    // SAFETY: as the caller of the C function promises; a block of the zone has its head before it.
    unsafe {
        if !RAW.contains(block) {
            return __real_realloc(block, size);
        }
        let room = (*block.cast::<Head>().sub(1)).room;
        if size <= room && size > room / 2 {
            return block;
        }
        let copy = __wrap_malloc(size);
        if !copy.is_null() {
            ptr::copy_nonoverlapping(block.cast::<u8>(), copy.cast(), room.min(size));
            __wrap_free(block);
        }
        copy
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_reallocarray(
    block: *mut c_void,
    count: usize,
    size: usize,
) -> *mut c_void {
    let Some(size) = count.checked_mul(size) else {
        // SAFETY: the C library's variable of this thread.
        unsafe { *libc::__errno_location() = libc::ENOMEM };
        return ptr::null_mut();
    };
    // SAFETY: as the caller of the C function promises.
    unsafe { __wrap_realloc(block, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_strdup(text: *const c_char) -> *mut c_char {
    // SAFETY: as the caller of the C function promises: a C string.
    unsafe {
        if is_recording() {
            copy(text.cast(), libc::strlen(text) + 1).cast()
        } else {
            __real_strdup(text)
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_wcsdup(text: *const wchar_t) -> *mut wchar_t {
    // SAFETY: as the caller of the C function promises: a wide string.
    unsafe {
        if is_recording() {
            let size = (libc::wcslen(text) + 1) * size_of::<wchar_t>();
            copy(text.cast(), size).cast()
        } else {
            __real_wcsdup(text)
        }
    }
}

/// A new block with a copy of `size` bytes.
///
/// # Safety
/// They can be read.
unsafe fn copy(bytes: *const u8, size: usize) -> *mut c_void {
    let block = allocate(size);
    if !block.is_null() {
        // SAFETY: as the caller promises; the block is new.
        unsafe { ptr::copy_nonoverlapping(bytes, block.cast(), size) };
    }
    block
}

/// For `python/dump.c`: is a block one of CPython's arenas?
#[unsafe(no_mangle)]
extern "C" fn fastice_is_arena(block: *const c_void) -> std::ffi::c_int {
    ARENAS.contains(block).into()
}

/// For `python/dump.c`: the room of a block of raw memory.
#[unsafe(no_mangle)]
unsafe extern "C" fn fastice_room(block: *const c_void) -> usize {
    // SAFETY: as the caller promises; there is a head before each block.
    unsafe { (*block.cast::<Head>().sub(1)).room }
}

/// `PyObjectArenaAllocator.alloc`: arenas, and the chunks of an interpreter's stack, which are smaller.
pub(super) extern "C" fn allocate_arena(_context: *mut c_void, size: usize) -> *mut c_void {
    if is_recording() {
        return locked(|| match size {
            ARENA.. => ARENAS.take(size.next_multiple_of(ARENA), ARENA),
            _ => RAW.take(size.next_multiple_of(PAGE), PAGE),
        })
        .cast();
    }
    memory::fresh(size)
}

/// `PyObjectArenaAllocator.free`
pub(super) extern "C" fn free_arena(_context: *mut c_void, block: *mut c_void, size: usize) {
    if !ARENAS.contains(block) && !RAW.contains(block) {
        // SAFETY: CPython gives back what `allocate_arena` has mapped.
        unsafe { libc::munmap(block, size) };
    }
}

/// The stub's own memory, which is never part of a snapshot.
pub(crate) struct Own;

// SAFETY: the C library's functions keep the contract: their blocks are aligned to 16 bytes, and aligned_alloc's as asked.
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: no preconditions; the alignment is a power of two, and at least that of a pointer.
        unsafe {
            if layout.align() <= 16 {
                __real_malloc(layout.size()).cast()
            } else {
                libc::aligned_alloc(
                    layout.align(),
                    layout.size().next_multiple_of(layout.align()),
                )
                .cast()
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `alloc`.
        unsafe {
            if layout.align() <= 16 {
                return __real_calloc(1, layout.size()).cast();
            }
            let block = self.alloc(layout);
            if !block.is_null() {
                ptr::write_bytes(block, 0, layout.size());
            }
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller gives back a block of one of these functions.
        unsafe { __real_free(block.cast()) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe {
            if layout.align() <= 16 {
                return __real_realloc(block.cast(), size).cast();
            }
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                self.dealloc(block, layout);
            }
            new
        }
    }
}
