//! ld.so's description of a loaded library.

use std::ffi::{CStr, CString, c_char, c_void};

use crate::vfs::hidden;

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

impl LinkMap {
    /// The executable, which all other libraries follow in the list.
    pub(crate) fn first() -> *mut Self {
        // SAFETY: a null name stands for the executable, which is always there.
        let handle = Handle::new(unsafe { hidden::dlopen()(std::ptr::null(), libc::RTLD_LAZY) });
        handle.map_or(std::ptr::null_mut(), |handle| {
            let map = handle.map();
            handle.close();
            map
        })
    }

    /// The library that ld.so knows under a name, searched from one on.
    ///
    /// # Safety
    /// `from` is [`LinkMap::first`], and no other thread loads or unloads a library now.
    pub(crate) unsafe fn find<'a>(from: *mut Self, name: &CStr) -> Option<&'a mut Self> {
        let mut map = from;
        // SAFETY: the list ends with null, its names are C strings, and it stays as it is.
        unsafe {
            while !map.is_null() && CStr::from_ptr((*map).name) != name {
                map = (*map).next;
            }
            map.as_mut()
        }
    }

    /// Makes `name` the library's name: what `dladdr`, debuggers and backtraces show, and what a further `dlopen` finds
    /// it by.
    pub(crate) fn rename(&mut self, name: &CStr) {
        // SAFETY: as for every link map, the name is a C string.
        if unsafe { CStr::from_ptr(self.name) } != name {
            // SAFETY: ld.so frees the name with the library, so it must be allocated as ld.so does it. The old one is
            // left to whoever may be looking at it right now.
            self.name = unsafe { libc::strdup(name.as_ptr()) };
        }
    }
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

    /// Makes `name` the library's name.
    pub(crate) fn rename(self, name: &CStr) {
        // SAFETY: the library stays loaded as long as the handle is open.
        if let Some(map) = unsafe { self.map().as_mut() } {
            map.rename(name);
        }
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
