//! `inotify`: nothing in the tree ever changes, so what is watched is a memory file that nobody touches.

use std::collections::HashMap;
use std::ffi::{CString, c_char, c_int};
use std::sync::{Mutex, PoisonError};

use libc::{AT_FDCWD, ENOTDIR, IN_DONT_FOLLOW, IN_ONLYDIR, O_CLOEXEC};

use super::errno::{Errno, answer};
use super::memfd;
use super::place::{self, Place, Virtual};
use super::tree::{self, Node};

/// Descriptors of the memory files that are watched, by the number of their node: a watch ends with its file.
static WATCHED: Mutex<Option<HashMap<u64, c_int>>> = Mutex::new(None);

/// A descriptor that stays open, of a memory file for the node at a place.
fn stand_in(place: &Virtual) -> Result<c_int, Errno> {
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    let watched = watched.get_or_insert_default();
    let inode = tree::inode(place.path());
    match watched.get(&inode) {
        // Whoever closes all descriptors closes this, too.
        Some(descriptor) if memfd::is_open_on(*descriptor, place.path()) => Ok(*descriptor),
        _ => {
            let descriptor = memfd::open_directory(place.path(), O_CLOEXEC)?;
            watched.insert(inode, descriptor);
            Ok(descriptor)
        }
    }
}

fn watch(descriptor: c_int, place: &Virtual, mask: u32) -> Result<c_int, Errno> {
    if matches!(tree::find(place)?, Node::File(_)) && mask & IN_ONLYDIR != 0 {
        return Err(Errno(ENOTDIR));
    }
    let path = CString::new(format!("/proc/self/fd/{}", stand_in(place)?)).unwrap_or_default();
    let mask = mask & !(IN_ONLYDIR | IN_DONT_FOLLOW);
    // SAFETY: a C string.
    let result = unsafe { system_call!(SYS_inotify_add_watch, descriptor, path.as_ptr(), mask) };
    if result < 0 {
        return Err(Errno::last());
    }
    Ok(result)
}

interpose! {
    fn [inotify_add_watch](descriptor: c_int, path: *const c_char, mask: u32) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(watch(descriptor, &place, mask)),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe {
                system_call!(SYS_inotify_add_watch, descriptor, path.as_ptr(), mask)
            },
        }
    }
}
