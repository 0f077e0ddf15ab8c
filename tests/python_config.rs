//! Every field of `PyPreConfig` and `PyConfig` that a configuration can set, read back from inside the process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use fastice::configure;
use support::{Workspace, stderr, stdout};

/// Fields that can be set together, with an expression that is true if the field has the effect that can be seen inside; `True` where there is
/// none. What CPython's own copy of the field holds is compared besides.
const FIELDS: &[(&str, &str, &str)] = &[
    ("isolated", "false", "sys.flags.isolated == 0"),
    (
        "use_environment",
        "false",
        "sys.flags.ignore_environment == 1",
    ),
    ("utf8_mode", "true", "sys.flags.utf8_mode == 1"),
    (
        "configure_locale",
        "true",
        "locale.setlocale(locale.LC_CTYPE) != 'C'",
    ),
    ("coerce_c_locale", "0", "'LC_CTYPE' not in os.environ"),
    ("coerce_c_locale_warn", "false", "True"),
    ("dev_mode", "true", "sys.flags.dev_mode is True"),
    ("allocator", "'pymalloc_debug'", "True"),
    ("parse_argv", "false", "sys.argv[1:] == ['-V']"),
    ("use_hash_seed", "true", "sys.flags.hash_randomization == 1"),
    ("hash_seed", "42", "hash('fastice') == HASH"),
    ("faulthandler", "true", "faulthandler.is_enabled()"),
    ("tracemalloc", "3", "tracemalloc.get_traceback_limit() == 3"),
    (
        "perf_profiling",
        "0",
        "not sys.is_stack_trampoline_active()",
    ),
    ("import_time", "false", "True"),
    ("code_debug_ranges", "false", "columns() is None"),
    ("show_ref_count", "false", "True"),
    ("dump_refs", "true", "True"),
    ("dump_refs_file", "'refs'", "True"),
    ("malloc_stats", "false", "True"),
    (
        "filesystem_encoding",
        "'utf-8'",
        "sys.getfilesystemencoding() == 'utf-8'",
    ),
    (
        "filesystem_errors",
        "'strict'",
        "sys.getfilesystemencodeerrors() == 'strict'",
    ),
    (
        "pycache_prefix",
        "'/tmp/pycs'",
        "sys.pycache_prefix == '/tmp/pycs'",
    ),
    (
        "xoptions",
        "['own', 'other=1']",
        "sys._xoptions['own'] is True and sys._xoptions['other'] == '1'",
    ),
    (
        "warnoptions",
        "['error::RuntimeWarning']",
        "'error::RuntimeWarning' in sys.warnoptions",
    ),
    (
        "site_import",
        "true",
        "sys.flags.no_site == 0 and 'site' in sys.modules",
    ),
    ("bytes_warning", "1", "sys.flags.bytes_warning == 1"),
    (
        "warn_default_encoding",
        "true",
        "sys.flags.warn_default_encoding == 1 and warns_of_encoding()",
    ),
    ("inspect", "true", "sys.flags.inspect == 1"),
    ("interactive", "false", "sys.flags.interactive == 0"),
    (
        "optimization_level",
        "1",
        "sys.flags.optimize == 1 and not __debug__",
    ),
    ("parser_debug", "false", "sys.flags.debug == 0"),
    ("write_bytecode", "true", "sys.dont_write_bytecode is False"),
    ("verbose", "0", "sys.flags.verbose == 0"),
    ("quiet", "true", "sys.flags.quiet == 1"),
    ("user_site_directory", "true", "sys.flags.no_user_site == 0"),
    ("configure_c_stdio", "false", "True"),
    (
        "buffered_stdio",
        "false",
        "sys.stdout.write_through is True",
    ),
    (
        "stdio_encoding",
        "'latin-1'",
        "sys.stdout.encoding == 'iso8859-1'",
    ),
    (
        "stdio_errors",
        "'replace'",
        "sys.stdout.errors == 'replace'",
    ),
    (
        "check_hash_pycs_mode",
        "'always'",
        "_imp.check_hash_based_pycs == 'always'",
    ),
    ("use_frozen_modules", "true", "True"),
    ("safe_path", "false", "sys.flags.safe_path is False"),
    (
        "int_max_str_digits",
        "1000",
        "sys.get_int_max_str_digits() == 1000",
    ),
    ("cpu_count", "7", "os.cpu_count() == 7"),
    ("pathconfig_warnings", "false", "True"),
    (
        "install_signal_handlers",
        "false",
        "signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL",
    ),
    ("skip_source_first_line", "false", "True"),
    ("program_name", "'named'", "True"),
    (
        "pythonpath_env",
        "'/nowhere/first:/nowhere/second'",
        "'/nowhere/second' in sys.path",
    ),
    ("home", "'/p:/ep'", "True"),
    ("platlibdir", "'lib64'", "sys.platlibdir == 'lib64'"),
    (
        "module_search_paths",
        "['app', 'lib/python3.13', '/elsewhere']",
        "'/elsewhere' in sys.path and '/fastice/app' in sys.path and '/fastice/lib/python313.zip' not in sys.path",
    ),
    (
        "stdlib_dir",
        "'/fastice/lib/python3.13'",
        "sys._stdlib_dir == '/fastice/lib/python3.13'",
    ),
    (
        "executable",
        "'/opt/python'",
        "sys.executable == '/opt/python'",
    ),
    (
        "base_executable",
        "'/opt/base'",
        "sys._base_executable == '/opt/base'",
    ),
    ("prefix", "'/p'", "sys.prefix == '/p'"),
    ("base_prefix", "'/bp'", "sys.base_prefix == '/bp'"),
    ("exec_prefix", "'/ep'", "sys.exec_prefix == '/ep'"),
    (
        "base_exec_prefix",
        "'/bep'",
        "sys.base_exec_prefix == '/bep'",
    ),
];

