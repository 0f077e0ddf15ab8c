//! Names by which the kernel opens a descriptor of this process.

use std::ffi::{CString, c_int};
use std::sync::atomic::{AtomicU32, Ordering};

use libc::{AT_FDCWD, F_OK};

/// How many names a process can have before the first comes again, as a power of two. ld.so takes a
/// library for loaded if it was loaded under the same name before.
const BITS: u32 = 20;

/// A path of the open descriptor, different from all before. Nothing without /proc.
pub(crate) fn of(descriptor: c_int) -> Option<CString> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    // `.` and nothing are the same to the kernel: bits that it does not look at.
    let bits: String = (0..BITS)
        .map(|bit| if number >> bit & 1 == 1 { "./" } else { "/" })
        .collect();
    // Debuggers open the name, too, so it names the process; in a namespace, its number may be another one there.
    [std::process::id().to_string(), String::from("self")]
        .into_iter()
        .filter_map(|process| CString::new(format!("/proc/{process}/{bits}fd/{descriptor}")).ok())
        // SAFETY: a C string.
        .find(|name| unsafe { libc::faccessat(AT_FDCWD, name.as_ptr(), F_OK, 0) } == 0)
}
