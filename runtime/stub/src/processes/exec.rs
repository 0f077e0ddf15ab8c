//! Functions of the C library that execute a file: they add the marker for children that are this program.
//!
//! They may run between `fork` or `vfork` and the execution, where memory must not be allocated and nothing may be locked.

use std::ffi::{CStr, CString, c_char, c_int};
use std::mem::MaybeUninit;

use fastice_image::{Identity, Marker, ROOT};
use libc::{pid_t, posix_spawn_file_actions_t, posix_spawnattr_t};

use super::environment::{environ, with_marker};
use super::{PROCESS, Process, RUNTIME, c_path};
use crate::extract::arguments::{self as extract, Translated};
use crate::image::IMAGE;
use crate::vfs::{current, hidden, program};

/// The file of this process, whatever became of its path.
const SELF: &CStr = c"/proc/self/exe";

/// Characters that end a word of a shell's command line.
const DELIMITERS: &[u8] = b" \t\n'\";&|()<>`=";

/// What to execute in place of what a caller names.
struct Start {
    path: *const c_char,
    marker: Marker,
}

/// How a function executes a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In this process.
    Exec,
    /// In a new one.
    Spawn,
}

/// What to do when `path` is executed with these arguments; nothing if that is no business of ours.
///
/// # Safety
/// `path` is a C string, and `arguments` null or a list of them that ends with a null pointer.
unsafe fn consider(
    path: *const c_char,
    arguments: *const *const c_char,
    way: Way,
) -> Option<Start> {
    // SAFETY: as the caller promises.
    let name = unsafe { CStr::from_ptr(path) };
    let Some(process) = PROCESS.get() else {
        return in_the_tree(path, name);
    };
    // Without a slash, the C library searches PATH. Who wants this program has its path.
    let found = if name.to_bytes().contains(&b'/') {
        identity(name)
    } else {
        None
    };
    let is_own_path = name == process.path.as_c_str();
    // SAFETY: as the caller promises.
    unsafe {
        if found == Some(process.identity) || is_own_path {
            let marker = process.marker(found, arguments, way);
            let path = if found.is_some() { path } else { SELF.as_ptr() };
            return Some(Start { path, marker });
        }
        process.is_told(arguments).then(|| Start {
            path,
            marker: process.marker_for_others(),
        })
    }
}

/// What to do in an interpreter, whose children are interpreters anyway: tell those that begin in the tree where that is.
fn in_the_tree(path: *const c_char, name: &CStr) -> Option<Start> {
    let directory = current::number();
    if directory == 0 {
        return None;
    }
    let identity = identity(name).filter(|identity| RUNTIME.get() == Some(identity))?;
    Some(Start {
        path,
        marker: Marker {
            directory,
            ..Marker::new(identity, 0)
        },
    })
}

impl Process {
    /// The marker for a child that is executed with these arguments. `target` is its file; if missing, it is this one.
    ///
    /// # Safety
    /// As for [`consider`].
    unsafe fn marker(
        &self,
        target: Option<Identity>,
        arguments: *const *const c_char,
        way: Way,
    ) -> Marker {
        // SAFETY: as the caller promises.
        let repeats = unsafe {
            let mut own = self.arguments.iter().skip(1);
            arguments_of(arguments).all(|argument| own.next().is_some_and(|own| **own == *argument))
                && own.next().is_none()
        };
        // SAFETY: as the caller promises.
        let name_at = self.arguments.first().and_then(|name| unsafe {
            arguments_of(arguments).position(|argument| argument == &**name)
        });
        // A process that becomes something else is not one more.
        // SAFETY: getpid has no preconditions.
        let is_one_more = way == Way::Spawn || unsafe { libc::getpid() } != self.id;
        Marker {
            identity: target.unwrap_or(self.identity),
            depth: self.depth + u32::from(is_one_more),
            directory: current::number(),
            alternative: self.alternative,
            repeats: repeats.then_some(self.kind),
            name_at: name_at.map_or(0, |position| position + 1),
            executes: 0,
        }
    }

