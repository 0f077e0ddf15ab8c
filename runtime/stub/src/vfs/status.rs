//! `stat`, `access` and their relatives.

use std::ffi::{c_char, c_int, c_long, c_uint};

use libc::{AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW};

use super::errno::{Errno, answer};
use super::place::{self, Place, Virtual};
use super::{detour, hidden, memfd, tree};

/// # Safety
/// As for `fstatat`.
#[inline]
unsafe fn status(dirfd: c_int, path: *const c_char, out: *mut libc::stat, flags: c_int) -> c_int {
    let inside = |place: &Virtual| {
        answer(tree::status(place).map(|status| {
            // SAFETY: as the caller promises.
            unsafe { out.write(status) };
            0
        }))
    };
    // SAFETY: as the caller promises.
    match unsafe { place::resolve(dirfd, path) } {
        Place::Inside(place) => inside(&place),
        Place::Outside(outside) => {
            let given = path;
            let path = outside.as_ptr();
            // SAFETY: as the caller promises.
            let result = unsafe { system_call!(SYS_newfstatat, dirfd, path, out, flags) };
            if result < 0 {
                // SAFETY: as the caller promises.
                let place = unsafe { detour::missed(dirfd, given, follows(flags)) };
                return place.as_ref().map_or(result, inside);
            }
            // SAFETY: the kernel has read the path and filled the structure.
            if result == 0 && flags & AT_EMPTY_PATH != 0 && unsafe { is_empty(path) } {
                // SAFETY: the same.
                memfd::disguise(dirfd, unsafe { &mut *out });
            }
            result
        }
    }
}

/// Are symbolic links at the end of a path followed?
fn follows(flags: c_int) -> bool {
    flags & AT_SYMLINK_NOFOLLOW == 0
}

/// # Safety
/// `path` is null or a C string.
unsafe fn is_empty(path: *const c_char) -> bool {
    // SAFETY: as the caller promises.
    path.is_null() || unsafe { *path == 0 }
}

/// # Safety
/// As for `fstat`.
#[inline]
unsafe fn descriptor_status(descriptor: c_int, out: *mut libc::stat) -> c_int {
    // SAFETY: as the caller promises.
    let result = unsafe { system_call!(SYS_fstat, descriptor, out) };
    if result == 0 {
        // SAFETY: the kernel has filled the structure.
        memfd::disguise(descriptor, unsafe { &mut *out });
    }
    result
}

interpose! {
    fn [stat, stat64](path: *const c_char, out: *mut libc::stat) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { status(AT_FDCWD, path, out, 0) }
    }

    fn [lstat, lstat64](path: *const c_char, out: *mut libc::stat) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { status(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW) }
    }

    fn [fstatat, fstatat64](dirfd: c_int, path: *const c_char, out: *mut libc::stat, flags: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { status(dirfd, path, out, flags) }
    }

    fn [fstat, fstat64](descriptor: c_int, out: *mut libc::stat) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { descriptor_status(descriptor, out) }
    }

    // The names of these in glibc before 2.33, which old wheels call. The version of the structure is always the same.
    fn [__xstat, __xstat64](_version: c_int, path: *const c_char, out: *mut libc::stat) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { status(AT_FDCWD, path, out, 0) }
    }

    fn [__lxstat, __lxstat64](_version: c_int, path: *const c_char, out: *mut libc::stat) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { status(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW) }
    }

    fn [__fxstat, __fxstat64](_version: c_int, descriptor: c_int, out: *mut libc::stat) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { descriptor_status(descriptor, out) }
    }

    fn [__fxstatat, __fxstatat64](
        _version: c_int,
        dirfd: c_int,
        path: *const c_char,
        out: *mut libc::stat,
        flags: c_int
    ) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { status(dirfd, path, out, flags) }
    }

    fn [statx](dirfd: c_int, path: *const c_char, flags: c_int, mask: c_uint, out: *mut libc::statx) -> c_int {
        // SAFETY: as the caller of the C function promises.
        let inside = |place: &Virtual| {
            answer(tree::extended_status(place).map(|status| {
                // SAFETY: as the caller promises.
                unsafe { out.write(status) };
                0
            }))
        };
        // SAFETY: as the caller promises.
        match unsafe { place::resolve(dirfd, path) } {
            Place::Inside(place) => inside(&place),
            Place::Outside(outside) => {
                let given = path;
                let path = outside.as_ptr();
                // SAFETY: as the caller promises.
                let result = unsafe { system_call!(SYS_statx, dirfd, path, flags, mask, out) };
                if result < 0 {
                    // SAFETY: as the caller promises.
                    let place = unsafe { detour::missed(dirfd, given, follows(flags)) };
                    return place.as_ref().map_or(result, inside);
                }
                // SAFETY: the kernel has read the path and filled the structure.
                if result == 0 && flags & AT_EMPTY_PATH != 0 && unsafe { is_empty(path) } {
                    // SAFETY: the same.
                    memfd::disguise_extended(dirfd, unsafe { &mut *out });
                }
                result
            }
        }
    }

    fn [access](path: *const c_char, mode: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(check(&place, mode)),
            // SAFETY: as the caller promises.
            Place::Outside(outside) => unsafe {
                let result = system_call!(SYS_faccessat, AT_FDCWD, outside.as_ptr(), mode);
                if result < 0
                    && let Some(place) = detour::missed(AT_FDCWD, path, true)
                {
                    return answer(check(&place, mode));
                }
                result
            },
        }
    }

    fn [euidaccess, eaccess](path: *const c_char, mode: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(check(&place, mode)),
            // SAFETY: as the caller promises.
            Place::Outside(outside) => unsafe {
                let result = hidden::faccessat(AT_FDCWD, outside.as_ptr(), mode, libc::AT_EACCESS);
                if result < 0
                    && let Some(place) = detour::missed(AT_FDCWD, path, true)
                {
                    return answer(check(&place, mode));
                }
                result
            },
        }
    }

    fn [faccessat](dirfd: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(dirfd, path) } {
            Place::Inside(place) => answer(check(&place, mode)),
            // SAFETY: as the caller promises.
            Place::Outside(outside) => unsafe {
                let result = hidden::faccessat(dirfd, outside.as_ptr(), mode, flags);
                if result < 0
                    && let Some(place) = detour::missed(dirfd, path, follows(flags))
                {
                    return answer(check(&place, mode));
                }
                result
            },
        }
    }
}

