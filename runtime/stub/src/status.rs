//! What CPython's initialization functions answer.

use std::ffi::{CStr, c_char, c_int};

use pyo3_ffi::{_PyStatus_TYPE, PyStatus};

/// Why an initialization function wants the process to end.
#[derive(Debug)]
pub(crate) enum Ending {
    /// All was said and done: `--version`, a wrong option.
    Exit(c_int),
    /// An error, in CPython's words.
    Error(String),
}

/// Turns CPython's answer into Rust's.
///
/// # Errors
/// When the answer is not that all is well.
pub(crate) fn check(status: PyStatus) -> Result<(), Ending> {
    match status._type {
        _PyStatus_TYPE::_PyStatus_TYPE_OK => Ok(()),
        _PyStatus_TYPE::_PyStatus_TYPE_EXIT => Err(Ending::Exit(status.exitcode)),
        _PyStatus_TYPE::_PyStatus_TYPE_ERROR => Err(Ending::Error(text(status.err_msg))),
    }
}

fn text(message: *const c_char) -> String {
    if message.is_null() {
        return String::from("no reason given");
    }
    // SAFETY: a message that is not null is a C string literal of CPython's.
    unsafe { CStr::from_ptr(message) }
        .to_string_lossy()
        .into_owned()
}
