//! Errors as the C library tells them.

use std::ffi::{CStr, c_int, c_long};
use std::fmt;

/// An error number of `errno.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) c_int);

impl Errno {
    /// What the last call that failed has set.
    pub(crate) fn last() -> Self {
        // SAFETY: the address is valid for this thread.
        Self(unsafe { *libc::__errno_location() })
    }

    /// Sets `errno`.
    pub(crate) fn set(self) {
        // SAFETY: the address is valid for this thread.
        unsafe { *libc::__errno_location() = self.0 };
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: the text is valid for this thread until its next call.
        let text = unsafe { CStr::from_ptr(libc::strerror(self.0)) };
        f.write_str(&text.to_string_lossy())
    }
}

/// What a C function returns when it fails.
pub(crate) trait Failed {
    /// -1 or a null pointer.
    const FAILED: Self;
}

impl Failed for c_int {
    const FAILED: Self = -1;
}

impl Failed for c_long {
    const FAILED: Self = -1;
}

impl Failed for isize {
    const FAILED: Self = -1;
}

impl<T> Failed for *mut T {
    const FAILED: Self = std::ptr::null_mut();
}

/// Turns a result into what a C function returns, and sets `errno` if it is an error.
pub(crate) fn answer<T: Failed>(result: Result<T, Errno>) -> T {
    result.unwrap_or_else(|errno| {
        errno.set();
        T::FAILED
    })
}
