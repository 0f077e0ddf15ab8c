//! `PyPreConfig` and `PyConfig`: how the interpreter is set up.
//!
//! Every prefix and path is set, so that CPython looks for nothing: `home` alone keeps `getpath` from probing for
//! `pyvenv.cfg`, `._pth` and a build tree beside the executable.

use std::ffi::{CStr, CString, OsStr, c_char, c_int};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fastice_image::marker::Kind;
use fastice_image::{Arguments0, Header, Program, ROOT};
use libc::wchar_t;
use pyo3_ffi::{
    Py_DecodeLocale, Py_InitializeFromConfig, Py_PreInitializeFromBytesArgs, PyConfig,
    PyConfig_Clear, PyConfig_InitPythonConfig, PyConfig_Read, PyConfig_SetBytesArgv,
    PyConfig_SetBytesString, PyMem_RawFree, PyPreConfig, PyPreConfig_InitPythonConfig,
    PyWideStringList, PyWideStringList_Append, PyWideStringList_Insert,
};

use crate::executable;
use crate::processes::Role;
use crate::status::{Ending, check};
use crate::{program, settings};

/// A command line, which lives as long as the process.
#[derive(Clone, Copy)]
pub(crate) struct CommandLine {
    /// Number of arguments, the program's name included.
    argc: c_int,
    /// The arguments, and a null pointer.
    argv: *const *const c_char,
}

impl CommandLine {
    /// What the process was started with.
    ///
    /// # Safety
    /// These are the arguments of `main`.
    pub(crate) unsafe fn from_main(argc: c_int, argv: *const *const c_char) -> Self {
        Self { argc, argv }
    }

    /// Another one.
    pub(crate) fn new(arguments: Vec<CString>) -> Self {
        // There are at most two more than the kernel has let through, which counts them with `c_int`.
        let argc = c_int::try_from(arguments.len()).unwrap_or(c_int::MAX);
        let argv: Vec<*const c_char> = arguments
            .into_iter()
            .map(|argument| argument.into_raw().cast_const())
            .chain([std::ptr::null()])
            .collect();
        Self {
            argc,
            argv: argv.leak().as_ptr(),
        }
    }

    /// As `main` has it.
    pub(crate) fn as_c(self) -> (c_int, *const *const c_char) {
        (self.argc, self.argv)
    }

    /// Copies of the arguments.
    pub(crate) fn arguments(self) -> Vec<CString> {
        let argc = usize::try_from(self.argc).unwrap_or(0);
        (0..argc)
            // SAFETY: the array has `argc` C strings.
            .map(|index| unsafe { CStr::from_ptr(*self.argv.add(index)) }.to_owned())
            .collect()
    }
}

/// First phase: memory allocator, locale and the UTF-8 mode, chosen as `python` itself does unless the image sets them.
///
/// # Errors
/// When CPython refuses.
pub(crate) fn preinitialize(header: &Header, role: &Role) -> Result<(), Ending> {
    let mut config = MaybeUninit::<PyPreConfig>::uninit();
    // SAFETY: PyPreConfig_InitPythonConfig fills the whole structure.
    let mut config = unsafe {
        PyPreConfig_InitPythonConfig(config.as_mut_ptr());
        config.assume_init()
    };
    settings::preconfig(&mut config, header.python_config(role.alternative));
    if role.kind == Kind::Interpreter {
        config.parse_argv = 1;
    }
    let line = role.line;
    // SAFETY: `config` is initialized, and `line` lives as long as the process.
    check(unsafe { Py_PreInitializeFromBytesArgs(&raw const config, argc(line), argv(line)) })
}

/// A `PyConfig` that is cleared when it goes out of scope.
pub(crate) struct Config(PyConfig);

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: the structure was initialized in `Config::new`, and its strings are its own.
        unsafe { PyConfig_Clear(&raw mut self.0) };
    }
}

/// Sets a string of a `PyConfig` from bytes in the encoding of the locale.
///
/// # Errors
/// When there is no memory.
///
/// # Safety
/// `config` is initialized, and `field` one of its strings.
pub(crate) unsafe fn set(
    config: *mut PyConfig,
    field: *mut *mut wchar_t,
    value: &Path,
) -> Result<(), Ending> {
    let value = c_string(value);
    // SAFETY: as the caller promises; `value` is a C string that CPython copies.
    check(unsafe { PyConfig_SetBytesString(config, field, value.as_ptr()) })
}

/// Sets a string of a [`Config`].
macro_rules! set {
    ($config:expr, $field:ident, $value:expr) => {{
        let config = &raw mut $config.0;
        // SAFETY: `config` is initialized, and the field is one of its strings.
        unsafe { set(config, &raw mut (*config).$field, $value) }
    }};
}

