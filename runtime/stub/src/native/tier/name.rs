//! Memory files with a name that the kernel can open.

use std::ffi::{CStr, CString, c_int};
use std::sync::atomic::{AtomicU32, Ordering};

use fastice_image::ROOT;
use libc::{AT_FDCWD, F_OK};

use super::{Refusal, dispatch};
use crate::native::link_map::Handle;
use crate::native::load::Request;
use crate::vfs::memfd::{self, Descriptor};

/// How many names a process can have before the first comes again, as a power of two. ld.so takes a
/// library for loaded if it was loaded under the same name before.
const BITS: u32 = 20;

/// How many names were given.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// An open memory file and a name for it.
pub(super) struct Named {
    pub(super) descriptor: Descriptor,
    pub(super) name: CString,
    /// The name is a path that the kernel knows. If not, [`dispatch`] makes it one for ld.so.
    is_path: bool,
}

impl Named {
    /// Names an open memory file.
    pub(super) fn new(descriptor: Descriptor) -> Result<Self, Refusal> {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        if let Some(name) = path_of(descriptor.number(), number) {
            return Ok(Self {
                descriptor,
                name,
                is_path: true,
            });
        }
        if !dispatch::is_available() {
            return Err(Refusal::Unfit(String::from(
                "/proc is not mounted, and the kernel has no Syscall User Dispatch",
            )));
        }
        Ok(Self {
            descriptor,
            name: CString::new(format!("{ROOT}/.memory/{number}")).unwrap_or_default(),
            is_path: false,
        })
    }

    /// Lets ld.so open the library in this file. It needs those in `others`, too.
    ///
    /// # Errors
    /// The C library's words.
    pub(super) fn open(&self, others: &[&Self], request: Request) -> Result<Handle, String> {
        let mut files = vec![self];
        files.extend(others);
        if files.iter().all(|file| file.is_path) {
            request.open(&self.name)
        } else {
            dispatch::with(&files, || request.open(&self.name))
        }
    }

    /// A new memory file of `len` zero bytes. `label` is what /proc/self/maps shows.
    pub(super) fn scratch(label: &CStr, len: u64) -> Result<Self, Refusal> {
        Self::new(memfd::scratch(label, len).map_err(Refusal::no_memory_file)?)
    }

    /// A message of ld.so with the library's own path, which is what the user knows, in place of this file's.
    pub(super) fn translate(&self, message: &str, path: &str) -> String {
        message.replace(&*self.name.to_string_lossy(), path)
    }
}

/// A path of an open descriptor, different for each `number`. Nothing without /proc.
fn path_of(descriptor: c_int, number: u32) -> Option<CString> {
    // `.` and nothing are the same to the kernel: bits that it does not look at.
    let bits: String = (0..BITS)
        .map(|bit| if number >> bit & 1 == 1 { "./" } else { "/" })
        .collect();
    // Debuggers open the name, too, so it names the process; where /proc is that of another namespace of process
    // numbers, only `self` is right.
    [std::process::id().to_string(), String::from("self")]
        .into_iter()
        .filter_map(|process| CString::new(format!("/proc/{process}/{bits}fd/{descriptor}")).ok())
        // SAFETY: a C string.
        .find(|name| unsafe { libc::faccessat(AT_FDCWD, name.as_ptr(), F_OK, 0) } == 0)
}
