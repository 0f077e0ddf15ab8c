//! Audit hooks (PEP 578) that are there before Python is initialized, as PEP 578 wants it of an embedder that must not miss an event.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use fastice_image::{AuditHook, ROOT};
use pyo3_ffi::PyObject;

use crate::status::Ending;

/// `Py_AuditHookFunction`.
type Function = unsafe extern "C" fn(*const c_char, *mut PyObject, *mut c_void) -> c_int;

unsafe extern "C" {
    /// See CPython's documentation. It may be called before Python is initialized.
    fn PySys_AddAuditHook(hook: Function, user_data: *mut c_void) -> c_int;
}

/// Adds the hooks, in their order.
///
/// # Errors
/// When one of them cannot be loaded: a program is not run without a hook that it was given.
pub(crate) fn install(hooks: &[AuditHook]) -> Result<(), Ending> {
    hooks.iter().try_for_each(|hook| {
        let add = load(hook).and_then(|function| {
            // SAFETY: as whoever named the function promises, it has that type. It is never unloaded. Python may not be
            // initialized yet: that is what this function is for.
            match unsafe { PySys_AddAuditHook(function, std::ptr::null_mut()) } {
                0 => Ok(()),
                _ => Err(String::from("another hook refused it")),
            }
        });
        add.map_err(|error| {
            let AuditHook { library, symbol } = hook;
            Ending::Error(format!(
                "the audit hook {library}:{symbol} cannot be added: {error}"
            ))
        })
    })
}

/// The function of a hook.
fn load(hook: &AuditHook) -> Result<Function, String> {
    let no_name = |_| String::from("a name with a null byte");
    let library = CString::new(format!("{ROOT}/{}", hook.library)).map_err(no_name)?;
    let symbol = CString::new(hook.symbol.as_str()).map_err(no_name)?;
    // SAFETY: C strings; the library's constructors run as they would under any program that loads it.
    let function = unsafe {
        let handle = libc::dlopen(library.as_ptr(), libc::RTLD_NOW);
        if handle.is_null() {
            return Err(last_error());
        }
        libc::dlsym(handle, symbol.as_ptr())
    };
    if function.is_null() {
        return Err(last_error());
    }
    // SAFETY: a function of that type, as whoever named it promises.
    Ok(unsafe { std::mem::transmute::<*mut c_void, Function>(function) })
}

/// What the dynamic loader says.
fn last_error() -> String {
    // SAFETY: dlerror returns null or a C string, which is copied at once.
    unsafe {
        let message = libc::dlerror();
        if message.is_null() {
            return String::from("unknown error");
        }
        CStr::from_ptr(message).to_string_lossy().into_owned()
    }
}