/// Appends to a list of a `PyConfig`, from bytes in the encoding of the locale.
///
/// # Errors
/// When there is no memory.
pub(crate) fn append(list: &mut PyWideStringList, value: &Path) -> Result<(), Ending> {
    let list = std::ptr::from_mut(list);
    with_wide(value, |wide| {
        // SAFETY: the list belongs to an initialized PyConfig, and `wide` is a C string that is copied.
        check(unsafe { PyWideStringList_Append(list, wide) })
    })
}

impl Config {
    /// The configuration for the program in the image, or for an interpreter that the program has started.
    ///
    /// # Errors
    /// When CPython refuses a value: out of memory.
    pub(crate) fn new(header: &Header, role: &Role, executable: &Path) -> Result<Self, Ending> {
        let mut config = Self::of_python();
        let interpreter = is_interpreter(&header.program);
        let is_child = role.kind == Kind::Interpreter;
        let line = role.line;
        config.set_command_line(header, role)?;
        config.set_paths(header, role, is_child)?;
        if let Some(directory) = &role.script_directory {
            config.insert_search_path(0, directory)?;
        }
        let invoked = if interpreter {
            executable::invoked_path(line.argv, executable)
        } else {
            executable.to_path_buf()
        };
        set!(config, executable, &invoked)?;
        let base = interpreter
            .then(|| executable::base_of_copy(executable))
            .flatten();
        set!(
            config,
            base_executable,
            base.as_deref().unwrap_or(executable)
        )?;
        let python = header.python_config(role.alternative);
        settings::config(&mut config.0, python)?;
        config.0.optimization_level = header.settings.optimization_level.into();
        if is_child {
            config.0.parse_argv = 1;
        } else {
            config.set_program(role.program)?;
        }
        if let Some(value) = &python.pythonpath_env {
            config.insert_search_paths(value.as_bytes())?;
        }
        if settings::reads_environment(&config.0) {
            config.add_python_path(header, role)?;
        }
        Ok(config)
    }

    /// What `python` begins with.
    fn of_python() -> Self {
        let mut config = MaybeUninit::<PyConfig>::uninit();
        // SAFETY: PyConfig_InitPythonConfig fills the whole structure.
        Self(unsafe {
            PyConfig_InitPythonConfig(config.as_mut_ptr());
            config.assume_init()
        })
    }

    /// Seeds string hashes with a number of the builder's, not a random one.
    pub(crate) fn set_hash_seed(&mut self, seed: u32) {
        self.0.use_hash_seed = 1;
        self.0.hash_seed = seed.into();
    }

    /// Second phase: core and main initialization.
    ///
    /// # Errors
    /// When CPython cannot be initialized.
    pub(crate) fn initialize(self) -> Result<(), Ending> {
        // SAFETY: the structure is initialized, and so is CPython's runtime, by `preinitialize`.
        check(unsafe { Py_InitializeFromConfig(&raw const self.0) })?;
        if self.0.warn_default_encoding > 0 {
            // SAFETY: the interpreter is initialized, and this thread holds its lock.
            unsafe { settings::warn_default_encoding() };
        }
        Ok(())
    }

    /// `sys.argv` and `sys.orig_argv`.
    fn set_command_line(&mut self, header: &Header, role: &Role) -> Result<(), Ending> {
        let mut line = role.line;
        let is_program = role.kind == Kind::Program && !is_interpreter(&header.program);
        if is_program && header.settings.argv0 == Arguments0::Python {
            let mut arguments = line.arguments();
            arguments.splice(
                ..arguments.len().min(1),
                [program::python_name(role.program)],
            );
            line = CommandLine::new(arguments);
        }
        let config = &raw mut self.0;
        // SAFETY: the structure is initialized, and `line` lives as long as the process.
        check(unsafe { PyConfig_SetBytesArgv(config, argc(line), argv(line).cast()) })?;
        if is_program {
            for argument in role.original.arguments() {
                let argument = Path::new(OsStr::from_bytes(argument.to_bytes()));
                append(&mut self.0.orig_argv, argument)?;
            }
        }
        Ok(())
    }

    fn set_paths(&mut self, header: &Header, role: &Role, is_child: bool) -> Result<(), Ending> {
        let root = Path::new(ROOT);
        for result in [
            set!(self, home, root),
            set!(self, prefix, root),
            set!(self, exec_prefix, root),
            set!(self, base_prefix, root),
            set!(self, base_exec_prefix, root),
            set!(self, platlibdir, Path::new("lib")),
            set!(self, stdlib_dir, &root.join(stdlib(header))),
        ] {
            result?;
        }
        self.0.module_search_paths_set = 1;
        let python = header.python_config(role.alternative);
        if let Some(paths) = &python.module_search_paths {
            for path in paths {
                append(&mut self.0.module_search_paths, &root.join(path))?;
            }
            return Ok(());
        }
        for path in &header.settings.search_paths {
            let added_by_cpython = match role.program {
                // `python DIR` and `python ARCHIVE` put it in front of the search path.
                Program::Directory { path: main } | Program::Archive { path: main } => {
                    !is_child && path == main
                }
                // `site` does, unless it runs in a virtual environment.
                Program::Interpreter => path.ends_with("/site-packages"),
                _ => false,
            };
            if !added_by_cpython {
                append(&mut self.0.module_search_paths, &root.join(path))?;
            }
        }
        Ok(())
    }

