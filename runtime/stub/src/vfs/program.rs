//! Programs in the tree: executables that come with a distribution.
//!
//! The kernel gets the program as a memory file.

use std::ffi::{CStr, CString, c_char, c_int};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use fastice_image::ROOT;
use libc::{AT_EMPTY_PATH, AT_FDCWD, EACCES, ENOENT, O_CLOEXEC};

use super::detour;
use super::errno::{Errno, answer};
use super::memfd::{self, Descriptor};
use super::place::{self, Place, Virtual};
use super::tree::{self, Node};

/// What a script begins with.
const SCRIPT: &[u8] = b"#!";

/// What a script begins with that the builder has made for the Python in this executable.
const PYTHON_SCRIPT: &[u8] = b"#!/fastice/bin/python";

/// Descriptors of scripts that were started in processes of their own: an interpreter opens its script when nobody
/// waits for it any more.
static SCRIPTS: Mutex<Vec<(String, c_int)>> = Mutex::new(Vec::new());

/// A program that can be executed.
struct Program {
    descriptor: Descriptor,
    is_script: bool,
}

impl Program {
    fn open(place: &Virtual) -> Result<Self, Errno> {
        match tree::find(place)? {
            Node::File(file) if file.executable => {
                let is_script = tree::with_contents(&file, place.path(), |contents| {
                    Ok(contents.starts_with(SCRIPT))
                })?;
                // A script is opened again, by its interpreter.
                let flags = if is_script { 0 } else { O_CLOEXEC };
                let descriptor = memfd::open_file(place.path(), &file, flags)?;
                Ok(Self {
                    descriptor: Descriptor::new(descriptor),
                    is_script,
                })
            }
            _ => Err(Errno(EACCES)),
        }
    }

    /// The number of a descriptor that stays open for as long as the new process may need it: one for each script.
    fn keep(self, place: &Virtual) -> Kept {
        if !self.is_script {
            return Kept::Until(self.descriptor);
        }
        let mut scripts = SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever closes all descriptors closes these, too.
        scripts.retain(|(path, number)| memfd::is_open_on(*number, path));
        if let Some((_, number)) = scripts.iter().find(|(path, _)| path == place.path()) {
            return Kept::ForEver(*number);
        }
        let number = self.descriptor.into_raw();
        scripts.push((place.path().to_owned(), number));
        Kept::ForEver(number)
    }
}

/// An open program.
enum Kept {
    /// Until this is dropped.
    Until(Descriptor),
    /// As long as the process lives.
    ForEver(c_int),
}

impl Kept {
    fn number(&self) -> c_int {
        match self {
            Self::Until(descriptor) => descriptor.number(),
            Self::ForEver(number) => *number,
        }
    }
}

/// Executes a program of the tree. Returns only if it cannot.
///
/// # Safety
/// `arguments` and `variables` are arrays of C strings that end with a null pointer.
pub(crate) unsafe fn execute(
    place: &Virtual,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> Errno {
    let program = match Program::open(place) {
        Ok(program) => program,
        Err(errno) => return errno,
    };
    let number = program.descriptor.number();
    // The kernel tells an interpreter to open `/dev/fd/N`, which leads to /proc.
    if program.is_script && !is_openable(c"/dev/fd", number) {
        let directory = c"/proc/self/fd";
        if !is_openable(directory, number) {
            return cannot_be_opened(place);
        }
        let path = entry(directory, number);
        // SAFETY: as the caller promises.
        unsafe { system_call!(SYS_execve, path.as_ptr(), arguments, variables) };
        return Errno::last();
    }
    // SAFETY: as the caller promises.
    unsafe {
        system_call!(
            SYS_execveat,
            number,
            c"".as_ptr(),
            arguments,
            variables,
            AT_EMPTY_PATH
        );
    }
    Errno::last()
}

/// Tells why a script cannot be executed, which no number of an error would.
fn cannot_be_opened(place: &Virtual) -> Errno {
    let path = tree::absolute(place.path());
    let line = format!(
        "fastice: {path}: a script in the executable needs /proc: its interpreter could not open it\n"
    );
    // That stderr may be closed changes nothing.
    let _ = std::io::stderr().write_all(line.as_bytes());
    Errno(ENOENT)
}

/// The name of an open file in a directory of such names.
fn entry(directory: &CStr, number: c_int) -> CString {
    let path = format!("{}/{number}", directory.to_string_lossy());
    CString::new(path).unwrap_or_default()
}

/// Can an open file be opened again by its name in this directory?
fn is_openable(directory: &CStr, number: c_int) -> bool {
    // SAFETY: a C string.
    unsafe { is_there(entry(directory, number).as_ptr()) }
}

/// The absolute path of the script at `path`, if it is one of the tree that is to be run by the Python in this executable, as
/// console scripts are.
///
/// # Safety
/// `path` is a C string.
pub(crate) unsafe fn python_script(path: *const c_char) -> Option<CString> {
    // SAFETY: as the caller promises.
    let Place::Inside(place) = (unsafe { place::resolve(AT_FDCWD, path) }) else {
        return None;
    };
    let Ok(Node::File(file)) = tree::find(&place) else {
        return None;
    };
    let is_one = file.executable
        && tree::with_contents(&file, place.path(), |contents| {
            let rest = contents.strip_prefix(PYTHON_SCRIPT);
            Ok(rest.is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace)))
        })
        .is_ok_and(|is_one| is_one);
    is_one.then(|| CString::new(tree::absolute(place.path())).unwrap_or_default())
}

