//! Functions that would change the tree: `EROFS`, as on every read-only file system.

use std::ffi::{c_char, c_int, c_uint, c_void};

use libc::{
    AT_FDCWD, AT_SYMLINK_NOFOLLOW, EEXIST, EISDIR, ENODATA, EROFS, EXDEV, dev_t, gid_t, mode_t,
    off_t, size_t, ssize_t, timespec, timeval, uid_t,
};

use super::errno::{Errno, answer};
use super::place::{self, Place, Virtual};
use super::tree::{self, Node};
use super::{detour, hidden, memfd};

/// Why something that exists cannot be changed.
fn change(place: &Virtual) -> Errno {
    tree::find(place).err().unwrap_or(Errno(EROFS))
}

/// Why a file cannot be made shorter.
fn shorten(place: &Virtual) -> Errno {
    match tree::find(place) {
        Ok(Node::Directory) => Errno(EISDIR),
        Ok(Node::File(_)) => Errno(EROFS),
        Err(errno) => errno,
    }
}

/// Why something new cannot be created.
fn create(place: &Virtual) -> Errno {
    match tree::find(place) {
        Ok(_) => Errno(EEXIST),
        Err(Errno(libc::ENOENT)) => tree::refuse_creation(place),
        // A file with a slash at its end.
        Err(Errno(libc::ENOTDIR)) if is_file(place) => Errno(EEXIST),
        Err(errno) => errno,
    }
}

/// Does the path, but for its end, lead to a file?
fn is_file(place: &Virtual) -> bool {
    place
        .followed()
        .is_ok_and(|path| tree::find(&Virtual::at(path)).is_ok())
}

/// Why something that exists lacks an extended attribute: nothing has any.
fn attribute(place: &Virtual) -> Errno {
    tree::find(place).err().unwrap_or(Errno(ENODATA))
}

/// Why something cannot be linked, when one end of it is in the tree.
fn connect(from: &Place, to: &Place) -> Option<Errno> {
    match (from, to) {
        (Place::Outside(_), Place::Outside(_)) => None,
        (Place::Inside(from), Place::Inside(to)) => {
            Some(tree::find(from).err().unwrap_or_else(|| create(to)))
        }
        (Place::Inside(from), Place::Outside(_)) => {
            Some(tree::find(from).err().unwrap_or(Errno(EXDEV)))
        }
        (Place::Outside(_), Place::Inside(to)) => Some(create(to)),
    }
}

/// Why something cannot be moved, when one end of it is in the tree.
fn relocate(from: &Place, to: &Place) -> Option<Errno> {
    match (from, to) {
        (Place::Outside(_), Place::Outside(_)) => None,
        (Place::Inside(from), Place::Inside(to)) => {
            Some(tree::find(from).err().unwrap_or_else(|| enter(to, EROFS)))
        }
        (Place::Inside(from), Place::Outside(_)) => {
            Some(tree::find(from).err().unwrap_or(Errno(EXDEV)))
        }
        (Place::Outside(_), Place::Inside(to)) => Some(enter(to, EXDEV)),
    }
}

/// What is wrong with a place that something is to be moved to; if nothing, `otherwise`.
fn enter(place: &Virtual, otherwise: c_int) -> Errno {
    match tree::refuse_creation(place) {
        Errno(EROFS) => Errno(otherwise),
        errno => errno,
    }
}

/// Defines functions of one path. What it is in the tree, the first word says; outside, the expression does what the
/// C library's function does.
macro_rules! refuse {
    ($(
        $reason:ident: fn $names:tt($($argument:ident: $type:ty),*) -> $result:ty
            => ($dirfd:expr, $path:ident) = $outside:expr;
    )*) => {
        interpose! {$(
            fn $names($($argument: $type),*) -> $result {
                // SAFETY: as the caller of the C function promises.
                match unsafe { place::resolve($dirfd, $path) } {
                    Place::Inside(place) => answer(Err($reason(&place))),
                    Place::Outside(outside) => {
                        let $path = outside.as_ptr();
                        // SAFETY: as the caller promises.
                        unsafe { $outside }
                    }
                }
            }
        )*}
    };
}

