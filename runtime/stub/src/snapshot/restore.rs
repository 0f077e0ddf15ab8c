//! What differs from process to process is put right: the Rust part of it. The rest is `python/restore.c`.

use std::ffi::{CStr, CString, c_char, c_int};
use std::path::Path;
use std::ptr;

use fastice_image::Program;
use fastice_image::marker::Kind;
use pyo3_ffi::PyErr_Print;

use crate::config::CommandLine;
use crate::failure::Failure;
use crate::image::Mapped;
use crate::processes::{Role, Run};
use crate::{module, trace};

/// `fastice_start` of `python/snapshot.h`.
#[repr(C)]
struct StartOfC {
    argc: c_int,
    argv: *const *const c_char,
    original_argc: c_int,
    original_argv: *const *const c_char,
    executable: *const c_char,
    command: *const c_char,
    module: *const c_char,
    extra_argc: c_int,
    extra_argv: *const *const c_char,
}

unsafe extern "C" {
    /// See `python/restore.c`.
    fn fastice_restore(
        start: *const StartOfC,
        phase: extern "C" fn(*const c_char),
    ) -> *const c_char;
    /// See `python/run.c`.
    fn fastice_run_file(code: *const c_char, size: isize) -> c_int;
}

/// What this process is to do, as far as a process that starts from a snapshot can do it.
pub(crate) struct Start {
    line: CommandLine,
    /// As the process was started with it.
    original: CommandLine,
    executable: CString,
    /// What runs in place of the program, and its arguments.
    run: Option<(Run, CommandLine)>,
}

impl Start {
    /// Nothing if an ordinary start has to do it. `is_directory`: the program is a directory, which is first on the
    /// search path of the program and not of an interpreter.
    pub(super) fn new(role: &Role, executable: &Path, is_directory: bool) -> Option<Self> {
        use std::os::unix::ffi::OsStrExt;
        let run = match role.kind {
            Kind::Program => None,
            Kind::Interpreter if is_directory || role.script_directory.is_some() => return None,
            Kind::Interpreter => {
                let (run, arguments) = Run::read(&role.line.arguments())?;
                Some((run, CommandLine::new(arguments)))
            }
        };
        Some(Self {
            line: role.line,
            original: if run.is_some() {
                role.line
            } else {
                role.original
            },
            executable: CString::new(executable.as_os_str().as_bytes()).ok()?,
            run,
        })
    }

    /// Makes the interpreter of the snapshot that of this process.
    ///
    /// # Errors
    /// When it cannot be: out of memory, or a mistake of ours.
    pub(crate) fn restore(&self) -> Result<(), Failure> {
        let (mut command, mut module) = (ptr::null(), ptr::null());
        let mut extra = (0, ptr::null());
        match &self.run {
            None => {}
            Some((Run::Command(code), arguments)) => {
                command = code.as_ptr();
                extra = arguments.as_c();
            }
            Some((Run::Module(name), arguments)) => {
                module = name.as_ptr();
                extra = arguments.as_c();
            }
        }
        let (argc, argv) = self.line.as_c();
        let (original_argc, original_argv) = self.original.as_c();
        let start = StartOfC {
            argc,
            argv,
            original_argc,
            original_argv,
            executable: self.executable.as_ptr(),
            command,
            module,
            extra_argc: extra.0,
            extra_argv: extra.1,
        };
        // SAFETY: the snapshot's memory is in place, this is the thread that will run Python, and the structure is what C wants.
        let failed = unsafe { fastice_restore(&raw const start, phase) };
        if failed.is_null() {
            return Ok(());
        }
        // SAFETY: the step that failed is a C string that lives as long as the process; CPython prints what it knows, if it does.
        let step = unsafe {
            PyErr_Print();
            CStr::from_ptr(failed).to_string_lossy()
        };
        Err(Failure::Internal(format!(
            "the start snapshot cannot be used: {step} (FASTICE_SNAPSHOT=0 starts without it)"
        )))
    }
}

impl Start {
    /// Runs the program to the end of the interpreter, if it is a file for which the image has a code object.
    pub(crate) fn run_file(&self, mapped: &Mapped) -> Option<c_int> {
        let Program::File { path } = &mapped.image().header().program else {
            return None;
        };
        // What CPython tells as compiled code by its name has another loader.
        if self.run.is_some()
            || Path::new(path)
                .extension()
                .is_some_and(|extension| extension == "pyc")
        {
            return None;
        }
        let code = module::code_of(mapped, path)?;
        // SAFETY: the interpreter was restored, this is its thread, and pointer and length are those of a slice.
        Some(unsafe { fastice_run_file(code.as_ptr().cast(), code.len().cast_signed()) })
    }
}

extern "C" fn phase(name: *const c_char) {
    // SAFETY: a C string.
    trace::phase(&unsafe { CStr::from_ptr(name) }.to_string_lossy());
}
