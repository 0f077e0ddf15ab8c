//! Memory files with a name that the kernel can open.

use std::ffi::{CStr, CString, c_int};
use std::sync::atomic::{AtomicU32, Ordering};

use libc::{AT_FDCWD, F_OK};

use super::Refusal;
use crate::vfs::memfd::{self, Descriptor};

/// How many names a process can have before the first comes again, as a power of two. ld.so takes a
/// library for loaded if it was loaded under the same name before.
const BITS: u32 = 20;

/// An open memory file and a path that leads to it, for as long as it is open.
pub(super) struct Named {
    pub(super) descriptor: Descriptor,
    pub(super) name: CString,
}

impl Named {
    /// Names an open memory file.
    pub(super) fn new(descriptor: Descriptor) -> Result<Self, Refusal> {
        let name = path_of(descriptor.number())
            .ok_or_else(|| Refusal::Unfit(String::from("/proc is not mounted")))?;
        Ok(Self { descriptor, name })
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

/// A path of an open descriptor, different from all before. Nothing without /proc.
fn path_of(descriptor: c_int) -> Option<CString> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
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