refuse! {
    create: fn [mkdir](path: *const c_char, mode: mode_t) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_mkdirat, AT_FDCWD, path, mode);
    create: fn [mkdirat](dirfd: c_int, path: *const c_char, mode: mode_t) -> c_int
        => (dirfd, path) = system_call!(SYS_mkdirat, dirfd, path, mode);
    create: fn [mkfifo](path: *const c_char, mode: mode_t) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_mknodat, AT_FDCWD, path, mode | libc::S_IFIFO, 0);
    create: fn [mkfifoat](dirfd: c_int, path: *const c_char, mode: mode_t) -> c_int
        => (dirfd, path) = system_call!(SYS_mknodat, dirfd, path, mode | libc::S_IFIFO, 0);
    create: fn [mknod](path: *const c_char, mode: mode_t, device: dev_t) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_mknodat, AT_FDCWD, path, mode, device);
    create: fn [mknodat](dirfd: c_int, path: *const c_char, mode: mode_t, device: dev_t) -> c_int
        => (dirfd, path) = system_call!(SYS_mknodat, dirfd, path, mode, device);
    create: fn [symlink](target: *const c_char, path: *const c_char) -> c_int
        => (AT_FDCWD, path) = {
            detour::note_link(target);
            system_call!(SYS_symlinkat, target, AT_FDCWD, path)
        };
    create: fn [symlinkat](target: *const c_char, dirfd: c_int, path: *const c_char) -> c_int
        => (dirfd, path) = {
            detour::note_link(target);
            system_call!(SYS_symlinkat, target, dirfd, path)
        };

    change: fn [rmdir](path: *const c_char) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_unlinkat, AT_FDCWD, path, libc::AT_REMOVEDIR);
    change: fn [unlink](path: *const c_char) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_unlinkat, AT_FDCWD, path, 0);
    change: fn [unlinkat](dirfd: c_int, path: *const c_char, flags: c_int) -> c_int
        => (dirfd, path) = system_call!(SYS_unlinkat, dirfd, path, flags);
    change: fn [remove](path: *const c_char) -> c_int
        => (AT_FDCWD, path) = hidden::remove(path);
    change: fn [chmod](path: *const c_char, mode: mode_t) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_fchmodat, AT_FDCWD, path, mode);
    change: fn [lchmod](path: *const c_char, mode: mode_t) -> c_int
        => (AT_FDCWD, path) = hidden::fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
    change: fn [fchmodat](dirfd: c_int, path: *const c_char, mode: mode_t, flags: c_int) -> c_int
        => (dirfd, path) = hidden::fchmodat(dirfd, path, mode, flags);
    change: fn [chown](path: *const c_char, user: uid_t, group: gid_t) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_fchownat, AT_FDCWD, path, user, group, 0);
    change: fn [lchown](path: *const c_char, user: uid_t, group: gid_t) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_fchownat, AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW);
    change: fn [fchownat](dirfd: c_int, path: *const c_char, user: uid_t, group: gid_t, flags: c_int) -> c_int
        => (dirfd, path) = system_call!(SYS_fchownat, dirfd, path, user, group, flags);
    change: fn [utime](path: *const c_char, times: *const libc::utimbuf) -> c_int
        => (AT_FDCWD, path) = hidden::utime(path, times);
    change: fn [utimes](path: *const c_char, times: *const timeval) -> c_int
        => (AT_FDCWD, path) = hidden::utimes(path, times);
    change: fn [lutimes](path: *const c_char, times: *const timeval) -> c_int
        => (AT_FDCWD, path) = hidden::lutimes(path, times);
    change: fn [futimesat](dirfd: c_int, path: *const c_char, times: *const timeval) -> c_int
        => (dirfd, path) = hidden::futimesat(dirfd, path, times);
    change: fn [utimensat](dirfd: c_int, path: *const c_char, times: *const timespec, flags: c_int) -> c_int
        => (dirfd, path) = hidden::utimensat(dirfd, path, times, flags);
    shorten: fn [truncate, truncate64](path: *const c_char, len: off_t) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_truncate, path, len);

    attribute: fn [getxattr](path: *const c_char, name: *const c_char, value: *mut c_void, size: size_t) -> ssize_t
        => (AT_FDCWD, path) = hidden::getxattr(path, name, value, size);
    attribute: fn [lgetxattr](path: *const c_char, name: *const c_char, value: *mut c_void, size: size_t) -> ssize_t
        => (AT_FDCWD, path) = hidden::lgetxattr(path, name, value, size);
    change: fn [setxattr](path: *const c_char, name: *const c_char, value: *const c_void, size: size_t, flags: c_int) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_setxattr, path, name, value, size, flags);
    change: fn [lsetxattr](path: *const c_char, name: *const c_char, value: *const c_void, size: size_t, flags: c_int) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_lsetxattr, path, name, value, size, flags);
    change: fn [removexattr](path: *const c_char, name: *const c_char) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_removexattr, path, name);
    change: fn [lremovexattr](path: *const c_char, name: *const c_char) -> c_int
        => (AT_FDCWD, path) = system_call!(SYS_lremovexattr, path, name);
}

/// # Safety
/// As for `renameat2`.
unsafe fn move_file(
    from_dirfd: c_int,
    from: *const c_char,
    to_dirfd: c_int,
    to: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: as the caller promises.
    let (from, to) = unsafe {
        (
            place::resolve(from_dirfd, from),
            place::resolve(to_dirfd, to),
        )
    };
    match (relocate(&from, &to), from, to) {
        // SAFETY: as the caller promises.
        (None, Place::Outside(from), Place::Outside(to)) => unsafe {
            if flags == 0 {
                system_call!(
                    SYS_renameat,
                    from_dirfd,
                    from.as_ptr(),
                    to_dirfd,
                    to.as_ptr()
                )
            } else {
                system_call!(
                    SYS_renameat2,
                    from_dirfd,
                    from.as_ptr(),
                    to_dirfd,
                    to.as_ptr(),
                    flags
                )
            }
        },
        (errno, ..) => answer(Err(errno.unwrap_or(Errno(EXDEV)))),
    }
}

