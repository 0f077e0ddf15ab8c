//! ld.so's description of a loaded library.

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};

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
        Handle::of_executable().map_or(std::ptr::null_mut(), |handle| {
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

// Requests of dlinfo, of dlfcn.h.
const RTLD_DI_SERINFO: c_int = 4;
const RTLD_DI_SERINFOSIZE: c_int = 5;

/// `Dl_serinfo` of dlfcn.h, without the directories that follow it.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct SearchPath {
    /// Of all of it, names included.
    bytes: usize,
    count: c_uint,
}

/// `Dl_serpath` of dlfcn.h.
#[repr(C)]
struct SearchDirectory {
    name: *const c_char,
    flags: c_uint,
}

/// A library that ld.so has loaded, with a reference to it that is ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle(*mut c_void);

impl Handle {
    /// The executable itself.
    pub(crate) fn of_executable() -> Option<Self> {
        // SAFETY: a null name stands for the executable, which is always there.
        Self::new(unsafe { hidden::dlopen()(std::ptr::null(), libc::RTLD_LAZY) })
    }

    /// The directories in which ld.so searches the libraries that this one needs: `LD_LIBRARY_PATH` and the default ones.
    pub(crate) fn search_path(self) -> Vec<CString> {
        let mut size = SearchPath::default();
        let size_at = (&raw mut size).cast();
        // SAFETY: the handle is open, and the request writes the two numbers.
        if unsafe { libc::dlinfo(self.0, RTLD_DI_SERINFOSIZE, size_at) } != 0 {
            return Vec::new();
        }
        // As many words as bytes are wanted, so that the alignment is right.
        let mut buffer: Vec<u64> = vec![0; size.bytes];
        let header = buffer.as_mut_ptr().cast::<SearchPath>();
        // SAFETY: the buffer is as long as the C library wants it, and begins with these numbers; it is then filled with as many
        // directories as they say, whose names lie in it, too.
        unsafe {
            header.write(size);
            if libc::dlinfo(self.0, RTLD_DI_SERINFO, header.cast()) != 0 {
                return Vec::new();
            }
            let first = header.add(1).cast::<SearchDirectory>();
            let directories = std::slice::from_raw_parts(first, size.count as usize);
            directories
                .iter()
                .map(|directory| CStr::from_ptr(directory.name).to_owned())
                .collect()
        }
    }

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