    /// The marker for a program that is to execute this one.
    fn marker_for_others(&self) -> Marker {
        // The directory stays unsaid: it may have gone elsewhere by then.
        Marker {
            alternative: self.alternative,
            ..Marker::new(self.identity, self.depth + 1)
        }
    }

    /// Do the arguments of another program (a shell, `nice`, `timeout`) name this executable?
    ///
    /// # Safety
    /// As for [`consider`].
    unsafe fn is_told(&self, arguments: *const *const c_char) -> bool {
        // SAFETY: as the caller promises.
        unsafe { arguments_of(arguments) }.any(|argument| self.is_in(argument))
    }

    /// Is the path of this executable a word in `text`?
    fn is_in(&self, text: &CStr) -> bool {
        let (text, path) = (text.to_bytes(), self.path.to_bytes());
        let ends_word = |byte: Option<&u8>| byte.is_none_or(|byte| DELIMITERS.contains(byte));
        text.windows(path.len().max(1))
            .enumerate()
            .filter(|(_, window)| *window == path)
            .any(|(begin, _)| {
                let before = begin.checked_sub(1).and_then(|index| text.get(index));
                ends_word(before) && ends_word(text.get(begin + path.len()))
            })
    }
}

/// The arguments of a command line without its first, the name.
///
/// # Safety
/// As for [`consider`]; the strings live as long as they are used.
unsafe fn arguments_of<'a>(list: *const *const c_char) -> impl Iterator<Item = &'a CStr> {
    // SAFETY: the list ends with a null pointer, behind which nothing is read.
    let string_at = move |index: usize| unsafe {
        let string = *list.add(index);
        (!string.is_null()).then(|| CStr::from_ptr(string))
    };
    let has_name = !list.is_null() && string_at(0).is_some();
    (1..).take_while(move |_| has_name).map_while(string_at)
}

/// Which file `stat` told of.
fn of_status(status: &libc::stat) -> Identity {
    Identity {
        device: status.st_dev,
        inode: status.st_ino,
    }
}

/// What is at a path, by the kernel's word.
fn identity(path: &CStr) -> Option<Identity> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: a C string and room for the structure.
    let result = unsafe {
        libc::syscall(
            libc::SYS_newfstatat,
            libc::AT_FDCWD,
            path.as_ptr(),
            status.as_mut_ptr(),
            0,
        )
    };
    // SAFETY: the kernel has filled the structure if it returned 0.
    (result == 0).then(|| of_status(unsafe { status.assume_init_ref() }))
}

/// What a descriptor is open on.
fn identity_of_descriptor(descriptor: c_int) -> Option<Identity> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: room for the structure.
    let result = unsafe { libc::syscall(libc::SYS_fstat, descriptor, status.as_mut_ptr()) };
    // SAFETY: the kernel has filled the structure if it returned 0.
    (result == 0).then(|| of_status(unsafe { status.assume_init_ref() }))
}

/// Executes a file, with `otherwise` if it is no business of ours.
///
/// # Safety
/// As for `execve`.
unsafe fn execute(
    path: *const c_char,
    arguments: *const *const c_char,
    variables: *const *const c_char,
    otherwise: impl FnOnce() -> c_int,
) -> c_int {
    // SAFETY: as the caller promises.
    unsafe {
        match consider(path, arguments, Way::Exec) {
            None => otherwise(),
            Some(start) => with_marker(variables, &start.marker, |variables| {
                system_execve(start.path, arguments, variables)
            }),
        }
    }
}

/// # Safety
/// As for `execve`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the call returns -1 if it returns"
)]
unsafe fn system_execve(
    path: *const c_char,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { libc::syscall(libc::SYS_execve, path, arguments, variables) as c_int }
}

