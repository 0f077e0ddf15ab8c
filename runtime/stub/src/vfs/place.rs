//! Where a path leads: into the tree or out of it.
//!
//! The test must cost nothing for paths outside, since every file access of the process passes it. Which paths can lead into the
//! tree is told by their first bytes: those that begin with the root, and relative ones when the directory that
//! they are relative to is in the tree (then [`memfd`] or [`current`]
//! know one) or when they climb with `..` up to the root of the file system.
//!
//! Nothing in the tree is a symbolic link, so `..` leads where the path shows; but what it is taken from must exist.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char, c_int};

use fastice_image::ROOT;
use libc::AT_FDCWD;

use super::errno::Errno;
use super::{current, memfd, tree};

/// Where a path leads.
pub(crate) enum Place {
    /// Out of the tree, by this path.
    Outside(Outside),
    /// Into the tree.
    Inside(Virtual),
}

/// A path for the kernel.
pub(crate) struct Outside {
    given: *const c_char,
    /// In place of `given`, when that began inside the tree.
    rewritten: Option<CString>,
}

impl Outside {
    /// The path. Lives as long as `self` and the path that was given.
    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.rewritten
            .as_ref()
            .map_or(self.given, |path| path.as_ptr())
    }
}

/// A path in the tree.
pub(crate) struct Virtual {
    path: String,
    names_directory: bool,
    /// Why the path leads nowhere, whatever is at its end.
    broken: Option<Errno>,
}

impl Virtual {
    /// A normalized path below the root.
    pub(crate) fn at(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            names_directory: false,
            broken: None,
        }
    }

    /// A path that must lead to a directory.
    pub(crate) fn directory_at(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            names_directory: true,
            broken: None,
        }
    }

    /// The path below the root, normalized; `""` is the root.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The path ended in a slash, `.` or `..`, which only directories have.
    pub(crate) fn names_directory(&self) -> bool {
        self.names_directory
    }

    /// The path as far as it can be followed.
    ///
    /// # Errors
    /// When it is too long, or takes `..` of what is no directory.
    pub(crate) fn followed(&self) -> Result<&str, Errno> {
        self.broken.map_or(Ok(self.path()), Err)
    }
}

/// Where `path` leads, if it is relative to the directory descriptor `dirfd` (or `AT_FDCWD`).
///
/// # Safety
/// `path` is null or a C string.
#[inline]
pub(crate) unsafe fn resolve(dirfd: c_int, path: *const c_char) -> Place {
    // SAFETY: as the caller promises; a byte is read only if the one before it is not the end.
    unsafe {
        if !path.is_null() && may_lead_inside(dirfd, path.cast()) {
            return resolve_slowly(dirfd, path);
        }
    }
    Place::Outside(Outside {
        given: path,
        rewritten: None,
    })
}

/// The test that most paths fail after two bytes.
///
/// # Safety
/// `path` is a C string.
#[inline]
unsafe fn may_lead_inside(dirfd: c_int, path: *const u8) -> bool {
    // SAFETY: a byte is read only if the one before it is not the end.
    unsafe {
        match *path {
            0 => false,
            b'/' => matches!(*path.add(1), b'f' | b'/' | b'.'),
            first if dirfd == AT_FDCWD => {
                current::is_inside() || (first == b'.' && *path.add(1) == b'.')
            }
            _ => memfd::may_be_directory(),
        }
    }
}

#[cold]
unsafe fn resolve_slowly(dirfd: c_int, given: *const c_char) -> Place {
    // SAFETY: as the caller promises.
    let path = unsafe { CStr::from_ptr(given) }.to_bytes();
    if path.len() >= PATH_MAX {
        // The kernel says so.
        return Place::Outside(Outside {
            given,
            rewritten: None,
        });
    }
    let lead = if path.starts_with(b"/") {
        follow(path)
    } else if let Some(directory) = base(dirfd) {
        // Even if it leads out again, the kernel cannot know what it was relative to.
        let joined = [tree::absolute(directory).as_bytes(), path].join(&b'/');
        follow(&joined)
    } else if dirfd == AT_FDCWD {
        climb(path)
    } else {
        Lead::Elsewhere
    };
    let rewritten = match lead {
        Lead::Inside(place) => return Place::Inside(place),
        Lead::Out(path) => CString::new(path).ok(),
        Lead::Elsewhere => None,
    };
    Place::Outside(Outside { given, rewritten })
}

