//! The working directory, when it is in the tree.
//!
//! The kernel knows nothing of it: its own working directory stays where it was, and that is where child processes begin,
//! unless they are this executable, which is told by a marker (see `processes`).

use std::cell::Cell;
use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use libc::{AT_FDCWD, size_t};

use super::errno::{Errno, answer};
use super::place::{self, Place, Virtual};
use super::tree::{self, Node};
use super::{detour, hidden, memfd};

/// Number of the directory of the tree that is the working directory; 0 if it is outside.
static DIRECTORY: AtomicU64 = AtomicU64::new(0);

/// The process that this memory belongs to; 0 before [`begin`]. A child that `vfork` has made works in the memory of its parent
/// until it executes something, and what it does to its working directory must not be done to the parent's.
static OWNER: AtomicI32 = AtomicI32::new(0);

thread_local! {
    /// Such a child of this thread, and its [`DIRECTORY`].
    static BORROWER: Cell<(libc::pid_t, u64)> = const { Cell::new((0, 0)) };
}

/// Called once, before Python starts. `inherited` is what [`number`] was in the parent, if that was this executable too.
pub(crate) fn begin(inherited: u64) {
    own();
    // SAFETY: the function only stores a number, and lives as long as the process.
    unsafe { libc::pthread_atfork(None, None, Some(own)) };
    if inherited != 0 && tree::is_directory(inherited) {
        DIRECTORY.store(inherited, Ordering::Relaxed);
    }
}

/// Notes that this process owns its memory.
extern "C" fn own() {
    // SAFETY: getpid has no preconditions.
    OWNER.store(unsafe { libc::getpid() }, Ordering::Relaxed);
}

/// Number of the directory of the tree that is the working directory; 0 if it is outside.
#[inline]
pub(crate) fn number() -> u64 {
    let (process, directory) = BORROWER.get();
    if process == 0 {
        return DIRECTORY.load(Ordering::Relaxed);
    }
    // SAFETY: getpid has no preconditions.
    if process == unsafe { libc::getpid() } {
        return directory;
    }
    BORROWER.set((0, 0));
    DIRECTORY.load(Ordering::Relaxed)
}

fn set_number(directory: u64) {
    // SAFETY: getpid has no preconditions.
    let process = unsafe { libc::getpid() };
    if process == OWNER.load(Ordering::Relaxed) {
        DIRECTORY.store(directory, Ordering::Relaxed);
    } else {
        BORROWER.set((process, directory));
    }
}

/// Is the working directory in the tree?
#[inline]
pub(crate) fn is_inside() -> bool {
    number() != 0
}

/// The working directory's path below the root, if it is in the tree.
pub(crate) fn directory() -> Option<&'static str> {
    match number() {
        0 => None,
        inode => Some(tree::path_of(inode)),
    }
}

/// How many directories the working directory is below the root of the file system. Nothing if it is in the tree, or deleted.
pub(crate) fn depth() -> Option<usize> {
    let mut buffer = [0_u8; 4096];
    if is_inside() {
        return None;
    }
    let errno = Errno::last();
    // SAFETY: pointer and length are those of the buffer.
    let len = unsafe { system_call!(SYS_getcwd, buffer.as_mut_ptr(), buffer.len()) };
    errno.set();
    // The length counts the byte that ends the string.
    let path = buffer.get(..usize::try_from(len).ok()?.checked_sub(1)?)?;
    let names = path
        .split(|byte| *byte == b'/')
        .filter(|name| !name.is_empty());
    path.starts_with(b"/").then(|| names.count())
}

fn enter(path: &str) -> c_int {
    set_number(tree::inode(path));
    0
}

/// Makes a place in the tree the working directory.
fn change_to(place: &Virtual) -> Result<c_int, Errno> {
    match tree::find(place)? {
        Node::Directory => Ok(enter(place.path())),
        Node::File(_) => Err(Errno(libc::ENOTDIR)),
    }
}

/// Does what `getcwd` does for a directory of the tree.
///
/// # Safety
/// `buffer` is null, or has room for `size` bytes.
unsafe fn copy_out(
    directory: &str,
    buffer: *mut c_char,
    size: size_t,
) -> Result<*mut c_char, Errno> {
    let path = tree::absolute(directory);
    let needed = path.len() + 1;
    if size == 0 && !buffer.is_null() {
        return Err(Errno(libc::EINVAL));
    }
    if size != 0 && size < needed {
        return Err(Errno(libc::ERANGE));
    }
    let buffer = if buffer.is_null() {
        // SAFETY: no preconditions; the caller frees it.
        unsafe { libc::malloc(size.max(needed)) }.cast::<c_char>()
    } else {
        buffer
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

interpose! {
    fn [chdir](path: *const c_char) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(change_to(&place)),
            Place::Outside(outside) => {
                // SAFETY: as the caller promises.
                let result = unsafe { system_call!(SYS_chdir, outside.as_ptr()) };
                if result == 0 {
                    set_number(0);
                    return result;
                }
                // SAFETY: as the caller promises.
                let place = unsafe { detour::missed(AT_FDCWD, path, true) };
                place.map_or(result, |place| answer(change_to(&place)))
            }
        }
    }

    fn [fchdir](descriptor: c_int) -> c_int {
        if let Some(directory) = memfd::directory_of(descriptor) {
            return enter(directory);
        }
        // SAFETY: any number may be given.
        let result = unsafe { system_call!(SYS_fchdir, descriptor) };
        if result == 0 {
            set_number(0);
        }
        result
    }

    fn [getcwd, __getcwd_chk](buffer: *mut c_char, size: size_t) -> *mut c_char {
        match directory() {
            // SAFETY: as the caller promises.
            None => unsafe { hidden::getcwd(buffer, size) },
            // SAFETY: as the caller promises.
            Some(directory) => answer(unsafe { copy_out(directory, buffer, size) }),
        }
    }

    fn [getwd](buffer: *mut c_char) -> *mut c_char {
        // SAFETY: as the caller of the C function promises, there is room for the longest path.
        unsafe { libc::getcwd(buffer, libc::PATH_MAX as size_t) }
    }

    fn [get_current_dir_name]() -> *mut c_char {
        match directory() {
            // SAFETY: no preconditions.
            None => unsafe { hidden::get_current_dir_name() },
            // SAFETY: without a buffer, a new one is made.
            Some(directory) => answer(unsafe { copy_out(directory, std::ptr::null_mut(), 0) }),
        }
    }
}