/// # Safety
/// As for `linkat`.
unsafe fn link_file(
    from_dirfd: c_int,
    from: *const c_char,
    to_dirfd: c_int,
    to: *const c_char,
    flags: c_int,
) -> c_int {
    // SAFETY: as the caller promises.
    let (from, to) = unsafe {
        (
            place::resolve(from_dirfd, from),
            place::resolve(to_dirfd, to),
        )
    };
    match (connect(&from, &to), from, to) {
        // SAFETY: as the caller promises.
        (None, Place::Outside(from), Place::Outside(to)) => unsafe {
            system_call!(
                SYS_linkat,
                from_dirfd,
                from.as_ptr(),
                to_dirfd,
                to.as_ptr(),
                flags
            )
        },
        (errno, ..) => answer(Err(errno.unwrap_or(Errno(EXDEV)))),
    }
}

/// No extended attributes, if the place exists.
fn no_attributes(place: &Virtual) -> Result<ssize_t, Errno> {
    tree::find(place).map(|_| 0)
}

/// `EROFS` for a descriptor on something in the tree.
fn refuse_descriptor(descriptor: c_int, otherwise: impl FnOnce() -> c_int) -> c_int {
    if memfd::stands_for_a_node(descriptor) {
        answer(Err(Errno(EROFS)))
    } else {
        otherwise()
    }
}

interpose! {
    fn [listxattr](path: *const c_char, list: *mut c_char, size: size_t) -> ssize_t {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(no_attributes(&place)),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::listxattr(path.as_ptr(), list, size) },
        }
    }

    fn [llistxattr](path: *const c_char, list: *mut c_char, size: size_t) -> ssize_t {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(no_attributes(&place)),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::llistxattr(path.as_ptr(), list, size) },
        }
    }

    fn [fchmod](descriptor: c_int, mode: mode_t) -> c_int {
        // SAFETY: numbers only.
        refuse_descriptor(descriptor, || unsafe { system_call!(SYS_fchmod, descriptor, mode) })
    }

    fn [fchown](descriptor: c_int, user: uid_t, group: gid_t) -> c_int {
        // SAFETY: numbers only.
        refuse_descriptor(descriptor, || unsafe {
            system_call!(SYS_fchown, descriptor, user, group)
        })
    }

    fn [futimens](descriptor: c_int, times: *const timespec) -> c_int {
        // SAFETY: as the caller of the C function promises.
        refuse_descriptor(descriptor, || unsafe { hidden::futimens(descriptor, times) })
    }

    fn [futimes](descriptor: c_int, times: *const timeval) -> c_int {
        // SAFETY: as the caller of the C function promises.
        refuse_descriptor(descriptor, || unsafe { hidden::futimes(descriptor, times) })
    }

    fn [fsetxattr](
        descriptor: c_int,
        name: *const c_char,
        value: *const c_void,
        size: size_t,
        flags: c_int
    ) -> c_int {
        // SAFETY: as the caller of the C function promises.
        refuse_descriptor(descriptor, || unsafe {
            system_call!(SYS_fsetxattr, descriptor, name, value, size, flags)
        })
    }

    fn [fremovexattr](descriptor: c_int, name: *const c_char) -> c_int {
        // SAFETY: as the caller of the C function promises.
        refuse_descriptor(descriptor, || unsafe {
            system_call!(SYS_fremovexattr, descriptor, name)
        })
    }
}

interpose! {
    fn [rename](from: *const c_char, to: *const c_char) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { move_file(AT_FDCWD, from, AT_FDCWD, to, 0) }
    }

    fn [renameat](from_dirfd: c_int, from: *const c_char, to_dirfd: c_int, to: *const c_char) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { move_file(from_dirfd, from, to_dirfd, to, 0) }
    }

    fn [renameat2](
        from_dirfd: c_int,
        from: *const c_char,
        to_dirfd: c_int,
        to: *const c_char,
        flags: c_uint
    ) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { move_file(from_dirfd, from, to_dirfd, to, flags) }
    }

    fn [link](from: *const c_char, to: *const c_char) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { link_file(AT_FDCWD, from, AT_FDCWD, to, 0) }
    }

    fn [linkat](
        from_dirfd: c_int,
        from: *const c_char,
        to_dirfd: c_int,
        to: *const c_char,
        flags: c_int
    ) -> c_int {
        // SAFETY: as the caller of the C function promises.
        unsafe { link_file(from_dirfd, from, to_dirfd, to, flags) }
    }
}
