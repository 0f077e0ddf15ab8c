//! The locale of the environment, as CPython's preinitialization sets it.

use std::ffi::CStr;

/// Sets the locale for characters (`setlocale(LC_CTYPE, "")`) and tells whether it is one that a snapshot was made for: its encoding
/// is UTF-8, or it is the C locale, which CPython turns into one.
pub(super) fn is_usual() -> bool {
    // SAFETY: the process has one thread; both functions return C strings that live until the next call, or null.
    unsafe {
        libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let name = libc::setlocale(libc::LC_CTYPE, std::ptr::null());
        if name.is_null() {
            return false;
        }
        let encoding = CStr::from_ptr(libc::nl_langinfo(libc::CODESET));
        matches!(CStr::from_ptr(name).to_bytes(), b"C" | b"POSIX") || encoding == c"UTF-8"
    }
}
