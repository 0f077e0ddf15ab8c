//! `open` and its relatives.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int};
use std::sync::{Mutex, PoisonError};

use libc::{
    AT_FDCWD, EEXIST, EISDIR, ENOTDIR, EROFS, O_ACCMODE, O_CLOEXEC, O_CREAT, O_DIRECTORY, O_EXCL,
    O_NOFOLLOW, O_PATH, O_RDONLY, O_TRUNC, O_WRONLY, mode_t, posix_spawn_file_actions_t,
};

use super::errno::{Errno, answer};
use super::place::{self, Place, Virtual};
use super::tree::{self, Node};
use super::{detour, hidden, kept, memfd};

/// Opens a place in the tree, as a read-only file system does.
///
/// # Errors
/// What `open` says for such a file system, or what keeps a memory file from being made.
pub(crate) fn open_inside(place: &Virtual, flags: c_int) -> Result<c_int, Errno> {
    let only_path = flags & O_PATH != 0;
    // The kernel looks at no other flags then.
    let flags = if only_path {
        flags & (O_PATH | O_DIRECTORY | O_CLOEXEC)
    } else {
        flags
    };
    let creates = flags & O_CREAT != 0;
    if creates && place.names_directory() {
        place.followed()?;
        return Err(match tree::refuse_creation(place) {
            Errno(EROFS) => Errno(EISDIR),
            errno => errno,
        });
    }
    let node = match tree::find(place) {
        Err(Errno(libc::ENOENT)) if creates => {
            return Err(tree::refuse_creation(place));
        }
        found => found?,
    };
    let writes = flags & O_ACCMODE != O_RDONLY || flags & O_TRUNC != 0;
    match node {
        _ if creates && flags & O_EXCL != 0 => Err(Errno(EEXIST)),
        Node::File(_) if flags & O_DIRECTORY != 0 => Err(Errno(ENOTDIR)),
        // A directory with these is where a nameless file shall be created.
        Node::Directory if flags & libc::O_TMPFILE == libc::O_TMPFILE => Err(Errno(EROFS)),
        Node::Directory if writes || creates => Err(Errno(EISDIR)),
        Node::File(_) if writes => Err(Errno(EROFS)),
        Node::File(file) => memfd::open_file(place.path(), &file, flags),
        Node::Directory => memfd::open_directory(place.path(), flags),
    }
}

/// A path by which the kernel opens the file at `place` in a child of this process. Nothing if only the C library could: the child
/// then says what is wrong.
fn path_for_child(place: &Virtual, flags: c_int) -> Option<*const c_char> {
    /// C libraries before 2.20 do not copy the path. There are as many as files are kept.
    static PATHS: Mutex<BTreeMap<c_int, CString>> = Mutex::new(BTreeMap::new());
    if flags & (O_ACCMODE | O_TRUNC | O_DIRECTORY) != 0
        || flags & (O_CREAT | O_EXCL) == O_CREAT | O_EXCL
    {
        return None;
    }
    let Ok(Node::File(file)) = tree::find(place) else {
        return None;
    };
    let kept = kept::stays(place.path(), &file)?;
    let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
    let path = paths
        .entry(kept)
        .or_insert_with(|| CString::new(format!("/proc/self/fd/{kept}")).unwrap_or_default());
    Some(path.as_ptr())
}

/// # Safety
/// As for `openat`.
unsafe fn open_anywhere(dirfd: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: as the caller promises.
    match unsafe { place::resolve(dirfd, path) } {
        Place::Inside(place) => answer(open_inside(&place, flags)),
        // SAFETY: as the caller promises.
        Place::Outside(outside) => unsafe {
            let result = system_call!(SYS_openat, dirfd, outside.as_ptr(), flags, mode);
            if result < 0
                && let Some(place) = detour::missed(dirfd, path, flags & O_NOFOLLOW == 0)
            {
                return answer(open_inside(&place, flags));
            }
            result
        },
    }
}

// Variadic in C. What is not given is whatever lies in the register, and the kernel does not look at it
// unless the flags say that it is there.
interpose! {
    fn [open, open64](path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { open_anywhere(AT_FDCWD, path, flags, mode) }
    }

    fn [openat, openat64](dirfd: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { open_anywhere(dirfd, path, flags, mode) }
    }

    fn [__open_2, __open64_2](path: *const c_char, flags: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { open_anywhere(AT_FDCWD, path, flags, 0) }
    }

    fn [__openat_2, __openat64_2](dirfd: c_int, path: *const c_char, flags: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { open_anywhere(dirfd, path, flags, 0) }
    }

    // The child opens it by itself, and not through the functions here.
    fn [posix_spawn_file_actions_addopen](
        actions: *mut posix_spawn_file_actions_t,
        descriptor: c_int,
        path: *const c_char,
        flags: c_int,
        mode: mode_t
    ) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe {
            let by_kernel = match place::resolve(AT_FDCWD, path) {
                Place::Inside(place) => path_for_child(&place, flags),
                Place::Outside(_) => None,
            };
            hidden::posix_spawn_file_actions_addopen(actions, descriptor, by_kernel.unwrap_or(path), flags, mode)
        }
    }

    fn [creat, creat64](path: *const c_char, mode: mode_t) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { open_anywhere(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode) }
    }
}
