//! The C function `dlopen`.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::MaybeUninit;

use libc::AT_FDCWD;

use super::bundled;
use super::load::{self, Request};
use super::message;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::vfs::hidden;
use crate::vfs::place::{self, Place};
use crate::vfs::tree;

/// A function like `dlopen`.
type Open = unsafe extern "C" fn(*const c_char, c_int) -> *mut c_void;

thread_local! {
    /// The path that a name was found to stand for.
    static FOUND: RefCell<CString> = RefCell::new(CString::default());
}

/// The C function. It only chooses who does the work, and jumps there: the C library's `dlopen` looks at its return
/// address for the library that calls, whose `DT_RPATH` counts, and must find that one there.
#[cfg(target_arch = "x86_64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void {
    std::arch::naked_asm!(
        "push rsi",
        "push rdi",
        "sub rsp, 8",
        "lea rdi, [rsp + 8]",  // where the path is, which may be replaced
        "mov rsi, [rsp + 24]", // the return address
        "call {choose}",
        "add rsp, 8",
        "pop rdi",
        "pop rsi",
        "jmp rax",
        choose = sym choose,
    )
}

/// A library was loaded, or one was looked for. It may have destructors.
static LOADS: AtomicBool = AtomicBool::new(false);

/// For `snapshot/python/exit.c`.
#[unsafe(no_mangle)]
extern "C" fn fastice_has_libraries() -> c_int {
    LOADS.load(Ordering::Relaxed).into()
}

/// Who opens `path`, for a caller that comes from the address `caller`.
unsafe extern "C" fn choose(path: &mut *const c_char, caller: *const c_void) -> Open {
    message::forget();
    if path.is_null() {
        return hidden::dlopen();
    }
    LOADS.store(true, Ordering::Relaxed);
    // SAFETY: as the caller of dlopen promises.
    let name = unsafe { CStr::from_ptr(*path) };
    // Only a name with a slash is a path. Without one, it is the name of a library, to be searched.
    if name.to_bytes().contains(&b'/') {
        // SAFETY: a C string.
        if matches!(unsafe { place::resolve(AT_FDCWD, *path) }, Place::Inside(_)) {
            return open_inside;
        }
    } else if let Some(found) = search_for(name, caller).or_else(|| bundled::path_of(name)) {
        *path = FOUND.with_borrow_mut(|path| {
            *path = found;
            path.as_ptr()
        });
        return open_inside;
    }
    hidden::dlopen()
}

/// The library that a name without a slash stands for when a library of the tree asks for it, if its `DT_RUNPATH` leads there.
fn search_for(name: &CStr, caller: *const c_void) -> Option<CString> {
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address may be asked for; the structure is filled if the result is not 0.
    let caller = unsafe {
        if libc::dladdr(caller, info.as_mut_ptr()) == 0 {
            return None;
        }
        CStr::from_ptr(info.assume_init().dli_fname)
    };
    // SAFETY: a C string.
    match unsafe { place::resolve(AT_FDCWD, caller.as_ptr()) } {
        Place::Inside(caller) => {
            let path = load::search_for(name.to_str().ok()?, caller.path())?;
            CString::new(tree::absolute(&path)).ok()
        }
        Place::Outside(_) => None,
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
