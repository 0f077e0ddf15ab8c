//! The end of a process that began with a snapshot: quickly, if nobody would notice.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3_ffi::PyThreadState;

use crate::trace;

/// Did this process begin with a snapshot?
static RESTORED: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    /// What CPython asks in the middle of its finalization (`runtime/cpython/patches/finalize-hook.patch`).
    static mut _Py_FinalizeHook: Option<unsafe extern "C" fn(*mut PyThreadState) -> c_int>;
    /// See `python/exit.c`.
    fn fastice_can_end(tstate: *mut PyThreadState) -> c_int;
}

/// Lets CPython ask whether the interpreter has to be taken apart, which `restored` ones need not always be.
pub(crate) fn install(restored: bool) {
    RESTORED.store(restored, Ordering::Relaxed);
    // SAFETY: no thread runs Python code yet.
    unsafe { _Py_FinalizeHook = Some(can_end) };
}

/// Called when threads, pending calls and exit functions are done. Not 0: the interpreter need not be taken apart.
unsafe extern "C" fn can_end(tstate: *mut PyThreadState) -> c_int {
    trace::phase("program");
    if !RESTORED.load(Ordering::Relaxed) {
        return 0;
    }
    // SAFETY: CPython calls this with the lock of the thread state's interpreter held.
    unsafe { fastice_can_end(tstate) }
}
