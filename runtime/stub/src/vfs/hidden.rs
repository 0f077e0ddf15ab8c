//! The C library's own functions, where definitions of this executable hide them and a system call is not the same.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{
    DIR, FILE, dirent, mode_t, pid_t, posix_spawn_file_actions_t, posix_spawnattr_t, size_t,
    ssize_t, timespec, timeval, utimbuf,
};

use super::walk::{Ftw, GlobError, Nftw};

/// Chooses entries for `scandir`.
pub(crate) type Filter = unsafe extern "C" fn(*const dirent) -> c_int;

/// Compares entries for `scandir`.
pub(crate) type Order = unsafe extern "C" fn(*mut *const dirent, *mut *const dirent) -> c_int;

/// A function of the C library that a definition of this executable hides.
struct Hidden {
    name: &'static CStr,
    address: AtomicPtr<c_void>,
}

impl Hidden {
    /// The function `name`.
    const fn new(name: &'static CStr) -> Self {
        Self {
            name,
            address: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// Its address.
    fn address(&self) -> *mut c_void {
        // Two threads that look at the same time find the same.
        let known = self.address.load(Ordering::Relaxed);
        if !known.is_null() {
            return known;
        }
        // SAFETY: the name is a C string.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        if found.is_null() {
            // Only what every glibc has is declared with `hidden!`.
            std::process::abort();
        }
        self.address.store(found, Ordering::Relaxed);
        found
    }
}

/// Declares functions of the C library that are hidden by definitions of this executable.
macro_rules! hidden {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        /// One of each function, by its name.
        #[allow(non_upper_case_globals, reason = "named as the functions")]
        mod functions {
            use super::Hidden;
            $(pub(super) static $name: Hidden = Hidden::new(
                match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                    Ok(name) => name,
                    Err(_) => unreachable!(),
                },
            );)*
        }

        /// Looks all of them up. Done later, that would make the C library forget what `dlerror` has yet to say.
        pub(crate) fn look_up() {
            $(functions::$name.address();)*
            PTHREAD_EXIT.address();
            DLOPEN.address();
        }

        $(
        /// The C library's function of this name.
        ///
        /// # Safety
        /// That of the function.
        pub(crate) unsafe fn $name($($argument: $type),*) -> $result {
            // SAFETY: the C library's function of this name has this signature.
            let function = unsafe {
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($type),*) -> $result>(
                    functions::$name.address(),
                )
            };
            // SAFETY: as the caller promises.
            unsafe { function($($argument),*) }
        }
        )*
    };
}

hidden! {
    fn closedir(stream: *mut DIR) -> c_int;
    fn dirfd(stream: *mut DIR) -> c_int;
    fn dlerror() -> *mut c_char;
    fn execvpe(file: *const c_char, arguments: *const *const c_char, variables: *const *const c_char) -> c_int;
    fn faccessat(directory: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int;
    fn fchmodat(directory: c_int, path: *const c_char, mode: mode_t, flags: c_int) -> c_int;
    fn fdopendir(descriptor: c_int) -> *mut DIR;
    fn fexecve(descriptor: c_int, arguments: *const *const c_char, variables: *const *const c_char) -> c_int;
    fn fstatvfs(descriptor: c_int, out: *mut libc::statvfs) -> c_int;
    fn ftw(path: *const c_char, function: Ftw, descriptors: c_int) -> c_int;
    fn fopen(path: *const c_char, mode: *const c_char) -> *mut FILE;
    fn freopen(path: *const c_char, mode: *const c_char, stream: *mut FILE) -> *mut FILE;
    fn futimens(descriptor: c_int, times: *const timespec) -> c_int;
    fn futimes(descriptor: c_int, times: *const timeval) -> c_int;
    fn futimesat(directory: c_int, path: *const c_char, times: *const timeval) -> c_int;
    fn get_current_dir_name() -> *mut c_char;
    fn getcwd(buffer: *mut c_char, size: size_t) -> *mut c_char;
    fn getxattr(path: *const c_char, name: *const c_char, value: *mut c_void, size: size_t) -> ssize_t;
    fn glob(pattern: *const c_char, flags: c_int, error: Option<GlobError>, result: *mut libc::glob_t) -> c_int;
    fn lgetxattr(path: *const c_char, name: *const c_char, value: *mut c_void, size: size_t) -> ssize_t;
    fn listxattr(path: *const c_char, list: *mut c_char, size: size_t) -> ssize_t;
    fn llistxattr(path: *const c_char, list: *mut c_char, size: size_t) -> ssize_t;
    fn lutimes(path: *const c_char, times: *const timeval) -> c_int;
    fn nftw(path: *const c_char, function: Nftw, descriptors: c_int, flags: c_int) -> c_int;
    fn opendir(path: *const c_char) -> *mut DIR;
    fn pathconf(path: *const c_char, name: c_int) -> c_long;
    fn posix_spawn(
        child: *mut pid_t,
        path: *const c_char,
        actions: *const posix_spawn_file_actions_t,
        attributes: *const posix_spawnattr_t,
        arguments: *const *const c_char,
        variables: *const *const c_char
    ) -> c_int;
    fn posix_spawn_file_actions_addopen(
        actions: *mut posix_spawn_file_actions_t,
        descriptor: c_int,
        path: *const c_char,
        flags: c_int,
        mode: mode_t
    ) -> c_int;
    fn posix_spawnp(
        child: *mut pid_t,
        file: *const c_char,
        actions: *const posix_spawn_file_actions_t,
        attributes: *const posix_spawnattr_t,
        arguments: *const *const c_char,
        variables: *const *const c_char
    ) -> c_int;
    fn readdir(stream: *mut DIR) -> *mut dirent;
    fn readdir_r(stream: *mut DIR, entry: *mut dirent, result: *mut *mut dirent) -> c_int;
    fn realpath(path: *const c_char, buffer: *mut c_char) -> *mut c_char;
    fn remove(path: *const c_char) -> c_int;
    fn rewinddir(stream: *mut DIR) -> ();
    fn scandir(path: *const c_char, list: *mut *mut *mut dirent, filter: Option<Filter>, order: Option<Order>) -> c_int;
    fn seekdir(stream: *mut DIR, position: c_long) -> ();
    fn statvfs(path: *const c_char, status: *mut libc::statvfs) -> c_int;
    fn system(command: *const c_char) -> c_int;
    fn telldir(stream: *mut DIR) -> c_long;
    fn utime(path: *const c_char, times: *const utimbuf) -> c_int;
    fn utimensat(directory: c_int, path: *const c_char, times: *const timespec, flags: c_int) -> c_int;
    fn utimes(path: *const c_char, times: *const timeval) -> c_int;
}

static PTHREAD_EXIT: Hidden = Hidden::new(c"pthread_exit");
static DLOPEN: Hidden = Hidden::new(c"dlopen");

/// A function like `pthread_exit`.
pub(crate) type EndThread = unsafe extern "C" fn(*mut c_void) -> !;

/// The C library's `pthread_exit`, for a caller that jumps there.
pub(crate) fn pthread_exit() -> EndThread {
    // SAFETY: the C library's function of this name has this signature.
    unsafe { std::mem::transmute(PTHREAD_EXIT.address()) }
}

/// The C library's `dlopen`, for a caller that jumps there.
pub(crate) fn dlopen() -> unsafe extern "C" fn(*const c_char, c_int) -> *mut c_void {
    // SAFETY: the C library's function of this name has this signature.
    unsafe { std::mem::transmute(DLOPEN.address()) }
}
