//! A start that cannot succeed: one line on stderr, one exit status, never a crash.

use std::ffi::{CStr, OsString, c_char, c_int};
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use fastice_image::{Damage, EXIT_DAMAGED};

/// Why Python was not started.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The executable cannot be found, opened or mapped.
    Unreadable(io::Error),
    /// What was found in it cannot be used.
    Damaged(PathBuf, Damage),
    /// The image is for another CPython than the one in this executable.
    OtherPython {
        /// What the image wants: `CPython 3.13.5 (magic number 3571)`.
        image: String,
        /// What this executable is.
        stub: String,
    },
    /// CPython's own words why it could not be initialized.
    Python(String),
}

impl Failure {
    /// Prints the line and returns the exit status. `argv` is what `main` was called with: its first element
    /// names the program in the message, as in every other program's.
    pub(crate) fn report(&self, argv: *const *const c_char) -> c_int {
        let name = invocation_name(argv);
        // Written in one piece, so that lines of processes that share a terminal do not mix. That stderr
        // may be closed changes nothing: the exit status tells it too.
        let _ = io::stderr().write_all(format!("{}: {self}\n", name.display()).as_bytes());
        EXIT_DAMAGED
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "cannot read this executable: {error}"),
            Self::Damaged(path, damage) => {
                write!(f, "cannot run {}: {damage}", path.display())
            }
            Self::OtherPython { image, stub } => {
                write!(
                    f,
                    "the image is for {image}, and this executable contains {stub}"
                )
            }
            Self::Python(message) => write!(f, "Python cannot be initialized: {message}"),
        }
    }
}

/// The last component of `argv[0]`.
fn invocation_name(argv: *const *const c_char) -> PathBuf {
    // SAFETY: `argv` is the argument of `main`: an array that ends with a null pointer, of C strings that
    // nobody changes.
    let first = unsafe {
        if argv.is_null() || (*argv).is_null() {
            return PathBuf::from("fastice");
        }
        CStr::from_ptr(*argv)
    };
    let path = OsString::from_vec(first.to_bytes().to_vec());
    Path::new(path.as_os_str()).file_name().map_or_else(
        || PathBuf::from("fastice"),
        |name| PathBuf::from(std::ffi::OsStr::from_bytes(name.as_bytes())),
    )
}
