//! The fields of `PyPreConfig` and `PyConfig` that a configuration can set, by the names they have in CPython's documentation
//! ("Python Initialization Configuration").
//!
//! What is `None` is CPython's own default for a `python` program. The builder fills in what makes a frozen program
//! isolated, so that an image says all of it.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// `PyPreConfig.allocator`: the memory allocators of Python, as `PYTHONMALLOC` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Allocator {
    /// CPython's default.
    Default,
    /// The default with debug hooks.
    Debug,
    /// `malloc` of the C library.
    Malloc,
    /// `malloc` with debug hooks.
    MallocDebug,
    /// `pymalloc`.
    Pymalloc,
    /// `pymalloc` with debug hooks.
    PymallocDebug,
    /// `mimalloc`.
    Mimalloc,
    /// `mimalloc` with debug hooks.
    MimallocDebug,
}

/// `PyConfig.check_hash_pycs_mode`: are `.pyc` files with a hash of their source compared with that source?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckHashPycs {
    /// If the file says so.
    Default,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Fields of `PyPreConfig` and `PyConfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PythonConfig {
    /// Isolated mode, `-I`: no `PYTHON*` variables, no user site, no directory of the script or working directory on
    /// `sys.path`. A frozen program is isolated unless this is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolated: Option<bool>,
    /// Does CPython read `PYTHON*` variables (the opposite of `-E`)? `environment.policy` decides which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_environment: Option<bool>,
    /// Python UTF-8 mode, `-X utf8`. Without it the locale decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utf8_mode: Option<bool>,
    /// Set the `LC_CTYPE` locale to the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configure_locale: Option<bool>,
    /// Coerce the C locale (PEP 538): 0 never, 1 if `LC_CTYPE` is `C`, 2 whatever it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 2)))]
    pub coerce_c_locale: Option<u8>,
    /// Warn when the C locale is coerced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coerce_c_locale_warn: Option<bool>,
    /// Development mode, `-X dev`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dev_mode: Option<bool>,
    /// Memory allocators, as `PYTHONMALLOC` names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocator: Option<Allocator>,
    /// Are the options of `python` at the start of the command line (`-v`, `-X`, `-W`, …) for the interpreter rather than for
    /// the program?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_argv: Option<bool>,

    /// Is `hash_seed` used, rather than a random one? True if `hash_seed` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_hash_seed: Option<bool>,
    /// Seed of the hashes of strings; 0 means no randomization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash_seed: Option<u32>,
    /// Call `faulthandler.enable()` at the start, `-X faulthandler`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faulthandler: Option<bool>,
    /// Trace memory allocations with this many frames each, `-X tracemalloc=N`; 0 is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 65535)))]
    pub tracemalloc: Option<u32>,
    /// Support for the `perf` profiler: 0 off, 1 the trampoline (`-X perf`), 2 with DWARF unwinding (`-X perf_jit`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 2)))]
    pub perf_profiling: Option<u8>,
    /// Print how long imports take, `-X importtime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_time: Option<bool>,
    /// Are there columns in tracebacks? False is `-X no_debug_ranges`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_debug_ranges: Option<bool>,
    /// Print the number of references at the end. Has an effect in debug builds of CPython only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_ref_count: Option<bool>,
    /// Dump all objects that are alive at the end. Has an effect in builds with `--with-trace-refs` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dump_refs: Option<bool>,
    /// File for `dump_refs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dump_refs_file: Option<String>,
    /// Print statistics of pymalloc at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub malloc_stats: Option<bool>,
    /// Encoding of file names; `sys.getfilesystemencoding()`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystem_encoding: Option<String>,
    /// Error handler of that encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystem_errors: Option<String>,
    /// Directory for `.pyc` files; `sys.pycache_prefix`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pycache_prefix: Option<String>,
    /// `-X` options, `NAME` or `NAME=VALUE`: `sys._xoptions`. Those that set another field here must be set there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xoptions: Option<Vec<String>>,
    /// `-W` options, the weakest first: `sys.warnoptions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnoptions: Option<Vec<String>>,
    /// Import `site`. False for a frozen program, which has its own `sys.path`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_import: Option<bool>,
    /// Warn (1, `-b`) or fail (2, `-bb`) when bytes are compared with strings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 2)))]
    pub bytes_warning: Option<u8>,
    /// Warn when the default encoding is used, `-X warn_default_encoding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn_default_encoding: Option<bool>,
    /// Give a prompt after the program, `-i`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspect: Option<bool>,
    /// Be interactive although standard input may be no terminal: the other half of `-i`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interactive: Option<bool>,
    /// Optimization level: `-O` is 1, `-OO` is 2. The same as `optimize` of the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 2)))]
    pub optimization_level: Option<u8>,
    /// Debug messages of the parser, `-d`. Has an effect in debug builds of CPython only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parser_debug: Option<bool>,
    /// Write `.pyc` files for modules outside the executable. False for a frozen program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_bytecode: Option<bool>,
    /// Print a line for each import: how many times `-v`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 127)))]
    pub verbose: Option<u8>,
    /// No copyright and version at the prompt, `-q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<bool>,
    /// Is the user's own `site-packages` on `sys.path`? Needs `site_import`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_site_directory: Option<bool>,
    /// Set the buffering of C's standard streams as for Python's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configure_c_stdio: Option<bool>,
    /// Are stdout and stderr buffered? False is `-u`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffered_stdio: Option<bool>,
    /// Encoding of stdin, stdout and stderr.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdio_encoding: Option<String>,
    /// Error handler of that encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdio_errors: Option<String>,
    /// When `.pyc` files with a hash are compared with their source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_hash_pycs_mode: Option<CheckHashPycs>,
    /// Import standard modules that are frozen into CPython from there, `-X frozen_modules`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_frozen_modules: Option<bool>,
    /// Leave the script's directory and the working directory off `sys.path`, `-P`. True for a frozen program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_path: Option<bool>,
    /// Longest decimal number that is converted to or from a string; 0 is no limit, else at least 640.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 2_147_483_647)))]
    pub int_max_str_digits: Option<u32>,
    /// What `os.cpu_count()` answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 2_147_483_647)))]
    pub cpu_count: Option<u32>,
    /// Warn about paths that CPython looks for and does not find. False for a frozen program, where it looks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pathconfig_warnings: Option<bool>,
    /// Handle SIGINT and ignore SIGPIPE and SIGXFSZ. Without it a Ctrl-C ends the process at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_signal_handlers: Option<bool>,
    /// Skip the first line of a script that is run, `-x`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_source_first_line: Option<bool>,

    /// Name of the program in CPython's own messages, and where the search for paths would begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_name: Option<String>,
    /// Directories in front of `sys.path`, separated by `:`, as in `PYTHONPATH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pythonpath_env: Option<String>,
    /// `PYTHONHOME`. Default: `/fastice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// `sys.platlibdir`. Default: `lib`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platlibdir: Option<String>,
    /// `sys.path` in place of the image's own; relative paths are below `/fastice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_search_paths: Option<Vec<String>>,
    /// Directory of the standard library. Default: `/fastice/lib/python3.13`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdlib_dir: Option<String>,
    /// `sys.executable`. Default: the executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<String>,
    /// `sys._base_executable`. Default: the executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_executable: Option<String>,
    /// `sys.prefix`. Default: `/fastice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// `sys.base_prefix`. Default: `/fastice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_prefix: Option<String>,
    /// `sys.exec_prefix`. Default: `/fastice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exec_prefix: Option<String>,
    /// `sys.base_exec_prefix`. Default: `/fastice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_exec_prefix: Option<String>,
}