/// `execve` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn execve(
    path: *const c_char,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    // SAFETY: as the caller of the C function promises.
    unsafe {
        if let Some(own) = OwnScript::new(path, arguments) {
            return execve(own.executable(), own.arguments(), variables);
        }
        execute(path, arguments, variables, || {
            with_real_paths(path, arguments, |path, arguments| {
                program::execve(path, arguments, variables)
            })
        })
    }
}

/// A script of the tree that the Python in this executable is to run, as a command line for this executable: the one that the kernel
/// makes of such a file's first line.
struct OwnScript {
    executable: CString,
    script: CString,
    arguments: Vec<*const c_char>,
}

impl OwnScript {
    /// Nothing if `path` is no such script.
    ///
    /// # Safety
    /// As for [`consider`]; the arguments live as long as this.
    unsafe fn new(path: *const c_char, arguments: *const *const c_char) -> Option<Self> {
        // SAFETY: as the caller promises.
        let script = unsafe { program::python_script(path) }?;
        let mut own = Self {
            executable: c_path(IMAGE.get()?.path()),
            script,
            arguments: Vec::new(),
        };
        own.arguments = vec![own.executable.as_ptr(), own.script.as_ptr()];
        // SAFETY: as the caller promises.
        let others = unsafe { arguments_of(arguments) }.map(CStr::as_ptr);
        own.arguments.extend(others.chain([std::ptr::null()]));
        Some(own)
    }

    fn executable(&self) -> *const c_char {
        self.executable.as_ptr()
    }

    fn arguments(&self) -> *const *const c_char {
        self.arguments.as_ptr()
    }
}

/// Calls `start` with real paths for what the user wants to be on the disk (`FASTICE_EXTRACT`).
///
/// # Safety
/// As for [`consider`].
unsafe fn with_real_paths<T>(
    path: *const c_char,
    arguments: *const *const c_char,
    start: impl FnOnce(*const c_char, *const *const c_char) -> T,
) -> T {
    // SAFETY: as the caller promises.
    let (program, list) = unsafe { (extract::program(path), Translated::new(arguments)) };
    start(
        program.as_ref().map_or(path, |path| path.as_ptr()),
        list.as_ref().map_or(arguments, Translated::as_ptr),
    )
}

/// `execv` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn execv(path: *const c_char, arguments: *const *const c_char) -> c_int {
    // SAFETY: as the caller of the C function promises.
    unsafe { execve(path, arguments, environ) }
}

/// `execvp` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn execvp(file: *const c_char, arguments: *const *const c_char) -> c_int {
    // SAFETY: as the caller of the C function promises.
    unsafe { execvpe(file, arguments, environ) }
}

/// `execvpe` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn execvpe(
    file: *const c_char,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    // SAFETY: as the caller of the C function promises. The C library's function searches PATH and knows scripts without `#!`,
    // and none of them is this program.
    unsafe {
        match consider(file, arguments, Way::Exec) {
            None => with_real_paths(file, arguments, |file, arguments| {
                let name = CStr::from_ptr(file);
                if name.to_bytes().starts_with(ROOT.as_bytes()) {
                    return execve(file, arguments, variables);
                }
                match program::search(name) {
                    Some(path) if program::is_inside(&path) => {
                        execve(path.as_ptr(), arguments, variables)
                    }
                    _ => hidden::execvpe(file, arguments, variables),
                }
            }),
            Some(start) => with_marker(variables, &start.marker, |variables| {
                hidden::execvpe(start.path, arguments, variables)
            }),
        }
    }
}

/// `fexecve` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn fexecve(
    descriptor: c_int,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    let process = PROCESS
        .get()
        .filter(|process| identity_of_descriptor(descriptor) == Some(process.identity));
    // SAFETY: as the caller of the C function promises.
    unsafe {
        match process {
            None => hidden::fexecve(descriptor, arguments, variables),
            Some(process) => {
                let marker = process.marker(None, arguments, Way::Exec);
                with_marker(variables, &marker, |variables| {
                    hidden::fexecve(descriptor, arguments, variables)
                })
            }
        }
    }
}

