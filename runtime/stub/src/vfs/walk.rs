//! `glob`, `ftw` and `nftw`: the C library's own call its file functions directly, past those defined here.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use fastice_image::FileType;
use libc::{AT_FDCWD, DIR, dirent, glob_t};

use super::errno::{Errno, answer};
use super::place::{self, Place, Virtual};
use super::{hidden, tree};

/// `GLOB_ALTDIRFUNC` of `glob.h`: read directories with the functions in the `glob_t`.
const GLOB_ALTDIRFUNC: c_int = 1 << 9;

/// `glob_t` with its functions, which the crate `libc` keeps private.
#[repr(C)]
struct Glob {
    paths_len: usize,
    paths: *mut *mut c_char,
    offset: usize,
    flags: c_int,
    closedir: unsafe extern "C" fn(*mut c_void),
    readdir: unsafe extern "C" fn(*mut c_void) -> *mut dirent,
    opendir: unsafe extern "C" fn(*const c_char) -> *mut c_void,
    lstat: unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int,
    stat: unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int,
}

const _: () = assert!(size_of::<Glob>() == size_of::<glob_t>());

/// Told about directories that cannot be read.
pub(crate) type GlobError = unsafe extern "C" fn(*const c_char, c_int) -> c_int;

unsafe extern "C" fn close(stream: *mut c_void) {
    // SAFETY: what `open` returned.
    unsafe { libc::closedir(stream.cast()) };
}

unsafe extern "C" fn read(stream: *mut c_void) -> *mut dirent {
    // SAFETY: what `open` returned.
    unsafe { libc::readdir(stream.cast()) }
}

unsafe extern "C" fn open(path: *const c_char) -> *mut c_void {
    // SAFETY: as the C library promises.
    unsafe { libc::opendir(path) }.cast::<DIR>().cast()
}

unsafe extern "C" fn status(path: *const c_char, out: *mut libc::stat) -> c_int {
    // SAFETY: as the C library promises.
    unsafe { libc::stat(path, out) }
}

unsafe extern "C" fn own_status(path: *const c_char, out: *mut libc::stat) -> c_int {
    // SAFETY: as the C library promises.
    unsafe { libc::lstat(path, out) }
}

/// What is told about each node of a tree: type of `ftw` and `nftw`'s functions.
type Visit<'a> = &'a mut dyn FnMut(&CStr, &libc::stat, c_int, Depth) -> c_int;

/// `struct FTW`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Depth {
    /// Offset of the last name in the path.
    base: c_int,
    level: c_int,
}

/// Function of `ftw`.
pub(crate) type Ftw = unsafe extern "C" fn(*const c_char, *const libc::stat, c_int) -> c_int;

/// Function of `nftw`.
pub(crate) type Nftw =
    unsafe extern "C" fn(*const c_char, *const libc::stat, c_int, *mut c_void) -> c_int;

// Types of nodes and flags of `ftw.h`.
const FTW_F: c_int = 0;
const FTW_D: c_int = 1;
const FTW_DP: c_int = 5;
const FTW_CHDIR: c_int = 4;
const FTW_DEPTH: c_int = 8;
const FTW_ACTIONRETVAL: c_int = 16;
const FTW_SKIP_SUBTREE: c_int = 2;
const FTW_SKIP_SIBLINGS: c_int = 3;

/// A walk through a directory of the tree.
struct Walk<'a> {
    flags: c_int,
    visit: Visit<'a>,
}