    fn set_program(&mut self, program: &Program) -> Result<(), Ending> {
        match program {
            Program::File { path } | Program::Directory { path } | Program::Archive { path } => {
                set!(self, run_filename, &Path::new(ROOT).join(path))
            }
            // runpy finds the `__main__` of a package by itself, as for `python -m PACKAGE`.
            Program::Module { name } => {
                let name = name.strip_suffix(".__main__").unwrap_or(name);
                set!(self, run_module, Path::new(name))
            }
            // CPython ends the code of `-c` with a line feed.
            Program::Command { code } => {
                set!(self, run_command, Path::new(&format!("{code}\n")))
            }
            Program::Interactive => {
                self.0.interactive = 1;
                self.0.inspect = 1;
                Ok(())
            }
            Program::Stdin | Program::Interpreter | Program::Choice => Ok(()),
        }
    }

    /// Puts PYTHONPATH in front of the search path, unless an option forbids it: CPython leaves that to whoever sets a
    /// search path.
    fn add_python_path(&mut self, header: &Header, role: &Role) -> Result<(), Ending> {
        let Some(value) = std::env::var_os("PYTHONPATH") else {
            return Ok(());
        };
        // Options are read from a copy: CPython forgets some of them when it reads one structure twice.
        let mut options = Self::of_python();
        options.set_command_line(header, role)?;
        settings::config(&mut options.0, header.python_config(role.alternative))?;
        options.0.parse_argv = self.0.parse_argv;
        // SAFETY: the structure is initialized.
        check(unsafe { PyConfig_Read(&raw mut options.0) })?;
        if options.0.pythonpath_env.is_null() {
            return Ok(());
        }
        self.insert_search_paths(value.as_bytes())
    }

    /// Puts directories, separated by `:`, in front of the search path.
    fn insert_search_paths(&mut self, value: &[u8]) -> Result<(), Ending> {
        for (index, entry) in value.split(|&byte| byte == b':').enumerate() {
            let path = std::path::absolute(OsStr::from_bytes(entry))
                .or_else(|_| std::env::current_dir())
                .unwrap_or_else(|_| PathBuf::from(OsStr::from_bytes(entry)));
            self.insert_search_path(index, &path)?;
        }
        Ok(())
    }

    /// Inserts an entry of the search path, which has at least `index` of them.
    fn insert_search_path(&mut self, index: usize, path: &Path) -> Result<(), Ending> {
        let list = &raw mut self.0.module_search_paths;
        with_wide(path, |wide| {
            // SAFETY: the list belongs to an initialized PyConfig, and `wide` is a C string that is copied.
            check(unsafe { PyWideStringList_Insert(list, index.cast_signed(), wide) })
        })
    }
}

/// The directory of the standard library, below the root.
fn stdlib(header: &Header) -> PathBuf {
    let version = &header.python.version;
    let minor = version
        .rsplit_once('.')
        .map_or(version.as_str(), |(minor, _)| minor);
    PathBuf::from(format!("lib/python{minor}"))
}

fn is_interpreter(program: &Program) -> bool {
    matches!(program, Program::Interpreter)
}

fn argc(line: CommandLine) -> isize {
    // `c_int` always fits on the platforms CPython runs on.
    line.argc as isize
}

fn argv(line: CommandLine) -> *mut *mut c_char {
    // CPython's prototypes leave out a `const`.
    line.argv.cast_mut().cast()
}

/// `path` as a C string, up to its first null byte: paths of the image have none, the reader sees to that.
fn c_string(path: &Path) -> CString {
    let bytes = path.as_os_str().as_bytes();
    CString::new(bytes).unwrap_or_else(|error| {
        let end = error.nul_position();
        CString::new(&bytes[..end]).unwrap_or_default()
    })
}

/// Calls `use_it` with `path` as a wide string, decoded as CPython decodes the command line.
fn with_wide(
    path: &Path,
    use_it: impl FnOnce(*const wchar_t) -> Result<(), Ending>,
) -> Result<(), Ending> {
    let path = c_string(path);
    // SAFETY: `path` is a C string, and a null pointer for the length is allowed.
    let wide = unsafe { Py_DecodeLocale(path.as_ptr(), std::ptr::null_mut()) };
    if wide.is_null() {
        return Err(Ending::Error(String::from("out of memory")));
    }
    let result = use_it(wide);
    // SAFETY: `wide` is what Py_DecodeLocale allocated, and nobody keeps it.
    unsafe { PyMem_RawFree(wide.cast()) };
    result
}
