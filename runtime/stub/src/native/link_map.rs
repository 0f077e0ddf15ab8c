//! ld.so's description of a loaded library.

use std::ffi::{CStr, CString, c_char, c_void};

/// The public part of glibc's `struct link_map` (`link.h`).
#[repr(C)]
pub(crate) struct LinkMap {
    /// What is added to the addresses in the file.
    pub(crate) base: usize,
    name: *mut c_char,
    /// The dynamic section in memory.
    pub(crate) dynamic: *mut c_void,
    next: *mut LinkMap,
    previous: *mut LinkMap,
}

/// A library that ld.so has loaded, with a reference to it that is ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle(*mut c_void);

impl Handle {
    /// A handle that `dlopen` has returned.
    pub(crate) fn new(raw: *mut c_void) -> Option<Self> {
        (!raw.is_null()).then_some(Self(raw))
    }

    /// The handle for the caller of `dlopen`.
    pub(crate) fn into_raw(self) -> *mut c_void {
        self.0
    }

    /// Gives the reference up.
    pub(crate) fn close(self) {
        // SAFETY: the handle is open, and nobody uses it after this.
        unsafe { libc::dlclose(self.0) };
    }

    fn map(self) -> *mut LinkMap {
        let mut map: *mut LinkMap = std::ptr::null_mut();
        // SAFETY: the handle is open, and the request writes one pointer.
        unsafe { libc::dlinfo(self.0, libc::RTLD_DI_LINKMAP, (&raw mut map).cast()) };
        map
    }

    /// Makes `name` the library's name: what `dladdr`, debuggers and backtraces show, and what a further `dlopen` finds
    /// it by.
    pub(crate) fn rename(self, name: &CStr) {
        let map = self.map();
        if map.is_null() {
            return;
        }
        // SAFETY: ld.so frees the name with the library, so it must be allocated as ld.so does it. The old one is left to whoever
        // may be looking at it right now.
        unsafe { (*map).name = libc::strdup(name.as_ptr()) };
    }

    /// The library's name.
    pub(crate) fn name(self) -> CString {
        let map = self.map();
        if map.is_null() {
            return CString::default();
        }
        // SAFETY: the name of a loaded library is a C string.
        unsafe { CStr::from_ptr((*map).name) }.to_owned()
    }
}