/// The other value of fields that have their default above, or one that excludes what is there.
const OTHERS: &[(&str, &str)] = &[
    ("isolated", "false"),
    ("use_environment", "true"),
    ("utf8_mode", "false"),
    ("configure_locale", "false"),
    ("dev_mode", "false"),
    ("allocator", "'mimalloc'"),
    ("use_hash_seed", "false"),
    ("faulthandler", "false"),
    ("tracemalloc", "0"),
    ("perf_profiling", "1"),
    ("import_time", "true"),
    ("code_debug_ranges", "true"),
    ("show_ref_count", "true"),
    ("dump_refs", "false"),
    ("malloc_stats", "true"),
    ("site_import", "false"),
    ("bytes_warning", "2"),
    ("warn_default_encoding", "false"),
    ("inspect", "false"),
    ("interactive", "true"),
    ("optimization_level", "2"),
    ("parser_debug", "true"),
    ("write_bytecode", "false"),
    ("verbose", "1"),
    ("quiet", "false"),
    ("user_site_directory", "false"),
    ("configure_c_stdio", "true"),
    ("buffered_stdio", "true"),
    ("check_hash_pycs_mode", "'never'"),
    ("use_frozen_modules", "false"),
    ("safe_path", "true"),
    ("pathconfig_warnings", "true"),
    ("install_signal_handlers", "true"),
    ("skip_source_first_line", "true"),
];

/// Compares CPython's own copy of its configuration, which `_testinternalcapi.get_configs()` gives its tests, with what was set.
const READ_BACK: &str = r#"
import codecs, ctypes, os
_get = ctypes.pythonapi._Py_GetConfigsAsDict
_get.restype, _get.argtypes = ctypes.py_object, []
CONFIGS = _get()
ALLOCATORS = [None, "default", "debug", "malloc", "malloc_debug", "pymalloc", "pymalloc_debug", "mimalloc", "mimalloc_debug"]
def is_set(name, wanted):
    found = [CONFIGS[part][name] for part in ("pre_config", "config") if name in CONFIGS[part]]
    if name == "allocator":
        found = [ALLOCATORS[value] for value in found]
    if name == "module_search_paths":
        # site adds its own.
        wanted = [os.path.join("/fastice", path) for path in wanted]
    if name == "stdio_encoding":
        found = [value == codecs.lookup(wanted).name and wanted for value in found]
    if isinstance(wanted, list):
        # Other fields add options.
        return found and all(set(wanted) <= set(value) for value in found)
    return found and all(value == wanted for value in found)
def warns_of_encoding():
    import warnings
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        open(os.devnull).close()
    return [warning.category for warning in caught] == [EncodingWarning]
"#;

/// A value of TOML as Python writes it.
fn literal(value: &str) -> &str {
    match value {
        "true" => "True",
        "false" => "False",
        value => value,
    }
}

