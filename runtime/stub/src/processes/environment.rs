//! The marker in environments: taken out of our own, put into a child's.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use fastice_image::marker::{Marker, PREFIX};

use crate::memory;

/// How many variables a child's environment may have before memory must be mapped for the list of them.
const FEW: usize = 1024;

unsafe extern "C" {
    /// The C library's list of the variables of this process.
    pub(super) static mut environ: *const *const c_char;
}

/// Takes the marker out of the environment of this process, so that neither Python nor children of other programs see it.
///
/// # Safety
/// The process has one thread, and nobody has looked at the environment yet.
pub(crate) unsafe fn take_marker() -> Option<Marker> {
    let mut marker = None;
    // SAFETY: the list ends with a null pointer, belongs to this process and is read by nobody else, as the caller promises.
    // It never becomes longer.
    unsafe {
        let mut from: *mut *const c_char = environ.cast_mut();
        let mut to = from;
        while !from.is_null() && !(*from).is_null() {
            if is_marker(*from) {
                marker = Marker::read(CStr::from_ptr(*from));
            } else {
                *to = *from;
                to = to.add(1);
            }
            from = from.add(1);
        }
        if to != from {
            *to = ptr::null();
        }
    }
    marker
}

/// Leaves no variable in the environment of this process.
pub(crate) fn clear() {
    // SAFETY: the process has one thread, and the C library accepts an empty list.
    unsafe { libc::clearenv() };
}

/// Calls `start` with the variables of `list` and the marker. -1 and `errno` if there is no memory for the list.
///
/// No memory is allocated but what is given back here: the caller may share its memory with the parent (`vfork`), or be the
/// only thread that is left of many (`fork`).
///
/// # Safety
/// `list` is null or a list of C strings that ends with a null pointer.
pub(super) unsafe fn with_marker(
    list: *const *const c_char,
    marker: &Marker,
    start: impl FnOnce(*const *const c_char) -> c_int,
) -> c_int {
    let text = marker.text();
    let mut few = [ptr::null(); FEW];
    // SAFETY: as the caller promises.
    let needed = unsafe { len(list) } + 2;
    if needed <= FEW {
        // SAFETY: as the caller promises, and there is room.
        unsafe { fill(few.as_mut_ptr(), list, text.as_ptr()) };
        return start(few.as_ptr());
    }
    let size = needed * size_of::<*const c_char>();
    let many = memory::fresh(size);
    if many.is_null() {
        return -1;
    }
    // SAFETY: as the caller promises, and there is room.
    unsafe { fill(many.cast(), list, text.as_ptr()) };
    let result = start(many.cast());
    // SAFETY: the mapping is ours, and the system call that read it is over. That it can be unmapped is certain, so `errno` stays.
    unsafe { libc::munmap(many, size) };
    result
}

/// The number of strings in a list.
///
/// # Safety
/// As for [`with_marker`].
unsafe fn len(list: *const *const c_char) -> usize {
    let mut len = 0;
    // SAFETY: the list ends with a null pointer.
    while !list.is_null() && unsafe { !(*list.add(len)).is_null() } {
        len += 1;
    }
    len
}

/// Copies a list, without markers in it, and ends it with `text` and a null pointer.
///
/// # Safety
/// As for [`with_marker`]; `to` has room for two more than there are in the list.
unsafe fn fill(to: *mut *const c_char, list: *const *const c_char, text: *const c_char) {
    let mut count = 0;
    // SAFETY: as the caller promises.
    unsafe {
        for index in 0..len(list) {
            let entry = *list.add(index);
            if !is_marker(entry) {
                *to.add(count) = entry;
                count += 1;
            }
        }
        *to.add(count) = text;
        *to.add(count + 1) = ptr::null();
    }
}

/// # Safety
/// `entry` is a C string.
unsafe fn is_marker(entry: *const c_char) -> bool {
    // SAFETY: as the caller promises; strncmp stops at the end of a shorter string.
    unsafe { libc::strncmp(entry, PREFIX.as_ptr().cast(), PREFIX.len()) == 0 }
}