/// What `access` says about a place in the tree.
fn check(place: &Virtual, mode: c_int) -> Result<c_int, Errno> {
    tree::check_access(&tree::find(place)?, mode)
}

interpose! {
    fn [statvfs, statvfs64](path: *const c_char, out: *mut libc::statvfs) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(tree::find(&place).map(|_| {
                // SAFETY: as the caller promises.
                unsafe { out.write(file_system()) };
                0
            })),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::statvfs(path.as_ptr(), out) },
        }
    }

    fn [pathconf](path: *const c_char, name: c_int) -> c_long {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(tree::find(&place).map(|_| {
                // The limits are those of Linux, wherever one asks.
                // SAFETY: a C string.
                unsafe { hidden::pathconf(c"/".as_ptr(), name) }
            })),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::pathconf(path.as_ptr(), name) },
        }
    }

    fn [statfs, statfs64](path: *const c_char, out: *mut libc::statfs) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(tree::find(&place).map(|_| {
                // SAFETY: as the caller promises.
                unsafe { out.write(file_system_of_linux()) };
                0
            })),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { system_call!(SYS_statfs, path.as_ptr(), out) },
        }
    }
}

/// Longest name in a directory that is promised, in bytes.
const NAME_MAX: u64 = 255;

/// What `statfs` says: a full file system.
pub(super) fn file_system_of_linux() -> libc::statfs {
    // SAFETY: the structure has numbers only, for which zero is a value.
    let mut status: libc::statfs = unsafe { std::mem::zeroed() };
    status.f_type = libc::TMPFS_MAGIC;
    status.f_bsize = tree::BLOCK.into();
    status.f_frsize = tree::BLOCK.into();
    status.f_blocks = tree::len().div_ceil(tree::BLOCK.into());
    status.f_namelen = NAME_MAX.cast_signed();
    status
}

/// What `statvfs` says: a full file system, read-only.
pub(super) fn file_system() -> libc::statvfs {
    // SAFETY: the structure has numbers only, for which zero is a value.
    let mut status: libc::statvfs = unsafe { std::mem::zeroed() };
    status.f_bsize = tree::BLOCK.into();
    status.f_frsize = tree::BLOCK.into();
    status.f_blocks = tree::len().div_ceil(tree::BLOCK.into());
    status.f_flag = libc::ST_RDONLY | libc::ST_NOSUID;
    status.f_namemax = NAME_MAX;
    status
}