/// Shows the number of the allocator (`PyMemAllocatorName`).
const ALLOCATOR: &str = "import ctypes; get = ctypes.pythonapi._Py_GetConfigsAsDict; get.restype = ctypes.py_object; \
    print('allocator', get()['pre_config']['allocator'])";

/// Values that exclude those above, or whose effect is seen from outside only: value, what the program does, and
/// what is then on its outputs.
const ALONE: &[(&str, &str, &str)] = &[
    ("isolated = true", "print(sys.flags.isolated)", "1\n"),
    ("utf8_mode = false", "print(sys.flags.utf8_mode)", "0\n"),
    (
        "hash_seed = 0",
        "print(sys.flags.hash_randomization)",
        "0\n",
    ),
    ("parse_argv = true", "print('not reached')", "Python 3.13"),
    ("import_time = true", "import json", "import time: "),
    ("verbose = 2", "import json", "import 'json' # "),
    ("interactive = true", "print(sys.flags.interactive)", "1\n"),
    ("malloc_stats = true", "pass", "arenas allocated total"),
    (
        "buffered_stdio = false\nconfigure_c_stdio = true",
        "import ctypes; ctypes.CDLL(None).printf(b'from C\\n'); os._exit(0)",
        "from C\n",
    ),
    (
        "buffered_stdio = false\nconfigure_c_stdio = false",
        "import ctypes; ctypes.CDLL(None).printf(b'from C\\n'); print('lost'); os._exit(0)",
        "lost\n",
    ),
    ("allocator = 'malloc'", ALLOCATOR, "allocator 3\n"),
    ("allocator = 'debug'", ALLOCATOR, "allocator 2\n"),
    ("allocator = 'malloc_debug'", ALLOCATOR, "allocator 4\n"),
    ("allocator = 'default'", ALLOCATOR, "allocator 1\n"),
    (
        "coerce_c_locale_warn = true\ncoerce_c_locale = 2",
        "pass",
        "LC_CTYPE coerced to C.UTF-8",
    ),
    (
        "perf_profiling = 1",
        "print(sys.is_stack_trampoline_active())",
        "True\n",
    ),
    (
        "use_frozen_modules = false",
        "import os; print(os.__spec__.origin)",
        "/fastice/lib/python3.13/os.py\n",
    ),
    (
        "skip_source_first_line = true",
        "print('second line runs')",
        "second line runs\n",
    ),
    (
        "buffered_stdio = true",
        "print(sys.stdout.write_through)",
        "False\n",
    ),
    (
        "install_signal_handlers = true",
        "import signal; print(signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN)",
        "True\n",
    ),
    ("bytes_warning = 2", "b'' == ''", "BytesWarning"),
    (
        "coerce_c_locale_warn = true\ncoerce_c_locale = 2",
        "print(os.environ.get('LC_CTYPE'))",
        "C.UTF-8\n",
    ),
    (
        "check_hash_pycs_mode = 'never'",
        "import _imp; print(_imp.check_hash_based_pycs)",
        "never\n",
    ),
];

fn build(workspace: &Workspace, table: &str, code: &str) -> std::path::PathBuf {
    workspace
        .file("settings.toml", &format!("[python]\n{table}\n"))
        .file("app/program.py", code);
    workspace.freeze(&["--config-file", "settings.toml", "app/program.py"])
}

#[test]
fn every_field_is_read_back() {
    let workspace = Workspace::new();
    let table: String = FIELDS
        .iter()
        .flat_map(|(name, value, _)| [name, " = ", value, "\n"])
        .collect();
    let mut code = String::from(
        "import _imp, faulthandler, locale, os, signal, sys, tracemalloc\n\
         def columns():\n    return next(columns.__code__.co_positions())[2]\n\
         def holds(name, test):\n    print(name, bool(test))\n",
    );
    code += READ_BACK;
    for (name, value, test) in FIELDS {
        let wanted = literal(value);
        code += &[
            "holds('",
            name,
            "', is_set('",
            name,
            "', ",
            wanted,
            ") and (",
            test,
            "))\n",
        ]
        .concat();
    }
    let plain = workspace
        .command(&support::python())
        .args(["-c", "print(hash('fastice'))"])
        .env("PYTHONHASHSEED", "42")
        .output()
        .unwrap();
    let code = code.replace("HASH", stdout(&plain).trim());
    let program = build(&workspace, &table, &code);
    let output = workspace
        .command(&program)
        .arg("-V")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let expected: String = FIELDS
        .iter()
        .flat_map(|(name, ..)| [name, " True\n"])
        .collect();
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    // `fastice inspect` says the same.
    let inspected = workspace
        .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
        .arg("inspect")
        .arg(&program)
        .output()
        .unwrap();
    let text = stdout(&inspected);
    for (name, value, _) in FIELDS {
        let value = value.replace('\'', "\"").replace(", ", ",");
        let line = format!("\n  {name} = {value}\n");
        assert!(text.contains(&line), "{line} is not in {text}");
    }
}

