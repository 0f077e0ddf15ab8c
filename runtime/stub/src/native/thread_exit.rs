//! The C function `pthread_exit`.
//!
//! The C library's unwinds the thread with `libgcc_s.so.1`, and ends the process if there is none. CPython calls it for every
//! daemon thread that wakes up while the interpreter is shut down, so a program with such threads would crash at its end on a
//! machine that has only the C library.

use std::ffi::{CStr, c_void};
use std::sync::OnceLock;

use super::bundled;
use super::load::Request;
use crate::vfs::hidden::{self, EndThread};

/// The library that unwinds.
const UNWINDER: &CStr = c"libgcc_s.so.1";

/// The C function. It only chooses who does the work, and jumps there: the frame of this one could not be unwound.
#[cfg(target_arch = "x86_64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn pthread_exit(value: *mut c_void) -> ! {
    std::arch::naked_asm!(
        "push rdi",
        "call {choose}",
        "pop rdi",
        "jmp rax",
        choose = sym choose,
    )
}

/// Who ends the thread.
extern "C" fn choose() -> EndThread {
    static CHOSEN: OnceLock<EndThread> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        if is_unwinder_loaded() {
            hidden::pthread_exit()
        } else {
            wait_forever
        }
    })
}

/// Loads the unwinder, for good.
fn is_unwinder_loaded() -> bool {
    let name = bundled::path_of(UNWINDER).unwrap_or_else(|| UNWINDER.to_owned());
    Request::new(libc::RTLD_NOW).open_anywhere(&name).is_ok()
}

/// Does not come back, as the thread must not. This is what later versions of CPython do with such threads anyway; the end of the
/// process takes them along.
unsafe extern "C" fn wait_forever(_value: *mut c_void) -> ! {
    loop {
        // SAFETY: no preconditions.
        unsafe { libc::pause() };
    }
}
