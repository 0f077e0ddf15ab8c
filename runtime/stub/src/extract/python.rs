//! `_fastice.extract()`.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

use pyo3_ffi::{
    PyErr_SetFromErrnoWithFilenameObject, PyErr_SetString, PyExc_OSError, PyObject,
    PyUnicode_DecodeFSDefaultAndSize,
};

use crate::module::{below_root_of, none};
use crate::vfs::errno::Errno;
use crate::vfs::place::Virtual;

/// The real path of a file or directory of the tree, or None for a path elsewhere.
pub(crate) unsafe extern "C" fn extract(
    _module: *mut PyObject,
    path: *mut PyObject,
) -> *mut PyObject {
    let Some((_, inside)) = below_root_of(path) else {
        return none();
    };
    match super::extract(&Virtual::at(&inside)) {
        Ok(real) => {
            let bytes = real.as_os_str().as_bytes();
            // SAFETY: CPython's lock is held; pointer and length belong together.
            unsafe {
                PyUnicode_DecodeFSDefaultAndSize(bytes.as_ptr().cast(), bytes.len().cast_signed())
            }
        }
        Err(error) => {
            let text = CString::new(error.to_string()).unwrap_or_default();
            // SAFETY: CPython's lock is held, `path` is a live object, and the text a C string that is copied.
            unsafe {
                if let Some(number) = error.raw_os_error() {
                    Errno(number).set();
                    PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path)
                } else {
                    PyErr_SetString(PyExc_OSError, text.as_ptr());
                    std::ptr::null_mut()
                }
            }
        }
    }
}
