//! Memory from the kernel, where no allocator may be asked.

use std::ffi::c_void;
use std::ptr;

/// `size` bytes of new, zeroed memory on pages of its own; null if there is none.
pub(crate) fn fresh(size: usize) -> *mut c_void {
    // SAFETY: a new mapping harms nothing.
    let address = unsafe {
        libc::mmap(
            ptr::null_mut(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if address == libc::MAP_FAILED {
        ptr::null_mut()
    } else {
        address
    }
}
