//! Stands in for `libgcc_s`, so that the executable needs no library beside the C library.
//!
//! The standard library comes compiled for both panic strategies and refers to the unwinder; a panic of the stub
//! aborts and never unwinds, so none of this runs, except for one backtrace of no frames when a panic prints itself.
//! The names are not exported: C++ code in extension modules finds the real unwinder that it was linked with.

use std::ffi::{c_int, c_void};

/// `_URC_END_OF_STACK` of the C++ ABI for Itanium, Level I.
const END_OF_STACK: c_int = 5;

/// Walks no frames.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(_callback: *const c_void, _argument: *mut c_void) -> c_int {
    END_OF_STACK
}

/// Defines functions that nothing calls when a panic aborts.
macro_rules! never_called {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        extern "C" fn $name() -> ! {
            std::process::abort()
        }
    )*};
}

never_called! {
    _Unwind_DeleteException
    _Unwind_FindEnclosingFunction
    _Unwind_GetCFA
    _Unwind_GetDataRelBase
    _Unwind_GetIP
    _Unwind_GetIPInfo
    _Unwind_GetLanguageSpecificData
    _Unwind_GetRegionStart
    _Unwind_GetTextRelBase
    _Unwind_RaiseException
    _Unwind_Resume
    _Unwind_SetGR
    _Unwind_SetIP
}
