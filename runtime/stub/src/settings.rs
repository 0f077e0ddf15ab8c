//! Puts the fields that the image sets into `PyPreConfig` and `PyConfig`.

use std::ffi::c_int;
use std::path::Path;

use fastice_image::{Allocator, CheckHashPycs, PythonConfig, ROOT};
use pyo3_ffi::{
    Py_ssize_t, PyConfig, PyInterpreterState, PyInterpreterState_Get, PyLong_FromLong, PyPreConfig,
    PyStructSequence_SetItem, PySys_GetObject,
};

use crate::config::{append, set};
use crate::status::Ending;

/// Sets whole numbers and truth values that the image has.
macro_rules! numbers {
    ($from:ident, $to:expr, $($field:ident),+ $(,)?) => {
        $(if let Some(value) = $from.$field {
            // Every type here fits, but for values that the builder refuses.
            $to.$field = value.try_into().unwrap_or_default();
        })+
    };
}

/// `PyPreConfig`. The allocators are numbers of `PyMemAllocatorName` (`Include/cpython/pymem.h`).
pub(crate) fn preconfig(config: &mut PyPreConfig, python: &PythonConfig) {
    numbers!(
        python,
        config,
        isolated,
        use_environment,
        utf8_mode,
        configure_locale,
        coerce_c_locale,
        coerce_c_locale_warn,
        dev_mode,
        parse_argv,
    );
    if let Some(allocator) = python.allocator {
        config.allocator = match allocator {
            Allocator::Default => 1,
            Allocator::Debug => 2,
            Allocator::Malloc => 3,
            Allocator::MallocDebug => 4,
            Allocator::Pymalloc => 5,
            Allocator::PymallocDebug => 6,
            Allocator::Mimalloc => 7,
            Allocator::MimallocDebug => 8,
        };
    }
}

/// `PyConfig`, but for the paths that are not the executable's own to begin with.
///
/// # Errors
/// When CPython refuses a value: out of memory.
pub(crate) fn config(config: &mut PyConfig, python: &PythonConfig) -> Result<(), Ending> {
    numbers!(
        python,
        config,
        isolated,
        use_environment,
        dev_mode,
        install_signal_handlers,
        use_hash_seed,
        hash_seed,
        faulthandler,
        tracemalloc,
        perf_profiling,
        import_time,
        code_debug_ranges,
        show_ref_count,
        dump_refs,
        malloc_stats,
        parse_argv,
        site_import,
        bytes_warning,
        warn_default_encoding,
        inspect,
        interactive,
        optimization_level,
        parser_debug,
        write_bytecode,
        verbose,
        quiet,
        user_site_directory,
        configure_c_stdio,
        buffered_stdio,
        use_frozen_modules,
        safe_path,
        int_max_str_digits,
        cpu_count,
        pathconfig_warnings,
        skip_source_first_line,
    );
    let hash_mode = python.check_hash_pycs_mode.map(|mode| match mode {
        CheckHashPycs::Default => "default".to_owned(),
        CheckHashPycs::Always => "always".to_owned(),
        CheckHashPycs::Never => "never".to_owned(),
    });
    // CPython works these two out of `home` whenever that is set.
    let home = match (&python.home, &python.prefix, &python.exec_prefix) {
        (None, None, None) => None,
        (Some(home), ..) => Some(home.clone()),
        (None, prefix, exec_prefix) => {
            let or_root = |path: &Option<String>| path.clone().unwrap_or_else(|| ROOT.to_owned());
            Some(format!("{}:{}", or_root(prefix), or_root(exec_prefix)))
        }
    };
    let strings = [
        (&raw mut config.dump_refs_file, &python.dump_refs_file),
        (
            &raw mut config.filesystem_encoding,
            &python.filesystem_encoding,
        ),
        (&raw mut config.filesystem_errors, &python.filesystem_errors),
        (&raw mut config.pycache_prefix, &python.pycache_prefix),
        (&raw mut config.stdio_encoding, &python.stdio_encoding),
        (&raw mut config.stdio_errors, &python.stdio_errors),
        (&raw mut config.check_hash_pycs_mode, &hash_mode),
        (&raw mut config.program_name, &python.program_name),
        (&raw mut config.pythonpath_env, &python.pythonpath_env),
        (&raw mut config.home, &home),
        (&raw mut config.platlibdir, &python.platlibdir),
        (&raw mut config.stdlib_dir, &python.stdlib_dir),
        (&raw mut config.executable, &python.executable),
        (&raw mut config.base_executable, &python.base_executable),
        (&raw mut config.prefix, &python.prefix),
        (&raw mut config.base_prefix, &python.base_prefix),
        (&raw mut config.exec_prefix, &python.exec_prefix),
        (&raw mut config.base_exec_prefix, &python.base_exec_prefix),
    ];
    let whole = std::ptr::from_mut(config);
    for (field, value) in strings {
        if let Some(value) = value {
            // SAFETY: the configuration is initialized, and the field is one of its strings.
            unsafe { set(whole, field, Path::new(value))? };
        }
    }
    for value in python.xoptions.iter().flatten() {
        append(&mut config.xoptions, Path::new(value))?;
    }
    for value in python.warnoptions.iter().flatten() {
        append(&mut config.warnoptions, Path::new(value))?;
    }
    Ok(())
}

unsafe extern "C" {
    /// `Include/internal/pycore_interp.h`.
    fn _PyInterpreterState_GetConfig(interpreter: *mut PyInterpreterState) -> *const PyConfig;
}

/// Position of this field in `sys.flags` (`Python/sysmodule.c`, `flags_fields`).
const WARN_DEFAULT_ENCODING: Py_ssize_t = 15;

/// Sets `warn_default_encoding`. CPython 3.13 takes this field from its command line and variables alone, and forgets what the
/// configuration says (`Python/preconfig.c`, `_PyPreCmdline_SetConfig`). What the interpreter does with it comes after its initialization: it
/// copies it to sub-interpreters, `io.text_encoding` asks for it, and `sys.flags` has it.
///
/// # Safety
/// The interpreter is initialized, its lock is held, and nobody looks at its configuration meanwhile.
pub(crate) unsafe fn warn_default_encoding() {
    // SAFETY: as the caller promises. The configuration is a field of the interpreter, which nobody has declared constant; the
    // flags are a structure sequence, whose items are set by their order.
    unsafe {
        let interpreter = PyInterpreterState_Get();
        let config = _PyInterpreterState_GetConfig(interpreter).cast_mut();
        (*config).warn_default_encoding = 1;
        let flags = PySys_GetObject(c"flags".as_ptr());
        if !flags.is_null() {
            PyStructSequence_SetItem(flags, WARN_DEFAULT_ENCODING, PyLong_FromLong(1));
        }
    }
}

/// Is CPython told to read its variables?
pub(crate) fn reads_environment(config: &PyConfig) -> bool {
    let never: c_int = 0;
    config.use_environment != never && config.isolated <= never
}
