//! `FASTICE_EXTRACT`: what lies below the paths in it is put on the disk when the program starts, and where the program hands such
//! a path to another program, that one gets the real path.

use std::ffi::{CStr, CString, c_char};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::OnceLock;

use fastice_image::ROOT;
use libc::AT_FDCWD;

use crate::vfs::place::{self, Place, Virtual};
use crate::vfs::tree;

/// Names the paths, separated by colons: absolute ones in the tree, or relative to its root.
const VARIABLE: &str = "FASTICE_EXTRACT";

/// Paths in the tree that have a real one.
static EXTRACTED: OnceLock<Vec<Extracted>> = OnceLock::new();

/// A file or directory that was put on the disk.
struct Extracted {
    /// Its absolute path in the tree.
    inside: String,
    /// Its path on the disk.
    outside: Vec<u8>,
}

/// Puts on the disk what the variable names.
///
/// # Errors
/// A sentence that says what cannot be put there.
pub(crate) fn begin() -> Result<(), String> {
    let Some(list) = std::env::var_os(VARIABLE) else {
        return Ok(());
    };
    let mut extracted = Vec::new();
    let paths = list.as_bytes().split(|byte| *byte == b':');
    for path in paths.filter(|path| !path.is_empty()) {
        let name = String::from_utf8_lossy(path).into_owned();
        let place = find(path);
        let result = match &place {
            Some(place) => super::extract(place),
            None => Err(std::io::ErrorKind::NotFound.into()),
        };
        let outside =
            result.map_err(|error| format!("{VARIABLE}: `{name}` cannot be extracted: {error}"))?;
        extracted.push(Extracted {
            inside: tree::absolute(place.as_ref().map_or("", Virtual::path)),
            outside: outside.into_os_string().into_vec(),
        });
    }
    // The longest first: a file may be named as well as the directory that it is in.
    extracted.sort_by_key(|extracted| std::cmp::Reverse(extracted.inside.len()));
    EXTRACTED.get_or_init(|| extracted);
    Ok(())
}

/// The place that a path in the variable means.
fn find(path: &[u8]) -> Option<Virtual> {
    let absolute = if path.starts_with(b"/") {
        path.to_vec()
    } else {
        [ROOT.as_bytes(), b"/", path].concat()
    };
    let path = CString::new(absolute).ok()?;
    // SAFETY: a C string.
    match unsafe { place::resolve(AT_FDCWD, path.as_ptr()) } {
        Place::Inside(place) => Some(place),
        Place::Outside(_) => None,
    }
}

/// The real path of a path in the tree, if it was put on the disk. `--option=PATH` counts as a path, too.
fn translate(argument: &CStr) -> Option<CString> {
    let extracted = EXTRACTED.get()?;
    let bytes = argument.to_bytes();
    let begin = if bytes.starts_with(b"-") {
        bytes.iter().position(|byte| *byte == b'=')? + 1
    } else {
        0
    };
    let (option, path) = bytes.split_at(begin);
    extracted.iter().find_map(|extracted| {
        let rest = path.strip_prefix(extracted.inside.as_bytes())?;
        (rest.is_empty() || rest.starts_with(b"/"))
            .then(|| CString::new([option, &extracted.outside, rest].concat()).ok())?
    })
}

/// Arguments for another program, with real paths.
pub(crate) struct Translated {
    /// Keeps those strings alive that are not the caller's.
    own: Vec<CString>,
    list: Vec<*const c_char>,
}

impl Translated {
    /// Translates a list; nothing if there is nothing to translate.
    ///
    /// # Safety
    /// `list` is null or an array of C strings that ends with a null pointer.
    pub(crate) unsafe fn new(list: *const *const c_char) -> Option<Self> {
        EXTRACTED.get().filter(|extracted| !extracted.is_empty())?;
        if list.is_null() {
            return None;
        }
        let mut translated = Self {
            own: Vec::new(),
            list: Vec::new(),
        };
        for index in 0.. {
            // SAFETY: the one before was not the null pointer at the end.
            let given = unsafe { *list.add(index) };
            if given.is_null() {
                break;
            }
            // SAFETY: as the caller promises.
            match translate(unsafe { CStr::from_ptr(given) }) {
                Some(own) => {
                    translated.list.push(own.as_ptr());
                    translated.own.push(own);
                }
                None => translated.list.push(given),
            }
        }
        translated.list.push(std::ptr::null());
        (!translated.own.is_empty()).then_some(translated)
    }

    /// The list. Lives as long as this.
    pub(crate) fn as_ptr(&self) -> *const *const c_char {
        self.list.as_ptr()
    }
}

/// The real path of a program in the tree that was put on the disk.
///
/// # Safety
/// `path` is a C string.
pub(crate) unsafe fn program(path: *const c_char) -> Option<CString> {
    // SAFETY: as the caller promises.
    translate(unsafe { CStr::from_ptr(path) })
}
