//! What CPython's initialization functions answer.

use std::ffi::{CStr, c_char, c_int};

use pyo3_ffi::{
    _PyStatus_TYPE, Py_TYPE, PyErr_Clear, PyErr_GetRaisedException, PyErr_Occurred, PyObject,
    PyObject_Str, PyStatus, PyThreadState_GetUnchecked, PyUnicode_AsUTF8,
};

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
        _PyStatus_TYPE::_PyStatus_TYPE_ERROR => {
            let mut message = text(status.err_msg);
            if let Some(exception) = exception() {
                message = format!("{message}: {exception}");
            }
            Err(Ending::Error(message))
        }
    }
}

unsafe extern "C" {
    /// The name of an exception class.
    fn PyExceptionClass_Name(class: *mut PyObject) -> *const c_char;
}

/// What the exception says that was raised meanwhile, if Python had come so far.
fn exception() -> Option<String> {
    // SAFETY: without a thread state nothing is asked; with one, this thread holds the lock, as it did when it initialized Python.
    unsafe {
        if PyThreadState_GetUnchecked().is_null() || PyErr_Occurred().is_null() {
            return None;
        }
        let exception = PyErr_GetRaisedException();
        let kind = CStr::from_ptr(PyExceptionClass_Name(Py_TYPE(exception).cast()));
        let description = PyObject_Str(exception);
        let text = if description.is_null() {
            std::ptr::null()
        } else {
            PyUnicode_AsUTF8(description)
        };
        // The process ends: what is not given up is no loss.
        PyErr_Clear();
        let kind = kind.to_string_lossy();
        Some(if text.is_null() {
            kind.into_owned()
        } else {
            format!("{kind}: {}", CStr::from_ptr(text).to_string_lossy())
        })
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
