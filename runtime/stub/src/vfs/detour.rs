//! Ways into the tree that the look of a path does not show: through other directories (`/tmp/../fastice`,
//! `/proc/self/root/fastice`) and through symbolic links on the disk.
//!
//! For the kernel they lead nowhere. Only when it has said so, and only if such a way is possible, the path is followed
//! component by component, so paths that exist cost nothing, and those that do not hardly anything.

use std::collections::VecDeque;
use std::ffi::{CStr, CString, c_char, c_int};
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicBool, Ordering};

use fastice_image::ROOT;
use libc::{AT_FDCWD, ENOENT};

use super::errno::Errno;
use super::place::{self, Place, Virtual};

/// Has this process made a symbolic link into the tree?
static LINKED: AtomicBool = AtomicBool::new(false);

/// Links that are followed in one path; the kernel follows as many.
const MOST_LINKS: u32 = 40;

/// Takes note of a symbolic link that this process makes.
///
/// # Safety
/// `target` is null or a C string.
pub(crate) unsafe fn note_link(target: *const c_char) {
    // SAFETY: as the caller promises.
    if !target.is_null() && contains_root(unsafe { CStr::from_ptr(target) }.to_bytes()) {
        LINKED.store(true, Ordering::Relaxed);
    }
}

/// Where a path leads that the kernel has just refused with `ENOENT`, if it is into the tree. Leaves `errno` alone.
///
/// # Safety
/// `path` is null or a C string.
#[cold]
pub(crate) unsafe fn missed(
    dirfd: c_int,
    path: *const c_char,
    follow_last: bool,
) -> Option<Virtual> {
    let errno = Errno::last();
    if errno != Errno(ENOENT) || path.is_null() {
        return None;
    }
    // SAFETY: as the caller promises.
    let path = unsafe { CStr::from_ptr(path) }.to_bytes();
    if !LINKED.load(Ordering::Relaxed) && !contains_root(path) {
        return None;
    }
    let place = follow(dirfd, path, follow_last);
    errno.set();
    place
}

/// Is the name of the root a component of `path`?
fn contains_root(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/')
        .any(|name| name == &ROOT.as_bytes()[1..])
}

/// Follows a path as the kernel does, up to where it comes into the tree.
fn follow(dirfd: c_int, path: &[u8], follow_last: bool) -> Option<Virtual> {
    let mut links = 0;
    let mut reached = if path.starts_with(b"/") {
        Vec::new()
    } else {
        directory(dirfd)?
    };
    let names = |path: &[u8]| -> VecDeque<Vec<u8>> {
        let names = path.split(|byte| *byte == b'/');
        names
            .filter(|name| !name.is_empty() && *name != b".")
            .map(<[u8]>::to_vec)
            .collect()
    };
    let mut rest = names(path);
    while let Some(name) = rest.pop_front() {
        if name == b".." {
            if !is_directory(&reached) {
                return None;
            }
            let end = reached.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            reached.truncate(end);
            continue;
        }
        reached.push(b'/');
        reached.extend(&name);
        if reached == ROOT.as_bytes() {
            for name in rest {
                reached.push(b'/');
                reached.extend(name);
            }
            if path.ends_with(b"/") {
                reached.push(b'/');
            }
            let path = CString::new(reached).ok()?;
            // SAFETY: a C string.
            return match unsafe { place::resolve(AT_FDCWD, path.as_ptr()) } {
                Place::Inside(place) => Some(place),
                Place::Outside(_) => None,
            };
        }
        let is_last = rest.is_empty() && !path.ends_with(b"/");
        let Some(target) = link(&reached).filter(|_| follow_last || !is_last) else {
            continue;
        };
        links += 1;
        if links > MOST_LINKS {
            return None;
        }
        if target.starts_with(b"/") {
            reached.clear();
        } else {
            let end = reached.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            reached.truncate(end);
        }
        for name in names(&target).into_iter().rev() {
            rest.push_front(name);
        }
    }
    None
}

/// The absolute path of the directory that relative paths begin at, `""` for the root.
fn directory(dirfd: c_int) -> Option<Vec<u8>> {
    let path = if dirfd == AT_FDCWD {
        std::env::current_dir().ok()?
    } else {
        fs_err::read_link(format!("/proc/self/fd/{dirfd}")).ok()?
    };
    let mut path = path.into_os_string().into_vec();
    if path == b"/" {
        path.clear();
    }
    path.starts_with(b"/")
        .then_some(path)
        .or_else(|| Some(Vec::new()))
}

/// Is there a directory at an absolute path that the kernel knows?
fn is_directory(path: &[u8]) -> bool {
    CString::new([path, b"/."].concat()).is_ok_and(|path| {
        // SAFETY: a C string.
        unsafe { system_call!(SYS_faccessat, AT_FDCWD, path.as_ptr(), libc::F_OK) == 0 }
    })
}

/// The target of the symbolic link at `path`, if there is one.
fn link(path: &[u8]) -> Option<Vec<u8>> {
    let path = CString::new(path).ok()?;
    let mut target = vec![0_u8; libc::PATH_MAX as usize];
    // SAFETY: pointers and length are those of the strings.
    let len = unsafe {
        libc::syscall(
            libc::SYS_readlinkat,
            AT_FDCWD,
            path.as_ptr(),
            target.as_mut_ptr(),
            target.len(),
        )
    };
    target.truncate(usize::try_from(len).ok()?);
    Some(target)
}