impl Walk<'_> {
    /// Visits what is at `place`, called `path`, and everything below. The result is that of the last visit if it ends the walk.
    fn node(&mut self, place: &Virtual, path: &[u8], level: c_int) -> Result<c_int, Errno> {
        let status = tree::status(place)?;
        let base = path.iter().rposition(|byte| *byte == b'/');
        let depth = Depth {
            base: c_int::try_from(base.map_or(0, |at| at + 1)).unwrap_or(c_int::MAX),
            level,
        };
        let name = CString::new(path).map_err(|_| Errno(libc::EINVAL))?;
        if status.st_mode & libc::S_IFMT != libc::S_IFDIR {
            return Ok((self.visit)(&name, &status, FTW_F, depth));
        }
        if self.flags & FTW_DEPTH == 0 {
            match (self.visit)(&name, &status, FTW_D, depth) {
                0 => {}
                FTW_SKIP_SUBTREE if self.flags & FTW_ACTIONRETVAL != 0 => return Ok(0),
                result => return Ok(result),
            }
        }
        let result = self.children(place, path, level)?;
        if result != 0 {
            return Ok(result);
        }
        if self.flags & FTW_DEPTH != 0 {
            return Ok((self.visit)(&name, &status, FTW_DP, depth));
        }
        Ok(0)
    }

    fn children(&mut self, place: &Virtual, path: &[u8], level: c_int) -> Result<c_int, Errno> {
        for entry in tree::entries(place.path())?.entries {
            if self.flags & FTW_CHDIR != 0 {
                let directory = CString::new(path).map_err(|_| Errno(libc::EINVAL))?;
                // SAFETY: a C string.
                unsafe { libc::chdir(directory.as_ptr()) };
            }
            let below = if place.path().is_empty() {
                entry.name.clone()
            } else {
                [place.path(), &entry.name].join("/")
            };
            let child = match entry.file_type {
                FileType::File => Virtual::at(&below),
                FileType::Directory => Virtual::directory_at(&below),
            };
            let called = [path, entry.name.as_bytes()].join(&b'/');
            match self.node(&child, &called, level + 1)? {
                0 => {}
                FTW_SKIP_SIBLINGS if self.flags & FTW_ACTIONRETVAL != 0 => break,
                result => return Ok(result),
            }
        }
        Ok(0)
    }
}

/// Walks through what is at `place`, called `path`.
fn walk(place: &Virtual, path: &CStr, flags: c_int, visit: Visit<'_>) -> Result<c_int, Errno> {
    tree::find(place)?;
    let mut name = path.to_bytes();
    while let [rest @ .., b'/'] = name
        && !rest.is_empty()
    {
        name = rest;
    }
    let before = (flags & FTW_CHDIR != 0)
        // SAFETY: without a buffer, a new one is made.
        .then(|| unsafe { libc::getcwd(std::ptr::null_mut(), 0) })
        .filter(|directory| !directory.is_null());
    let result = Walk { flags, visit }.node(place, name, 0);
    if let Some(directory) = before {
        // SAFETY: a C string that `getcwd` has allocated.
        unsafe {
            libc::chdir(directory);
            libc::free(directory.cast());
        }
    }
    result
}

interpose! {
    fn [glob, glob64](
        pattern: *const c_char,
        flags: c_int,
        error: Option<GlobError>,
        result: *mut glob_t
    ) -> c_int {
        if flags & GLOB_ALTDIRFUNC != 0 {
            // SAFETY: as the caller of the C function promises.
            return unsafe { hidden::glob(pattern, flags, error, result) };
        }
        let functions = result.cast::<Glob>();
        // SAFETY: as the caller promises; without the flag, these fields are free to use (glob.h).
        unsafe {
            (*functions).closedir = close;
            (*functions).readdir = read;
            (*functions).opendir = open;
            (*functions).lstat = own_status;
            (*functions).stat = status;
            let found = hidden::glob(pattern, flags | GLOB_ALTDIRFUNC, error, result);
            (*functions).flags &= !GLOB_ALTDIRFUNC;
            found
        }
    }

    fn [ftw, ftw64](path: *const c_char, function: Ftw, descriptors: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => {
                // SAFETY: as the caller promises.
                let name = unsafe { CStr::from_ptr(path) };
                answer(walk(&place, name, 0, &mut |path, status, kind, _| {
                    // SAFETY: as the caller promises.
                    unsafe { function(path.as_ptr(), status, kind) }
                }))
            }
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::ftw(path.as_ptr(), function, descriptors) },
        }
    }

    fn [nftw, nftw64](path: *const c_char, function: Nftw, descriptors: c_int, flags: c_int) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => {
                // SAFETY: as the caller promises.
                let name = unsafe { CStr::from_ptr(path) };
                answer(walk(&place, name, flags, &mut |path, status, kind, mut depth| {
                    // SAFETY: as the caller promises.
                    unsafe { function(path.as_ptr(), status, kind, (&raw mut depth).cast()) }
                }))
            }
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::nftw(path.as_ptr(), function, descriptors, flags) },
        }
    }
}