/// Executes the program at a path. Returns only if it cannot.
///
/// # Safety
/// As for `execve`.
pub(crate) unsafe fn execve(
    path: *const c_char,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    // SAFETY: as the caller promises.
    match unsafe { place::resolve(AT_FDCWD, path) } {
        // SAFETY: as the caller promises.
        Place::Inside(place) => answer(Err(unsafe { execute(&place, arguments, variables) })),
        // SAFETY: as the caller promises.
        Place::Outside(outside) => unsafe {
            let result = system_call!(SYS_execve, outside.as_ptr(), arguments, variables);
            match detour::missed(AT_FDCWD, path, true) {
                Some(place) => answer(Err(execute(&place, arguments, variables))),
                None => result,
            }
        },
    }
}

/// Where the C library's search for the program `file` in `PATH` ends, if there are directories of the tree in `PATH`: else
/// the C library can do it. Nothing also if there is no such program.
pub(crate) fn search(file: &CStr) -> Option<CString> {
    // SAFETY: a C string; the environment is not changed while a program is started.
    let directories = unsafe {
        let value = libc::getenv(c"PATH".as_ptr());
        if value.is_null() {
            return None;
        }
        CStr::from_ptr(value).to_bytes()
    };
    let root = ROOT.as_bytes();
    if file.is_empty()
        || file.to_bytes().contains(&b'/')
        || !directories.windows(root.len()).any(|window| window == root)
    {
        return None;
    }
    let candidates = directories
        .split(|byte| *byte == b':')
        .filter_map(|directory| {
            let directory = if directory.is_empty() {
                b"."
            } else {
                directory
            };
            CString::new([directory, file.to_bytes()].join(&b'/')).ok()
        });
    // SAFETY: C strings.
    candidates
        .into_iter()
        .find(|path| unsafe { libc::access(path.as_ptr(), libc::X_OK) == 0 && !is_directory(path) })
}

/// Does a path lead into the tree, by its look?
pub(crate) fn is_inside(path: &CStr) -> bool {
    // SAFETY: a C string.
    let place = unsafe { place::resolve(AT_FDCWD, path.as_ptr()) };
    matches!(place, Place::Inside(_))
}

fn is_directory(path: &CStr) -> bool {
    let mut status = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: a C string and room for the structure, which is filled if the result is 0.
    unsafe {
        libc::stat(path.as_ptr(), status.as_mut_ptr()) == 0
            && status.assume_init().st_mode & libc::S_IFMT == libc::S_IFDIR
    }
}

/// Does the kernel know the path?
///
/// # Safety
/// `path` is a C string.
unsafe fn is_there(path: *const c_char) -> bool {
    // SAFETY: as the caller promises.
    unsafe { system_call!(SYS_faccessat, AT_FDCWD, path, libc::F_OK) == 0 }
}

/// How a program that may be in the tree is started in a process of its own.
pub(crate) enum Start {
    /// By a path that the kernel knows.
    Path(*const c_char),
    /// Not by a path, for want of /proc, but by a process of this executable that executes the file with this number ([`tree::inode`]).
    Relay(u64),
}

/// Calls `spawn`, which starts a program in a process of its own and returns the number of an error.
///
/// # Safety
/// `path` is a C string.
pub(crate) unsafe fn spawn(path: *const c_char, spawn: impl FnOnce(Start) -> c_int) -> c_int {
    // SAFETY: as the caller promises. What has no slash is searched in PATH.
    let place = unsafe {
        if CStr::from_ptr(path).to_bytes().contains(&b'/') {
            place::resolve(AT_FDCWD, path)
        } else {
            return spawn(Start::Path(path));
        }
    };
    let place = match place {
        // SAFETY: as the caller promises.
        Place::Outside(outside) if !unsafe { is_there(outside.as_ptr()) } => {
            // SAFETY: the same.
            unsafe { detour::missed(AT_FDCWD, path, true) }
                .map_or(Place::Outside(outside), Place::Inside)
        }
        place => place,
    };
    let place = match place {
        Place::Outside(path) => return spawn(Start::Path(path.as_ptr())),
        Place::Inside(place) => place,
    };
    let program = match Program::open(&place) {
        Ok(program) => program,
        Err(errno) => return errno.0,
    };
    // Of this process: the new one may close all its descriptors before it executes anything.
    let directory = format!("/proc/{}/fd", std::process::id());
    let directory = CString::new(directory).unwrap_or_default();
    if is_openable(&directory, program.descriptor.number()) {
        let program = program.keep(&place);
        spawn(Start::Path(entry(&directory, program.number()).as_ptr()))
    } else if program.is_script {
        cannot_be_opened(&place).0
    } else {
        spawn(Start::Relay(tree::inode(place.path())))
    }
}