/// Type of `posix_spawn` and `posix_spawnp`.
type Spawn = unsafe fn(
    *mut pid_t,
    *const c_char,
    *const posix_spawn_file_actions_t,
    *const posix_spawnattr_t,
    *const *const c_char,
    *const *const c_char,
) -> c_int;

/// # Safety
/// As for `posix_spawn`.
unsafe fn spawn(
    function: Spawn,
    child: *mut pid_t,
    file: *const c_char,
    actions: *const posix_spawn_file_actions_t,
    attributes: *const posix_spawnattr_t,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    // SAFETY: as the caller promises.
    unsafe {
        if let Some(own) = OwnScript::new(file, arguments) {
            let (file, arguments) = (own.executable(), own.arguments());
            return spawn(
                function, child, file, actions, attributes, arguments, variables,
            );
        }
        let start_self = |marker: &Marker, file: *const c_char, arguments| {
            let result = with_marker(variables, marker, |variables| {
                function(child, file, actions, attributes, arguments, variables)
            });
            // These functions return the number of an error.
            if result == -1 { libc::ENOMEM } else { result }
        };
        match consider(file, arguments, Way::Spawn) {
            None => with_real_paths(file, arguments, |file, arguments| {
                program::spawn(file, |start| match (start, IMAGE.get()) {
                    (program::Start::Path(file), _) => {
                        function(child, file, actions, attributes, arguments, variables)
                    }
                    (program::Start::Relay(number), Some(mapped)) => {
                        let executable = c_path(mapped.path());
                        let marker = Marker {
                            executes: number,
                            ..Marker::new(mapped.identity(), 0)
                        };
                        start_self(&marker, executable.as_ptr(), arguments)
                    }
                    (program::Start::Relay(_), None) => libc::ENOENT,
                })
            }),
            Some(start) => start_self(&start.marker, start.path, arguments),
        }
    }
}

/// `posix_spawn` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_spawn(
    child: *mut pid_t,
    path: *const c_char,
    actions: *const posix_spawn_file_actions_t,
    attributes: *const posix_spawnattr_t,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    let function = hidden::posix_spawn;
    // SAFETY: as the caller of the C function promises.
    unsafe {
        spawn(
            function, child, path, actions, attributes, arguments, variables,
        )
    }
}

/// `posix_spawnp` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_spawnp(
    child: *mut pid_t,
    file: *const c_char,
    actions: *const posix_spawn_file_actions_t,
    attributes: *const posix_spawnattr_t,
    arguments: *const *const c_char,
    variables: *const *const c_char,
) -> c_int {
    let function = hidden::posix_spawnp;
    // SAFETY: as the caller of the C function promises.
    let found = program::search(unsafe { CStr::from_ptr(file) });
    let file = found.as_ref().map_or(file, |path| path.as_ptr());
    // SAFETY: as the caller of the C function promises.
    unsafe {
        spawn(
            function, child, file, actions, attributes, arguments, variables,
        )
    }
}

/// `system` of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn system(command: *const c_char) -> c_int {
    if command.is_null() {
        // SAFETY: a null pointer asks whether there is a shell.
        return unsafe { hidden::system(command) };
    }
    // SAFETY: as the caller of the C function promises.
    let text = unsafe { CStr::from_ptr(command) };
    let marked = PROCESS
        .get()
        .filter(|process| process.is_in(text))
        .map(|process| {
            let marker = process.marker_for_others().text();
            [b"export ", marker.as_bytes(), b"; ", text.to_bytes()].concat()
        })
        .and_then(|command| CString::new(command).ok());
    // SAFETY: as the caller promises; the other command is a C string as well.
    unsafe { hidden::system(marked.as_ref().map_or(command, |marked| marked.as_ptr())) }
}