/// Longest path, the byte that ends it included.
const PATH_MAX: usize = libc::PATH_MAX as usize;

/// Longest name in a path.
const NAME_MAX: usize = 255;

/// The directory of the tree that relative paths begin at, if it is one.
fn base(dirfd: c_int) -> Option<&'static str> {
    if dirfd == AT_FDCWD {
        current::directory()
    } else {
        memfd::directory_of(dirfd)
    }
}

/// Where an absolute path leads.
enum Lead {
    /// It never enters the tree.
    Elsewhere,
    /// It enters the tree and leaves it again; the way from there, absolute.
    Out(Vec<u8>),
    /// Into the tree.
    Inside(Virtual),
}

/// Follows an absolute path from the root of the file system.
fn follow(path: &[u8]) -> Lead {
    let mut rest = path;
    let mut entered = false;
    loop {
        match next_component(rest) {
            // The root is its own parent.
            Some((b"." | b"..", after)) => rest = after,
            Some((name, after)) if name == &ROOT.as_bytes()[1..] => {
                entered = true;
                match follow_inside(after) {
                    Inside::Ends(place) => return Lead::Inside(place),
                    Inside::Leaves(after) => rest = after,
                }
            }
            _ if entered => return Lead::Out([b"/", rest].concat()),
            _ => return Lead::Elsewhere,
        }
    }
}

/// How a path that has come into the tree goes on.
enum Inside<'a> {
    /// It ends there.
    Ends(Virtual),
    /// It leaves the tree; what remains of it.
    Leaves(&'a [u8]),
}

/// Follows a path from the root of the tree.
fn follow_inside(mut rest: &[u8]) -> Inside<'_> {
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let mut names_directory = false;
    let mut broken = None;
    while let Some((component, after)) = next_component(rest) {
        names_directory = matches!(component, b"." | b"..");
        match component {
            b"." => {}
            b".." => {
                if broken.is_none() {
                    broken = tree::check_directory(&names.join("/")).err();
                }
                if names.pop().is_none() && broken.is_none() {
                    return Inside::Leaves(after);
                }
            }
            name if name.len() > NAME_MAX && broken.is_none() => {
                broken = Some(Errno(libc::ENAMETOOLONG));
            }
            // The names in the tree are UTF-8. A name that is not will not be found.
            name => names.push(String::from_utf8_lossy(name)),
        }
        rest = after;
    }
    Inside::Ends(Virtual {
        path: names.join("/"),
        names_directory: names_directory || rest.starts_with(b"/"),
        broken,
    })
}

/// The first component of a path, and the rest. Without one, nothing or slashes are left of the path.
fn next_component(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let begin = path.iter().position(|byte| *byte != b'/')?;
    let path = &path[begin..];
    let end = path
        .iter()
        .position(|byte| *byte == b'/')
        .unwrap_or(path.len());
    Some(path.split_at(end))
}

/// Where a path leads that begins with `..`, relative to a working directory outside the tree.
fn climb(path: &[u8]) -> Lead {
    let mut rest = path;
    let mut steps = 0;
    while let Some((component, after)) = next_component(rest) {
        match component {
            b"." => {}
            b".." => steps += 1,
            name if name == &ROOT.as_bytes()[1..] && current::depth() <= Some(steps) => {
                return follow(&[b"/", rest].concat());
            }
            _ => break,
        }
        rest = after;
    }
    Lead::Elsewhere
}
