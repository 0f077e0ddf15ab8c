//! The C function `dlopen`.

use std::ffi::{CStr, c_char, c_int, c_void};

use libc::AT_FDCWD;

use super::load::{self, Request};
use super::message;
use crate::vfs::hidden;
use crate::vfs::place::{self, Place};

/// A function like `dlopen`.
type Open = unsafe extern "C" fn(*const c_char, c_int) -> *mut c_void;

/// The C function. It only chooses who does the work, and jumps there: the C library's `dlopen` looks at its return
/// address for the library that calls, whose `DT_RPATH` counts, and must find that one there.
#[cfg(target_arch = "x86_64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void {
    std::arch::naked_asm!(
        "push rdi",
        "push rsi",
        "sub rsp, 8",
        "call {choose}",
        "add rsp, 8",
        "pop rsi",
        "pop rdi",
        "jmp rax",
        choose = sym choose,
    )
}

/// Who opens `path`.
unsafe extern "C" fn choose(path: *const c_char) -> Open {
    // SAFETY: as the caller of dlopen promises. Only a name with a slash is a path; without one, it is a library's name.
    let inside = unsafe {
        !path.is_null()
            && CStr::from_ptr(path).to_bytes().contains(&b'/')
            && matches!(place::resolve(AT_FDCWD, path), Place::Inside(_))
    };
    if inside {
        open_inside
    } else {
        hidden::dlopen()
    }
}

/// Opens a library of the tree.
unsafe extern "C" fn open_inside(path: *const c_char, flags: c_int) -> *mut c_void {
    // SAFETY: as the caller of dlopen promises.
    let Place::Inside(place) = (unsafe { place::resolve(AT_FDCWD, path) }) else {
        return std::ptr::null_mut();
    };
    match load::load(&place, Request::new(flags)) {
        Ok(handle) => {
            message::clear();
            handle.into_raw()
        }
        Err(text) => {
            message::set(text);
            std::ptr::null_mut()
        }
    }
}
