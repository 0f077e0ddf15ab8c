//! Finds and maps the file this process was started from.

use std::ffi::{CStr, OsStr, c_char};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fastice_image::Identity;
use memmap2::Mmap;

/// The kernel's own name of the running program: right even when the file was renamed or deleted since.
const SELF: &str = "/proc/self/exe";

/// This executable, mapped for as long as the process lives.
pub(crate) struct Executable {
    /// Its absolute path without symbolic links, as it was when the process started.
    pub(crate) path: PathBuf,
    /// Which file it is.
    pub(crate) identity: Identity,
    /// Its bytes.
    pub(crate) bytes: &'static [u8],
}

/// Opens the file this process was started from, read-only.
///
/// # Errors
/// When neither /proc nor the path given to `execve` leads to it.
pub(crate) fn open() -> io::Result<fs_err::File> {
    fs_err::File::open(SELF).or_else(|_| fs_err::File::open(exec_path()?))
}

/// Maps the file this process was started from.
///
/// # Errors
/// When it cannot be found, opened or mapped.
pub(crate) fn map() -> io::Result<Executable> {
    let file = open()?;
    // SAFETY: the file is a running executable, which the kernel keeps from being written (ETXTBSY). Whoever truncates it
    // through other means kills every program that way, not only this one.
    let map = unsafe { Mmap::map(file.file())? };
    let bytes: &'static [u8] = Box::leak(Box::new(map));
    Ok(Executable {
        path: path()?,
        identity: Identity::from(&file.metadata()?),
        bytes,
    })
}

/// The absolute real path of the executable.
fn path() -> io::Result<PathBuf> {
    match fs_err::read_link(SELF) {
        Ok(path) => Ok(without_deletion_mark(&path)),
        Err(_) => fs_err::canonicalize(exec_path()?),
    }
}

/// The kernel marks the link of a file that was deleted meanwhile.
fn without_deletion_mark(path: &Path) -> PathBuf {
    let bytes = path.as_os_str().as_bytes();
    PathBuf::from(OsStr::from_bytes(
        bytes.strip_suffix(b" (deleted)").unwrap_or(bytes),
    ))
}

/// The path that was given to `execve`: for processes that see no /proc.
fn exec_path() -> io::Result<PathBuf> {
    // SAFETY: getauxval reads the vector that the kernel put on the stack; it has no preconditions.
    let address = unsafe { libc::getauxval(libc::AT_EXECFN) };
    if address == 0 {
        return Err(io::Error::from(io::ErrorKind::NotFound));
    }
    // SAFETY: AT_EXECFN, if there, is the address of a C string that lives as long as the process.
    let path = unsafe { CStr::from_ptr(address as *const _) };
    Ok(PathBuf::from(OsStr::from_bytes(path.to_bytes())))
}

/// The path under which the executable was called: absolute, with its symbolic links, as `python` works
/// out `sys.executable`. That is where a virtual environment has its `pyvenv.cfg`. `real` is the answer if the name leads to another file.
pub(crate) fn invoked_path(argv: *const *const c_char, real: &Path) -> PathBuf {
    let Some(name) = first_argument(argv) else {
        return real.to_path_buf();
    };
    let is_this = |path: &PathBuf| fs_err::canonicalize(path).is_ok_and(|path| path == real);
    let candidate = if name.as_bytes().contains(&b'/') {
        std::path::absolute(name).ok().filter(is_this)
    } else {
        let search_path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&search_path)
            .filter_map(|directory| std::path::absolute(directory.join(name)).ok())
            .find(is_this)
    };
    candidate.unwrap_or_else(|| real.to_path_buf())
}

/// The interpreter that a virtual environment was made with, if `executable` is the copy of it in there (`venv --copies`). CPython looks in
/// `pyvenv.cfg`, as here, beside the executable or one directory above (`Modules/getpath.py`).
pub(crate) fn base_of_copy(executable: &Path) -> Option<PathBuf> {
    let directory = executable.parent()?;
    let text = [Some(directory), directory.parent()]
        .into_iter()
        .flatten()
        .find_map(|directory| fs_err::read_to_string(directory.join("pyvenv.cfg")).ok())?;
    let value = |wanted: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        let (_, value) = lines.find(|(key, _)| key.trim().eq_ignore_ascii_case(wanted))?;
        Some(PathBuf::from(value.trim()))
    };
    let at_home = value("home").map(|home| home.join(executable.file_name().unwrap_or_default()));
    [at_home, value("executable")]
        .into_iter()
        .flatten()
        .find(|path| path.is_file())
}

fn first_argument<'a>(argv: *const *const c_char) -> Option<&'a OsStr> {
    if argv.is_null() {
        return None;
    }
    // SAFETY: `argv` is the argument of `main`: an array that ends with a null pointer, of C strings that live as long as
    // the process.
    unsafe {
        let first = *argv;
        (!first.is_null()).then(|| OsStr::from_bytes(CStr::from_ptr(first).to_bytes()))
    }
}