#[test]
fn the_other_values_are_read_back() {
    let workspace = Workspace::new();
    let table: String = OTHERS
        .iter()
        .flat_map(|(name, value)| [name, " = ", value, "\n"])
        .collect();
    let mut code = String::from("# The first line is skipped.\n");
    code += READ_BACK;
    for (name, value) in OTHERS {
        let wanted = literal(value);
        code += &[
            "print('",
            name,
            "', bool(is_set('",
            name,
            "', ",
            wanted,
            ")))\n",
        ]
        .concat();
    }
    let program = build(&workspace, &table, &code);
    let output = workspace
        .command(&program)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let expected: String = OTHERS
        .iter()
        .flat_map(|(name, _)| [name, " True\n"])
        .collect();
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
}

#[test]
fn values_with_an_effect_outside() {
    let workspace = Workspace::new();
    for (table, code, expected) in ALONE {
        let code = format!("import os, sys\n{code}\n");
        let program = build(&workspace, table, &code);
        let output = workspace
            .command(&program)
            .arg("-V")
            .env("LC_ALL", "")
            .env("LANG", "C")
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let seen = stdout(&output) + &stderr(&output);
        assert!(seen.contains(expected), "{table}: {seen}");
    }
}

/// Nobody adds a field without a line above.
#[test]
fn the_lists_are_complete() {
    let properties = &configure::reference::schema()["properties"]["python"]["properties"];
    let known: BTreeSet<&str> = properties
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let tested: BTreeSet<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(known, tested);
}

#[test]
fn baked_variables_and_what_may_override_them() {
    let workspace = Workspace::new();
    let code = "import os, sys\n\
                names = ['BAKED', 'APP_MODE', 'OWN', 'PYTHONUTF8', 'PYTHONSAFEPATH']\n\
                print([os.environ.get(name) for name in names], sys.flags.utf8_mode, sys.flags.ignore_environment)\n";
    let run = |policy: &str| {
        workspace
            .file(
                "settings.toml",
                &format!(
                    "arguments = ['--first']\n[environment]\n{policy}\n\
                     variables = {{ BAKED = 'baked', APP_MODE = 'baked' }}\n"
                ),
            )
            .file("app/program.py", code);
        let program = workspace.freeze(&["--config-file", "settings.toml", "app/program.py"]);
        let output = workspace
            .command(&program)
            .env("BAKED", "user")
            .env("APP_MODE", "user")
            .env("OWN", "user")
            .env("PYTHONUTF8", "1")
            .env("PYTHONSAFEPATH", "1")
            .output()
            .unwrap();
        assert_eq!(stderr(&output), "");
        stdout(&output)
    };
    assert_eq!(
        run("policy = 'none'"),
        "['baked', 'baked', 'user', '1', '1'] 0 1\n"
    );
    assert_eq!(
        run("policy = 'listed'\nallow = ['APP_*', 'PYTHONUTF8']"),
        "['baked', 'user', 'user', '1', None] 1 0\n"
    );
    assert_eq!(
        run("policy = 'all'"),
        "['user', 'user', 'user', '1', '1'] 1 0\n"
    );
}

/// A program that starts itself again does not get its baked arguments twice.
#[test]
fn baked_arguments_come_first_and_once() {
    let workspace = Workspace::new();
    workspace.file(
        "program.py",
        "import subprocess, sys\n\
         print(sys.argv[1:], sys.orig_argv[1:], flush=True)\n\
         if 'again' in sys.argv:\n    sys.argv.remove('again')\n    subprocess.run([sys.executable, *sys.argv[1:]])\n",
    );
    let program = workspace.freeze(&["--argument", "--one", "--argument=-v", "program.py"]);
    let output = workspace
        .command(&program)
        .args(["again", "x"])
        .output()
        .unwrap();
    assert_eq!(
        stdout(&output),
        "['--one', '-v', 'again', 'x'] ['again', 'x']\n['--one', '-v', 'x'] ['--one', '-v', 'x']\n"
    );
}
