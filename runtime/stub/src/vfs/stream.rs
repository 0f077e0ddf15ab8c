//! `fopen` and `freopen`.

use std::ffi::{CStr, c_char, c_int};

use libc::{
    AT_FDCWD, EINVAL, FILE, O_APPEND, O_CLOEXEC, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC,
    O_WRONLY,
};

use super::errno::{Errno, answer};
use super::open::open_inside;
use super::place::{self, Place, Virtual};
use super::{detour, hidden};

/// The flags of `open` that a mode of `fopen` stands for.
fn flags(mode: &CStr) -> Result<c_int, Errno> {
    let (first, rest) = mode.to_bytes().split_first().ok_or(Errno(EINVAL))?;
    let (mut access, mut flags) = match first {
        b'r' => (O_RDONLY, 0),
        b'w' => (O_WRONLY, O_CREAT | O_TRUNC),
        b'a' => (O_WRONLY, O_CREAT | O_APPEND),
        _ => return Err(Errno(EINVAL)),
    };
    // What follows a comma names a character set.
    for byte in rest.iter().take_while(|byte| **byte != b',') {
        match byte {
            b'+' => access = O_RDWR,
            b'x' => flags |= O_EXCL,
            b'e' => flags |= O_CLOEXEC,
            _ => {}
        }
    }
    Ok(access | flags)
}

/// Opens a stream on a place in the tree.
fn open_stream(place: &Virtual, mode: &CStr) -> Result<*mut FILE, Errno> {
    let descriptor = open_inside(place, flags(mode)?)?;
    // SAFETY: a descriptor that nobody else has, and a C string.
    let stream = unsafe { libc::fdopen(descriptor, mode.as_ptr()) };
    if stream.is_null() {
        let errno = Errno::last();
        // SAFETY: as above.
        unsafe { libc::close(descriptor) };
        return Err(errno);
    }
    Ok(stream)
}

/// Makes an open stream one on a place in the tree: the stream's own descriptor number is kept, as POSIX wants it.
///
/// # Safety
/// `stream` is an open stream.
unsafe fn reopen_stream(
    place: &Virtual,
    mode: &CStr,
    stream: *mut FILE,
) -> Result<*mut FILE, Errno> {
    let flags = flags(mode)?;
    let descriptor = open_inside(place, flags)?;
    // SAFETY: as the caller promises. A null path changes the mode only, and the C library does it by opening the descriptor
    // anew, so that is what has to be replaced first.
    unsafe {
        libc::fflush(stream);
        let replaced = libc::dup3(descriptor, libc::fileno(stream), flags & O_CLOEXEC);
        let errno = Errno::last();
        libc::close(descriptor);
        if replaced < 0 {
            return Err(errno);
        }
        let stream = hidden::freopen(std::ptr::null(), mode.as_ptr(), stream);
        if stream.is_null() {
            Err(Errno::last())
        } else {
            Ok(stream)
        }
    }
}

interpose! {
    fn [fopen, fopen64](path: *const c_char, mode: *const c_char) -> *mut FILE {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            // SAFETY: the mode is a C string.
            Place::Inside(place) => answer(open_stream(&place, unsafe { CStr::from_ptr(mode) })),
            // SAFETY: as the caller promises.
            Place::Outside(outside) => unsafe {
                let stream = hidden::fopen(outside.as_ptr(), mode);
                if stream.is_null()
                    && let Some(place) = detour::missed(AT_FDCWD, path, true)
                {
                    return answer(open_stream(&place, CStr::from_ptr(mode)));
                }
                stream
            },
        }
    }

    fn [freopen, freopen64](path: *const c_char, mode: *const c_char, stream: *mut FILE) -> *mut FILE {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            // SAFETY: the mode is a C string, the stream open.
            Place::Inside(place) => answer(unsafe {
                reopen_stream(&place, CStr::from_ptr(mode), stream)
            }),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::freopen(path.as_ptr(), mode, stream) },
        }
    }
}
