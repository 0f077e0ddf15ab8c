//! `readlink` and `realpath`: there are no links in the tree.

use std::ffi::{c_char, c_int};

use libc::{AT_FDCWD, size_t, ssize_t};

use super::errno::{Errno, answer};
use super::place::{self, Place, Virtual};
use super::{detour, hidden, tree};

/// What `readlink` says about something that is no link.
fn no_link(place: &Virtual) -> Result<ssize_t, Errno> {
    tree::find(place).and(Err(Errno(libc::EINVAL)))
}

/// # Safety
/// As for `readlinkat`.
unsafe fn read_link(
    dirfd: c_int,
    path: *const c_char,
    buffer: *mut c_char,
    size: size_t,
) -> ssize_t {
    // SAFETY: as the caller promises.
    match unsafe { place::resolve(dirfd, path) } {
        Place::Inside(place) => answer(no_link(&place)),
        // SAFETY: as the caller promises.
        Place::Outside(outside) => unsafe {
            let result =
                system_call!(SYS_readlinkat, dirfd, outside.as_ptr(), buffer, size) as ssize_t;
            if result < 0
                && let Some(place) = detour::missed(dirfd, path, false)
            {
                return answer(no_link(&place));
            }
            result
        },
    }
}

/// Writes the absolute path of a place that exists, into `buffer` or memory of its own.
///
/// # Safety
/// `buffer` is null, or has room for `PATH_MAX` bytes.
unsafe fn real_path(place: &Virtual, buffer: *mut c_char) -> Result<*mut c_char, Errno> {
    tree::find(place)?;
    let path = tree::absolute(place.path());
    let size = path.len() + 1;
    let buffer = if buffer.is_null() {
        // SAFETY: no preconditions; the caller frees it.
        unsafe { libc::malloc(size) }.cast::<c_char>()
    } else if i32::try_from(size).is_ok_and(|size| size <= libc::PATH_MAX) {
        buffer
    } else {
        return Err(Errno(libc::ENAMETOOLONG));
    };
    if buffer.is_null() {
        return Err(Errno(libc::ENOMEM));
    }
    // SAFETY: there is room for the path and the byte that ends it.
    unsafe {
        buffer.copy_from_nonoverlapping(path.as_ptr().cast(), path.len());
        *buffer.add(path.len()) = 0;
    }
    Ok(buffer)
}

/// # Safety
/// As for `realpath`.
unsafe fn resolve_path(path: *const c_char, buffer: *mut c_char) -> *mut c_char {
    // SAFETY: as the caller promises.
    match unsafe { place::resolve(AT_FDCWD, path) } {
        // SAFETY: as the caller promises.
        Place::Inside(place) => answer(unsafe { real_path(&place, buffer) }),
        // SAFETY: as the caller promises.
        Place::Outside(outside) => unsafe {
            let resolved = hidden::realpath(outside.as_ptr(), buffer);
            if resolved.is_null()
                && let Some(place) = detour::missed(AT_FDCWD, path, true)
            {
                return answer(real_path(&place, buffer));
            }
            resolved
        },
    }
}

interpose! {
    fn [readlink](path: *const c_char, buffer: *mut c_char, size: size_t) -> ssize_t {
        // SAFETY: as the caller of the C function promises.
        unsafe { read_link(AT_FDCWD, path, buffer, size) }
    }

    fn [readlinkat](dirfd: c_int, path: *const c_char, buffer: *mut c_char, size: size_t) -> ssize_t {
        // SAFETY: as the caller of the C function promises.
        unsafe { read_link(dirfd, path, buffer, size) }
    }

    fn [__readlink_chk](path: *const c_char, buffer: *mut c_char, size: size_t, _room: size_t) -> ssize_t {
        // SAFETY: as the caller of the C function promises.
        unsafe { read_link(AT_FDCWD, path, buffer, size) }
    }

    fn [__readlinkat_chk](
        dirfd: c_int,
        path: *const c_char,
        buffer: *mut c_char,
        size: size_t,
        _room: size_t
    ) -> ssize_t {
        // SAFETY: as the caller of the C function promises.
        unsafe { read_link(dirfd, path, buffer, size) }
    }

    fn [realpath](path: *const c_char, buffer: *mut c_char) -> *mut c_char {
        // SAFETY: as the caller of the C function promises.
        unsafe { resolve_path(path, buffer) }
    }

    fn [__realpath_chk](path: *const c_char, buffer: *mut c_char, _room: size_t) -> *mut c_char {
        // SAFETY: as the caller of the C function promises.
        unsafe { resolve_path(path, buffer) }
    }

    fn [canonicalize_file_name](path: *const c_char) -> *mut c_char {
        // SAFETY: as the caller of the C function promises.
        unsafe { resolve_path(path, std::ptr::null_mut()) }
    }
}
