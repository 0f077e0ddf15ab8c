//! A start that cannot succeed, or a program that cannot go on: one line on stderr, one exit status, never a crash.

use std::ffi::c_int;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fastice_image::{Damage, EXIT_DAMAGED};

use crate::image::IMAGE;
use crate::vfs::errno::Errno;

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
    /// A program in the executable cannot be executed.
    Execution(String, Errno),
    /// What the user wants to be on the disk cannot be put there.
    Extraction(String),
    /// The program has started itself this many times, each time from the one before.
    Recursion(u32),
    /// There are several programs in the image, and none of them was named.
    NoChoice(Vec<String>),
    /// A start snapshot was wanted, and cannot be made.
    NoSnapshot(String),
    /// The kernel gives no memory.
    Memory,
    /// A mistake of ours.
    Internal(String),
}

impl Failure {
    /// Prints the line and returns the exit status.
    pub(crate) fn report(&self) -> c_int {
        // Written in one piece, so that lines of processes that share a terminal do not mix. That stderr
        // may be closed changes nothing: the exit status tells it too.
        let _ = io::stderr().write_all(format!("{}: {self}\n", program_name()).as_bytes());
        match self {
            // As for every mistake on a command line.
            Self::NoChoice(_) => 2,
            // As a shell has it, and what `posix_spawn` leaves to its child.
            Self::Execution(..) => 127,
            _ => EXIT_DAMAGED,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "cannot read this executable: {error}"),
            Self::Damaged(path, damage) => write!(f, "cannot run {}: {damage}", path.display()),
            Self::OtherPython { image, stub } => write!(
                f,
                "the image is for {image}, and this executable contains {stub}"
            ),
            Self::Python(message) => write!(f, "Python cannot be initialized: {message}"),
            Self::Execution(path, error) => write!(f, "cannot execute {path}: {error}"),
            Self::Extraction(message) => f.write_str(message),
            Self::Recursion(depth) => write!(
                f,
                "stopped: this program has started itself from itself, {depth} processes deep"
            ),
            Self::NoChoice(names) => write!(
                f,
                "say which program is to run, as the first argument: {}",
                names.join(", ")
            ),
            Self::NoSnapshot(reason) => write!(f, "no start snapshot can be made: {reason}"),
            Self::Memory => f.write_str("the system has no memory for this process"),
            Self::Internal(message) => {
                write!(
                    f,
                    "a mistake in fastice itself, please report it: {message}"
                )
            }
        }
    }
}

/// Ends the process because of damage that was found while the program was running.
///
/// Not an exception, which the program could take for a missing file and go on; and not an orderly end, which would run more of a
/// program that is not whole. Buffered output of the program is lost.
pub(crate) fn stop(damage: Damage) -> ! {
    let path = IMAGE
        .get()
        .map_or_else(PathBuf::new, |mapped| mapped.path().to_path_buf());
    end(&Failure::Damaged(path, damage))
}

/// Makes a panic, which only a mistake of ours can cause, end the process as every other failure does.
pub(crate) fn catch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        end(&Failure::Internal(panic.to_string().replace('\n', " ")))
    }));
}

/// Ends the process at once, wherever it is.
pub(crate) fn end(failure: &Failure) -> ! {
    let status = failure.report();
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(status) }
}

/// The last component of the name under which the program was called.
fn program_name() -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    Path::new(&called).file_name().map_or_else(
        || String::from("fastice"),
        |name| name.to_string_lossy().into_owned(),
    )
}
